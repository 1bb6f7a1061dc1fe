"""Rounds as text: the median, every round, and ratios with the goal that they are held against.

A ratio is the median of the ratios of the rounds: the n-th rounds of two targets ran one after the other, on a machine
that was about as busy. Beside it stand the smallest and the largest.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchmarks.clients.cells import GOAL_CPU_VS_KAFKA, GOAL_VS_MOCK, Cell, Load
from benchmarks.clients.loads import Measurement

Rounds = Mapping[str, Sequence[Measurement]]
OURS: Final = ("reference", "structural")


def number(value: float) -> str:
    """Three digits that matter: 2.31M, 694k, 61.2."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if value >= 0.9995 * limit:
            scaled = value / limit
            return f"{scaled:.{2 if scaled < 9.995 else 1 if scaled < 99.95 else 0}f}{unit}"
    return f"{value:.3g}"


def figure(cell: Cell) -> Callable[[Measurement], float]:
    """What the cell is about."""
    return (lambda one: one.p50_us) if cell.load is Load.LATENCY else (lambda one: one.rate)


def cell_report(cell: Cell, rounds: Rounds) -> str:
    """The table of one cell, and its ratios."""
    of = figure(cell)
    unit = "p50 µs" if cell.load is Load.LATENCY else "messages/s"
    lines = [f"{cell.name}: {unit}", "  " + ", ".join(f"{k}={v}" for k, v in cell.settings.items())]
    for target, measured in rounds.items():
        every = " ".join(number(of(one)) for one in measured)
        line = f"  {target:17}{number(statistics.median(map(of, measured))):>7}   {every}"
        line += f"   cpu {number(statistics.median(one.cpu_us for one in measured))} µs/message"
        if cell.load is Load.LATENCY:
            line += f"   p99 {number(statistics.median(one.p99_us for one in measured))} µs"
        others = statistics.median(one.usage.others_cpu_s / one.usage.wall_s for one in measured)
        client = statistics.median(one.usage.client_cpu_s / one.usage.wall_s for one in measured)
        broker = statistics.median(one.usage.broker_cpu_s / one.usage.wall_s for one in measured)
        lines.append(f"{line}   cores: broker {broker:.2f} client {client:.2f} others {others:.2f}")
    for ours in OURS:
        for other in rounds:
            if ours in rounds and other not in OURS:
                lines += _ratios(cell, ours, other, rounds)
    return "\n".join(lines)


def _ratios(cell: Cell, ours: str, other: str, rounds: Rounds) -> list[str]:
    at_most = cell.load is Load.LATENCY
    goal: float | None = None
    if other.startswith("kafka"):
        goal = cell.goal_vs_kafka
    elif other.startswith("librdkafka-mock") and not at_most:
        goal = GOAL_VS_MOCK
    lines = [_ratio(f"{ours} / {other}", rounds[ours], rounds[other], figure(cell), goal, at_most)]
    if other.startswith("kafka"):
        lines.append(
            _ratio(f"{ours} / {other} cpu", rounds[ours], rounds[other], lambda m: m.cpu_us, GOAL_CPU_VS_KAFKA, True)
        )
    return lines


def ratio(a: Sequence[Measurement], b: Sequence[Measurement], of: Callable[[Measurement], float]) -> list[float]:
    """Round by round; a round whose divisor is too small to have been measured is left out."""
    return [of(x) / of(y) for x, y in zip(a, b, strict=True) if of(y) > 0]


def _ratio(
    title: str, a: Sequence[Measurement], b: Sequence[Measurement], of: Callable[[Measurement], float],
    goal: float | None, at_most: bool,
) -> str:  # fmt: skip
    ratios = ratio(a, b, of)
    if not ratios:
        return f"    {title}: too little to be measured"
    middle = statistics.median(ratios)
    line = f"    {title}: {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    if goal is None:
        return line
    reached = middle <= goal if at_most else middle >= goal
    return f"{line}   goal {'<=' if at_most else '>='} {goal:.2f}: {'reached' if reached else 'MISSED'}"


def as_json(cell: Cell, target: str, round_number: int, one: Measurement) -> str:
    """One measurement as one line."""
    usage = one.usage
    return json.dumps(
        {
            "cell": cell.name, "target": target, "round": round_number, "messages": one.messages,
            "wall_s": usage.wall_s, "broker_cpu_s": usage.broker_cpu_s, "client_cpu_s": usage.client_cpu_s, 
            "others_cpu_s": usage.others_cpu_s,
            "p50_us": one.p50_us, "p99_us": one.p99_us, "settings": dict(cell.settings),
        }
    )  # fmt: skip
