"""The records of one producer session, in the order of sending.

    sent      b0 b1 b2 b3         one producer id and epoch, at most five requests in flight
    offsets   10 12 17 20         rise in the same order; batches that were refused have none

O(n log n). Sources: KIP-98; KAFKA-5494 (five requests in flight).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange


@dataclass(frozen=True)
class SentInOrder:
    """One batch (or record) of a session that is in the log."""

    session: Hashable
    """Producer id and epoch, or whatever names the session."""
    position: int
    """In the order of sending: a count, or the sequence number as long as it does not wrap."""
    offset: int
    exchange: Exchange | None = None


def producer_order(batches: Iterable[SentInOrder], signature: str = "session-reordered") -> Judgement:
    """An instance is a batch that follows another of its session."""
    judgement = Judgement()
    last: dict[Hashable, SentInOrder] = {}
    for one in sorted(batches, key=lambda one: one.position):
        before = last.get(one.session)
        last[one.session] = one
        if before is None:
            continue
        if one.offset <= before.offset:
            judgement.contradicts(
                signature,
                f"number {one.position} of {one.session} above {before.offset}, the offset of number {before.position}",
                f"number {one.position} at offset {one.offset}",
                before.exchange,
                one.exchange,
            )
        else:
            judgement.holds()
    return judgement
