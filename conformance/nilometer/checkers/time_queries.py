"""ListOffsets by timestamp, answered from one full scan.

    offset       0   1   2   3   4        timestamps may go backwards
    timestamp    5   9   7   9   3
    up to here   5   9   9   9   9        the running maximum only rises
    first at or after 6: 1                the first place where it reaches 6: binary search

    largest timestamp: 9, first at offset 1

O(n) once, O(log n) a query. Markers count as records with their own timestamp. Sources: KIP-33, KIP-79, KIP-734.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange

NONE = -1
"""Offset and timestamp of the answer "no such record"."""


class TimeOracle:
    """The records of a partition as a scan has shown them, in rising order of offsets."""

    def __init__(self, records: Iterable[tuple[int, int]]) -> None:
        """Offset and timestamp of each record, markers included."""
        self.records: Sequence[tuple[int, int]] = sorted(records)
        self._running = list(accumulate((timestamp for _, timestamp in self.records), max))
        self._timestamps = dict(self.records)

    def first_at_or_after(self, timestamp: int, limit: int | None = None) -> tuple[int, int]:
        """Offset and timestamp of the first record with at least this timestamp; (-1, -1) if there is none.

        What lies at or above `limit` (exclusive end) does not count.
        """
        index = bisect_left(self._running, timestamp)
        if index == len(self.records) or (limit is not None and self.records[index][0] >= limit):
            return NONE, NONE
        return self.records[index]

    def largest(self) -> tuple[int, frozenset[int]]:
        """The largest timestamp and every offset that has it; (-1, empty) for an empty log."""
        if not self.records:
            return NONE, frozenset()
        largest = self._running[-1]
        return largest, frozenset(offset for offset, timestamp in self.records if timestamp == largest)

    def timestamp_at(self, offset: int) -> int | None:
        """Of the record at that offset; None if there is none."""
        return self._timestamps.get(offset)

    def interesting(self) -> list[int]:
        """Every timestamp, one before and one after it, as far as they are timestamps (0 or more)."""
        near = {at + step for _, at in self.records for step in (-1, 0, 1)}
        return sorted(at for at in near if at >= 0)


@dataclass(frozen=True)
class TimeAnswer:
    """An answer to ListOffsets(timestamp) without error; offset -1: no such record."""

    timestamp: int
    offset: int
    exchange: Exchange | None = None


def monotone(answers: Iterable[TimeAnswer], signature: str) -> Judgement:
    """Of a log that does not change: a later timestamp never has an earlier answer; "none" lies behind everything.

    An instance is an answer and the one of the next smaller timestamp that was asked.
    """
    judgement = Judgement()
    before: TimeAnswer | None = None
    for one in sorted(answers, key=lambda one: one.timestamp):
        if before is None:
            before = one
            continue
        if _place(one) < _place(before):
            judgement.contradicts(
                signature,
                f"for {one.timestamp} nothing before offset {before.offset}, the answer for {before.timestamp}",
                f"offset {one.offset}"
                if before.offset != NONE
                else f"offset {one.offset}, and none for the earlier one",
                before.exchange,
                one.exchange,
            )
        else:
            judgement.holds()
        if _place(one) >= _place(before):
            before = one
    return judgement


def _place(answer: TimeAnswer) -> float:
    return float("inf") if answer.offset == NONE else answer.offset
