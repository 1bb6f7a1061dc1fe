"""Real-time order of a partition's appends: what was sent after an acknowledgement lies behind it.

    A |--------|ack                    offset(A) < offset(B): B was sent after A was acknowledged
                     B |------|ack
           C |--------------|ack       C overlaps both: any offset

Appends tell their offset, so the order of all writes is known and nothing has to be searched: walk from the highest
offset down and keep the earliest acknowledgement; an append that was sent later than that one came too late for its
offset. O(n log n). Source: the single leader of a partition; Kafka design document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange


@dataclass(frozen=True)
class Append:
    """An acknowledged append: when it was sent and acknowledged, and the offset of its first record."""

    sent_at_ns: int
    acknowledged_at_ns: int
    offset: int
    name: str = ""
    """How a report calls it."""
    exchange: Exchange | None = None


def realtime_order(appends: Iterable[Append]) -> Judgement:
    """An instance is an append that was sent after at least one other had been acknowledged."""
    judgement = Judgement()
    by_offset = sorted(appends, key=lambda one: one.offset, reverse=True)
    earliest_of_all = min((one.acknowledged_at_ns for one in by_offset), default=0)
    above: Append | None = None
    """The earliest acknowledged of those with a strictly higher offset: appends that claim one offset bind no other."""
    for _, claimed in groupby(by_offset, key=lambda one: one.offset):
        same = list(claimed)
        for one in same:
            if above is not None and one.sent_at_ns > above.acknowledged_at_ns:
                late_ms = (one.sent_at_ns - above.acknowledged_at_ns) / 1e6
                judgement.contradicts(
                    "later-record-at-lower-offset",
                    f"{one.name} above offset {above.offset}: it was sent {late_ms:.3f} ms after {above.name} was "
                    f"acknowledged there",
                    f"{one.name} at offset {one.offset}",
                    above.exchange,
                    one.exchange,
                )
            elif one.sent_at_ns > earliest_of_all:
                judgement.holds()
        above = min([*same, *([above] if above is not None else [])], key=lambda one: one.acknowledged_at_ns)
    return judgement
