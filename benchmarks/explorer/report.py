"""Rounds as text. A ratio is the median of the ratios round by round; beside it stand the smallest and the largest."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.explorer.contenders import Bounds, Measurement

Rounds = Mapping[str, Sequence[Measurement]]


def report(bounds: Bounds, rounds: Rounds) -> str:
    """The table, every round, and how the last contender compares with the first. ValueError if they disagree."""
    counts = {(one.states, one.depth) for measured in rounds.values() for one in measured}
    if len(counts) != 1:
        raise ValueError(f"the contenders do not count the same: {sorted(counts)}")
    ((states, depth),) = counts
    title = "replication, {} replicas, {} log slots, {} records, highest epoch {}".format(*bounds)
    lines = [f"{title}: {states:,} distinct states, depth {depth}"]
    lines.append(f"  {'':18} {'wall s':>8} {'cpu s':>8} {'states/s':>10} {'states/cpu s':>13}   states/s of each round")
    for name, measured in rounds.items():
        wall, cpu = (statistics.median(values) for values in zip(*((m.wall_s, m.cpu_s) for m in measured), strict=True))
        rates = " ".join(f"{one.rate:,.0f}" for one in measured)
        rate, cpu_rate = (
            statistics.median(values) for values in zip(*((m.rate, m.cpu_rate) for m in measured), strict=True)
        )
        lines.append(f"  {name:18} {wall:8.1f} {cpu:8.1f} {rate:10,.0f} {cpu_rate:13,.0f}   {rates}")
    first, *_, last = rounds
    pairs = list(zip(rounds[last], rounds[first], strict=True))
    for what, ratios in (
        ("states/s", [ours.rate / theirs.rate for ours, theirs in pairs]),
        ("states/cpu s", [ours.cpu_rate / theirs.cpu_rate for ours, theirs in pairs]),
    ):
        middle = statistics.median(ratios)
        lines.append(f"  {last} / {first}: {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f}) in {what}")
    return "\n".join(lines)
