"""Answers about an end of the log (high watermark, last stable offset, log start offset) that were asked for in turn.

    never_decreasing       asked after an answer had returned: not less than it
    beyond_acknowledged    asked after an acknowledgement had returned: more than its offset
    both                   in the same or a later leader epoch

One sweep over calls and returns in time, the best known value kept for each leader epoch: O(n log n). Answers of an
older epoch come from a deposed leader and are judged against that epoch and older ones only.
Sources: KIP-207, KIP-320.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange


@dataclass(frozen=True)
class EndAnswer:
    """One answer: `value` held at some moment between the two times. Times are of one monotonic clock."""

    asked_at_ns: int
    answered_at_ns: int
    value: int
    leader_epoch: int = -1
    what: str = "end offset"
    """As a report calls it: `high watermark of Fetch`."""
    exchange: Exchange | None = None


@dataclass(frozen=True)
class Acknowledged:
    """A produce with acks=all that succeeded."""

    acknowledged_at_ns: int
    last_offset: int
    """Inclusive."""
    leader_epoch: int = -1
    exchange: Exchange | None = None


def never_decreasing(answers: Iterable[EndAnswer], signature: str) -> Judgement:
    """An instance is an answer that was asked for after another one of no later epoch had returned."""
    judgement = Judgement()
    returned = _Best()
    waiting: list[tuple[int, int, EndAnswer]] = []
    for number, one in enumerate(sorted(answers, key=lambda one: one.asked_at_ns)):
        while waiting and waiting[0][0] < one.asked_at_ns:
            earlier = heapq.heappop(waiting)[2]
            returned.see(earlier.leader_epoch, earlier.value, earlier)
        heapq.heappush(waiting, (one.answered_at_ns, number, one))
        best = returned.up_to(one.leader_epoch)
        if best is None:
            continue
        if one.value < best.value:
            gap_ms = (one.asked_at_ns - best.answered_at_ns) / 1e6
            judgement.contradicts(
                signature,
                f"{one.what} of at least {best.value}, which the {best.what} had reached {gap_ms:.3f} ms before",
                f"{one.what} {one.value}",
                best.exchange,
                one.exchange,
            )
        else:
            judgement.holds()
    return judgement


def beyond_acknowledged(
    acknowledgements: Iterable[Acknowledged], answers: Iterable[EndAnswer], signature: str
) -> Judgement:
    """An instance is an answer that was asked for after an acknowledgement of no later epoch had returned."""
    judgement = Judgement()
    acknowledged = _Best()
    pending = sorted(acknowledgements, key=lambda one: one.acknowledged_at_ns, reverse=True)
    for one in sorted(answers, key=lambda one: one.asked_at_ns):
        while pending and pending[-1].acknowledged_at_ns < one.asked_at_ns:
            ack = pending.pop()
            acknowledged.see(
                ack.leader_epoch, ack.last_offset,
                EndAnswer(0, ack.acknowledged_at_ns, ack.last_offset, ack.leader_epoch, "", ack.exchange),
            )  # fmt: skip
        best = acknowledged.up_to(one.leader_epoch)
        if best is None:
            continue
        if one.value <= best.value:
            gap_ms = (one.asked_at_ns - best.answered_at_ns) / 1e6
            judgement.contradicts(
                signature,
                f"{one.what} of more than {best.value}, which was acknowledged {gap_ms:.3f} ms before",
                f"{one.what} {one.value}",
                best.exchange,
                one.exchange,
            )
        else:
            judgement.holds()
    return judgement


class _Best:
    """The highest value of each leader epoch, with who showed it."""

    def __init__(self) -> None:
        self._by_epoch: dict[int, tuple[int, EndAnswer]] = {}

    def see(self, epoch: int, value: int, source: EndAnswer) -> None:
        known = self._by_epoch.get(epoch)
        if known is None or value > known[0]:
            self._by_epoch[epoch] = value, source

    def up_to(self, epoch: int) -> EndAnswer | None:
        """The highest of this epoch and all before it."""
        known = [best for at, best in self._by_epoch.items() if at <= epoch]
        return max(known, key=lambda one: one[0])[1] if known else None
