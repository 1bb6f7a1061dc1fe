"""One task, done: a row. Tasks are plain names, so that they can go to another process."""

from __future__ import annotations

import importlib
import importlib.util
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from nilometer_models import protocols
from nilometer_models.campaign.rows import EQUAL, FAILED, HOLDS, SKIPPED, TODAY, UNKNOWN, Engine, Row, breaks
from nilometer_models.explore import Progress, explore
from nilometer_models.java import NoJava
from nilometer_models.liveness import Lasso
from nilometer_models.machine import Bounds, Bug, Instance, Machine
from nilometer_models.tlc.check import TlcFailed, check
from nilometer_models.tlc.jar import NoTlc
from nilometer_models.traces import Trace, show

AnyMachine = Machine[Any, Any, Any]
AnyInstance = Instance[Any, Any, Any]
Report = Callable[[Progress], None]
BUG_TWIN_STATES_MAX: Final = 5_000
"""The readings of wrong rules are compared so far: the right rules are compared whole where bounds say `edges`."""


@dataclass(frozen=True)
class Task:
    """`bounds` or `bug` names what to look at; neither, for a proof."""

    model: str
    engine: Engine
    bounds: str | None = None
    bug: str | None = None

    @property
    def variant(self) -> str:
        """Whose rules."""
        return self.bug or TODAY

    def __str__(self) -> str:
        return f"{self.model}: {self.bug or self.bounds or 'proof'} ({self.engine})"


def run_task(task: Task, report: Report | None = None) -> Row:
    """The row of a task; an engine that is missing skips it, and says how to get it."""
    machine = protocols.machine(task.model)
    started = time.perf_counter()
    row = Row(machine.name, task.variant, task.bounds or "", task.engine, FAILED)
    try:
        row = _dispatch(task, machine, report)
    except (NoJava, NoTlc, ModuleNotFoundError) as missing:
        row = replace(row, verdict=SKIPPED, note=str(missing))
    except TlcFailed as failed:
        row = row.wrong(str(failed))
    except Exception:  # of a model that is being written: the other tasks go on
        row = row.wrong(traceback.format_exc())
    return replace(row, seconds=time.perf_counter() - started)


def _dispatch(task: Task, machine: AnyMachine, report: Report | None) -> Row:
    if task.bug is not None:
        bug = machine.bugs[task.bug]
        if task.engine is Engine.PYTHON:
            return explore_bug(machine, bug, report)
        return (check_bug if task.engine is Engine.TLC else compare_bug)(machine, bug)
    if task.bounds is not None:
        bounds = machine.bounds[task.bounds]
        if task.engine is Engine.PYTHON:
            return explore_bounds(machine, bounds, report)
        return (check_bounds if task.engine is Engine.TLC else compare_bounds)(machine, bounds)
    return prove(task.model)


def describe(config: Any) -> str:
    """Bounds without the rules: `replicas 2, log_size 1`; sets in order, so that every process says the same."""
    return ", ".join(f"{name} {show(getattr(config, name))}" for name in config._fields if name != "rules")


# ---------------------------------------------------------------------------------------------- rules of today


def explore_bounds(machine: AnyMachine, bounds: Bounds[Any], report: Report | None = None) -> Row:
    """Everything that is reachable, by the Python reading."""
    run = explore(Instance(machine, bounds.config), keep_graph=machine.needs_graph, report=report)
    broken = next(iter(run.violations), None)
    problems = [str(trace) for trace in run.violations.values()]
    for name in (*machine.can_always, *machine.leading_to) if run.exhausted else ():
        if (found := run.of_graph(name)) is not None:
            broken = broken or name
            how = "can never come true again" if name in machine.can_always else "need not come, although all is fair"
            problems.append(f"{name} {how}\n{found}")
    if not run.exhausted:
        problems.append(f"only {run.states:,} states were seen: nothing was shown")
    return Row(
        machine.name, TODAY, bounds.name, Engine.PYTHON,
        breaks(broken) if broken else HOLDS if run.exhausted else UNKNOWN,
        states=run.states, edges=run.edges, depth=run.depth,
        reached={name: len(trace) for name, trace in run.witnesses.items()},
        fired=tuple(name for name, count in run.fired.items() if count), problems=tuple(problems),
    )  # fmt: skip


def check_bounds(machine: AnyMachine, bounds: Bounds[Any]) -> Row:
    """A full run of TLC on the TLA+ module."""
    assert machine.module is not None
    only = None if bounds.tlc_liveness else {*machine.invariants, *machine.step_properties}
    run = check(Instance(machine, bounds.config), machine.module, only=only)
    name = python_name(machine, run.broken)
    return Row(
        machine.name, TODAY, bounds.name, Engine.TLC, breaks(name) if name else HOLDS,
        states=run.distinct, depth=run.depth, problems=(f"TLC: {name} is broken",) if name else (),
    )  # fmt: skip


