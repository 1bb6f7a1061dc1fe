"""Every record that is read was sent, to that partition, by an operation that did not definitely fail.

    a value that nobody sent                       record-nobody-sent
    sent to another topic or partition only        record-of-another-partition
    sent here, but answered with a definite error  record-of-a-refused-batch

Values are unique in the run. Sources: protocol contract; what is definite: the table of errors in `definite.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nilometer.checkers.judgement import Judgement
from nilometer.checkers.record_content import shown
from nilometer.clients.exchange import Exchange

Place = tuple[str, int]
"""Topic name and partition."""


@dataclass(frozen=True)
class SentRecord:
    """A record that an operation of the run sent."""

    place: Place
    value: bytes | None
    refused: str = ""
    """The definite error that it was answered with, by name; empty for success and for unknown outcomes."""
    exchange: Exchange | None = None


@dataclass(frozen=True)
class ReadRecord:
    """A data record that was fetched."""

    place: Place
    offset: int
    value: bytes | None
    exchange: Exchange | None = None


def origins(sent: Iterable[SentRecord], read: Iterable[ReadRecord]) -> Judgement:
    """An instance is a record that was read."""
    judgement = Judgement()
    by_value: dict[bytes | None, list[SentRecord]] = {}
    for one in sent:
        by_value.setdefault(one.value, []).append(one)
    for record in read:
        candidates = by_value.get(record.value, [])
        here = [one for one in candidates if one.place == record.place]
        seen = f"{shown(record.value)} at offset {record.offset} of {_name(record.place)}"
        if any(not one.refused for one in here):
            judgement.holds()
        elif here:
            judgement.contradicts(
                "record-of-a-refused-batch",
                f"no {shown(record.value)}: it was answered with {here[0].refused}",
                seen,
                here[0].exchange,
                record.exchange,
            )
        elif candidates:
            judgement.contradicts(
                "record-of-another-partition",
                f"{shown(record.value)} in {_name(candidates[0].place)}, where it was sent",
                seen,
                candidates[0].exchange,
                record.exchange,
            )
        else:
            judgement.contradicts("record-nobody-sent", "a record that the run has sent", seen, record.exchange)
    return judgement


def _name(place: Place) -> str:
    return f"{place[0]}-{place[1]}"
