"""Times that a broker stamped, judged without knowing its clock.

    our clock       before |----------| after        of the call
    its stamp               s
    offset of its clock lies between s - after and s - before

If one clock stamped everything, one offset fits all calls: the largest lower bound does not exceed the smallest upper
bound. O(n), and the two calls that exclude each other are the evidence. Source: KIP-32 (LogAppendTime).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange


@dataclass(frozen=True)
class Stamp:
    """A call by our clock and the time that the broker gave it, all in milliseconds since the epoch."""

    before_ms: float
    after_ms: float
    stamped_ms: int
    exchange: Exchange | None = None

    @property
    def least_offset_ms(self) -> float:
        """The broker's clock is ahead of ours by at least this."""
        return self.stamped_ms - self.after_ms

    @property
    def most_offset_ms(self) -> float:
        """The broker's clock is ahead of ours by at most this."""
        return self.stamped_ms - self.before_ms


def one_clock(stamps: Sequence[Stamp], signature: str, *, tolerance_ms: float) -> Judgement:
    """An instance is a stamp, if there are at least two. `tolerance_ms` is the resolution of the clocks."""
    judgement = Judgement()
    if len(stamps) < 2:
        return judgement
    highest = max(stamps, key=lambda one: one.least_offset_ms)
    lowest = min(stamps, key=lambda one: one.most_offset_ms)
    if highest.least_offset_ms > lowest.most_offset_ms + tolerance_ms:
        judgement.contradicts(
            signature,
            f"one clock for all appends: {lowest.stamped_ms}, stamped between {lowest.before_ms:.0f} and "
            f"{lowest.after_ms:.0f}, puts it at most {lowest.most_offset_ms:.0f} ms ahead of ours",
            f"{highest.stamped_ms}, stamped between {highest.before_ms:.0f} and {highest.after_ms:.0f}: at least "
            f"{highest.least_offset_ms:.0f} ms ahead",
            lowest.exchange,
            highest.exchange,
        )
        judgement.holds(len(stamps) - 1)
    else:
        judgement.holds(len(stamps))
    return judgement


def estimated_offset_ms(stamps: Sequence[Stamp]) -> tuple[float, float]:
    """Least and most that the broker's clock is ahead of ours, by all stamps together."""
    return max(one.least_offset_ms for one in stamps), min(one.most_offset_ms for one in stamps)
