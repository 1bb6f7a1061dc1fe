"""What the rows of a model must say together: engines agree, every claim can be broken, everything happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from nilometer_models.campaign.checks import AnyMachine
from nilometer_models.campaign.rows import FAILED, SKIPPED, TODAY, UNKNOWN, Engine, Row, breaks


def problems(machine: AnyMachine, rows: Sequence[Row]) -> list[str]:
    """Everything that is wrong, in sentences; empty if nothing is."""
    found = [f"{row.variant}, {row.bounds}, {row.engine}: {text}" for row in rows for text in row.problems]
    found += [f"{row.variant}, {row.engine}: {row.verdict}" for row in rows if row.verdict in (UNKNOWN, FAILED)]
    found += disagreements(machine, rows)
    looked = {row.engine for row in rows if row.verdict != SKIPPED}
    if Engine.PYTHON in looked:
        found += unbroken(machine) + unreached(machine, rows)
    return found


def disagreements(machine: AnyMachine, rows: Sequence[Row]) -> list[str]:
    """Where Python and TLC differ about the same variant in the same bounds.

    Lengths are compared where both engines show a shortest trace: not of runs that go on for ever.
    """
    lassos = {breaks(name) for name in machine.leading_to}
    by_place: dict[tuple[str, str], dict[Engine, Row]] = defaultdict(dict)
    for row in rows:
        if row.verdict != SKIPPED:
            by_place[row.variant, row.bounds][row.engine] = row
    found = []
    for (variant, bounds), engines in by_place.items():
        python, tlc = engines.get(Engine.PYTHON), engines.get(Engine.TLC)
        if python is None or tlc is None:
            continue
        names: tuple[str, ...] = ("verdict", "states", "depth") if variant == TODAY else ("verdict", "length")
        if python.verdict in lassos:
            names = ("verdict",)
        for name in names:
            ours, theirs = getattr(python, name), getattr(tlc, name)
            if ours != theirs:
                found.append(f"{variant}, {bounds}: {name} is {ours} in Python and {theirs} in TLC")
    return found


def unbroken(machine: AnyMachine) -> list[str]:
    """Properties that no bug breaks: a claim that cannot fail says nothing."""
    broken = {bug.breaks for bug in machine.bugs.values()}
    return [f"no bug breaks {name}" for name in machine.properties if name not in broken]


def unreached(machine: AnyMachine, rows: Sequence[Row]) -> list[str]:
    """Witnesses that no bounds reach, and actions that never happen."""
    reached = {name for row in rows for name in row.reached}
    fired = {name for row in rows for name in row.fired}
    return [
        *(f"{name} is not reached" for name in machine.witnesses if name not in reached),
        *(f"{action.name} never happens" for action in machine.actions if action.name not in fired),
    ]