def compare_bounds(machine: AnyMachine, bounds: Bounds[Any]) -> Row:
    """Both readings, edge by edge."""
    return _compare(machine, Instance(machine, bounds.config), TODAY, bounds.name)


def _compare(
    machine: AnyMachine, instance: AnyInstance, variant: str, bounds: str, states_max: int | None = None
) -> Row:
    from nilometer_models.tlc.twin import STATES_MAX, compare  # noqa: PLC0415  # loads native code

    assert machine.module is not None
    twin = compare(instance, machine.module, states_max=states_max or STATES_MAX)
    return Row(
        machine.name, variant, bounds, Engine.TWIN, EQUAL if twin.equal else FAILED,
        states=twin.tla_states, edges=twin.tla_edges, depth=twin.levels, problems=twin.differences,
        note="" if twin.whole else f"the first {twin.levels} levels",
    )  # fmt: skip


def python_name(machine: AnyMachine, tla_name: str | None) -> str | None:
    """The property that TLA+ calls so."""
    return next((name for name, claim in machine.properties.items() if claim.tla_name == tla_name), tla_name)


# ------------------------------------------------------------------------------------------------------- bugs


def is_of_graph(machine: AnyMachine, name: str) -> bool:
    """Whether a property is about the whole graph, and not about a state or a step."""
    return name in machine.can_always or name in machine.leading_to


def explore_bug(machine: AnyMachine, bug: Bug[Any], report: Report | None = None) -> Row:
    """The shortest way in which a bug breaks its property; without it, the property holds in the same bounds."""
    right = Instance(machine, bug.config)
    wrong = right.with_rules(**bug.rules)
    trace: Trace[Any, Any, Any] | Lasso[Any, Any, Any] | None
    if is_of_graph(machine, bug.breaks):
        run = explore(wrong, keep_graph=True, report=report)
        trace = run.of_graph(bug.breaks) if run.exhausted else None
    else:
        run = explore(wrong, stop_at=frozenset({bug.breaks}), report=report)
        trace = run.violations.get(bug.breaks)
    row = Row(
        machine.name, bug.name, describe(bug.config), Engine.PYTHON, breaks(bug.breaks) if trace else HOLDS,
        states=run.states, length=len(trace) if trace else None,
    )  # fmt: skip
    if trace is None:
        how = "holds" if run.exhausted else f"is not broken in the first {run.states:,} states"
        row = row.wrong(f"{bug.name} survives: {bug.breaks} {how} with {dict(bug.rules)}")
    return row.wrong(*_control(machine, bug, right, report))


def _control(machine: AnyMachine, bug: Bug[Any], right: AnyInstance, report: Report | None) -> list[str]:
    if any(bounds.config == bug.config for bounds in machine.bounds.values()):
        return []  # explored in its own right
    run = explore(right, keep_graph=is_of_graph(machine, bug.breaks), stop_at=frozenset(), report=report)
    problems = [f"without {bug.name}: {trace}" for trace in run.violations.values()]
    if not problems and not run.exhausted:
        problems.append(f"without {bug.name} only {run.states:,} states were seen")
    if run.exhausted and is_of_graph(machine, bug.breaks) and run.of_graph(bug.breaks) is not None:
        problems.append(f"without {bug.name} {bug.breaks} does not hold either")
    return problems


def check_bug(machine: AnyMachine, bug: Bug[Any]) -> Row:
    """TLC's counterexample."""
    assert machine.module is not None
    wrong = Instance(machine, bug.config).with_rules(**bug.rules)
    run = check(wrong, machine.module, only={bug.breaks}, is_short=True)
    name = python_name(machine, run.broken)
    is_shortest = name is not None and name not in machine.leading_to  # its lassos vary
    row = Row(
        machine.name, bug.name, describe(bug.config), Engine.TLC, breaks(name) if name else HOLDS,
        length=len(run.trace) if is_shortest else None,
    )  # fmt: skip
    return row if name == bug.breaks else row.wrong(f"TLC does not find that {bug.name} breaks {bug.breaks}")


def compare_bug(machine: AnyMachine, bug: Bug[Any]) -> Row:
    """Both readings of the wrong rules, edge by edge, also beyond the violation."""
    wrong = Instance(machine, bug.config).with_rules(**bug.rules)
    return _compare(machine, wrong, bug.name, describe(bug.config), BUG_TWIN_STATES_MAX)


# ------------------------------------------------------------------------------------------------------ proofs


def has_proof(machine: AnyMachine) -> bool:
    """Whether the folder of the protocol has a `proof.py`."""
    return machine.home is not None and (machine.home / "proof.py").exists()


def prove(name: str) -> Row:
    """The z3 proof: `proof.py` of a protocol has `campaign_row()`."""
    row: Row = importlib.import_module(f"{protocols.module_name(name)}.proof").campaign_row()
    return row
