"""How far reads lagged behind acknowledged writes: a measurement, no judgement.

    records   acknowledged before the read was asked for, and not covered by its answer
    time      since the first of them was acknowledged

Lower bounds: what was acknowledged is certainly written. O(n log n).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Write:
    """An acknowledged append; `last_offset` is inclusive."""

    acknowledged_at_ns: int
    last_offset: int


@dataclass(frozen=True)
class Read:
    """An answer that covered everything below `reached` (exclusive)."""

    asked_at_ns: int
    reached: int


@dataclass(frozen=True)
class Lag:
    """Of one read."""

    records: int
    ms: float


def lags(writes: Sequence[Write], reads: Sequence[Read]) -> list[Lag]:
    """One for each read, in their order."""
    in_time = sorted(writes, key=lambda one: one.acknowledged_at_ns)
    times = [one.acknowledged_at_ns for one in in_time]
    result = []
    for read in reads:
        known = in_time[: bisect_left(times, read.asked_at_ns)]
        missed = [one for one in known if one.last_offset >= read.reached]
        if not missed:
            result.append(Lag(0, 0.0))
            continue
        records = max(one.last_offset for one in missed) + 1 - read.reached
        result.append(Lag(records, (read.asked_at_ns - missed[0].acknowledged_at_ns) / 1e6))
    return result


def describe(measured: Sequence[Lag]) -> str:
    """One line for a report."""
    behind = [one for one in measured if one.records]
    if not behind:
        return f"{len(measured)} reads, none behind an acknowledged write"
    return (
        f"{len(behind)} of {len(measured)} reads behind an acknowledged write, by up to "
        f"{max(one.records for one in behind)} records and {max(one.ms for one in behind):.1f} ms"
    )
