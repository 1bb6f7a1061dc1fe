"""An offset names one record for ever, and a record has one offset.

    binding       two sightings of one offset show the same content
    unrepeated    one content (unique in the run) is seen at one offset only

Sightings are fetched copies, of any reader at any time, and acknowledgements. O(n).
Sources: Kafka design document, "Replicated Logs"; KIP-101.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange


@dataclass(frozen=True)
class Sighting:
    """`content` was seen at `offset`. Contents are equal if and only if the records are."""

    offset: int
    content: object
    how: str = "fetched"
    exchange: Exchange | None = None


def binding(sightings: Iterable[Sighting], signature: str = "offset-names-two-records") -> Judgement:
    """An instance is each sighting of an offset after the first."""
    judgement = Judgement()
    first: dict[int, Sighting] = {}
    for one in sightings:
        known = first.setdefault(one.offset, one)
        if known is one:
            continue
        if known.content != one.content:
            judgement.contradicts(
                signature,
                f"offset {one.offset} holds {known.content}, as {known.how}",
                f"offset {one.offset} holds {one.content}, as {one.how}",
                known.exchange,
                one.exchange,
            )
        else:
            judgement.holds()
    return judgement


def unrepeated(sightings: Iterable[Sighting], signature: str = "record-at-two-offsets") -> Judgement:
    """An instance is each content; sightings must be of contents that are unique in the run."""
    judgement = Judgement()
    first: dict[object, Sighting] = {}
    repeated: set[tuple[object, int]] = set()
    for one in sightings:
        known = first.setdefault(one.content, one)
        if known is one:
            judgement.holds()
        elif known.offset != one.offset and (one.content, one.offset) not in repeated:
            repeated.add((one.content, one.offset))
            judgement.contradicts(
                signature,
                f"{one.content} at offset {known.offset} only",
                f"{one.content} also at offset {one.offset}",
                known.exchange,
                one.exchange,
            )
    return judgement
