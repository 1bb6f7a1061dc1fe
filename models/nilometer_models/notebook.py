"""What a model does at a prompt: `Instance` has these as methods. Long calls show how far they are, and stop at Ctrl-C.

model.explore()                         everything that is reachable
model.shortest(violating="log_matching")
model.compare(other, depth=8)           where two models first part
model.tlc()   model.twin()              the TLA+ module: checked by TLC; compared edge by edge
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TextIO

from nilometer_models.explore import STATES_MAX, Exploration
from nilometer_models.machine import C, Instance, Label, S, V
from nilometer_models.search import Progress, Search
from nilometer_models.traces import Trace, changes

PATIENCE_S = 2.0
LINE_EVERY_S = 10.0


class Shower:
    """Tells people of progress: after two seconds; in one line that moves where lines can, else now and then."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._moves = self._out.isatty() or "ipykernel" in sys.modules
        self._spoke: float | None = None

    def __call__(self, progress: Progress) -> None:
        if progress.seconds < PATIENCE_S:
            return
        if self._moves:
            self._out.write(f"\r{progress}\x1b[K" if self._out.isatty() else f"\r{progress}   ")
            self._spoke = progress.seconds
        elif self._spoke is None or progress.seconds >= self._spoke + LINE_EVERY_S:
            self._out.write(f"{progress}\n")
            self._spoke = progress.seconds
        self._out.flush()

    def end(self) -> None:
        """Leave the line that moved."""
        if self._moves and self._spoke is not None:
            self._out.write("\n")


def explored(
    instance: Instance[C, S, V],
    *,
    states_max: int = STATES_MAX,
    keep_graph: bool = False,
    stop_at: frozenset[str] | None = None,
    until: Callable[[V], Any] | None = None,
) -> Exploration[C, S, V]:
    """Like `explore.explore`; Ctrl-C gives what was seen so far, which then shows nothing to hold."""
    run = Exploration(instance)
    shower = Shower()
    try:
        Search(run, stop_at=stop_at, until=until).go(states_max=states_max, keep_graph=keep_graph, report=shower)
    except KeyboardInterrupt:
        pass
    finally:
        shower.end()
    return run


def shortest(instance: Instance[C, S, V], violating: str, states_max: int = STATES_MAX) -> Trace[C, S, V] | None:
    """A shortest trace that breaks an invariant or step property; None if it holds. ValueError if not all was seen."""
    claims = {**instance.machine.invariants, **instance.machine.step_properties}
    if violating not in claims:
        raise KeyError(
            f"{instance.machine.name} has no invariant or step property {violating}; it has {', '.join(claims)}"
        )
    run = explored(instance, stop_at=frozenset({violating}), states_max=states_max)
    return run.trace_or_none(run.violations.get(violating))


def reach(
    instance: Instance[C, S, V], claim: Callable[[V], Any], states_max: int = STATES_MAX
) -> Trace[C, S, V] | None:
    """A shortest trace to a view that satisfies the claim; None if there is none in these bounds."""
    run = explored(instance, until=claim, states_max=states_max)
    return run.trace_or_none(run.goal)


@dataclass(frozen=True, repr=False)
class Comparison(Generic[C, S, V]):
    """The first state in which two models do not allow the same steps, or in which a step leads elsewhere."""

    states: int
    levels: int
    trace: Trace[C, S, V] | None = None
    label: Label | None = None
    one: S | None = None
    """After that step in the first model; None where it is not possible."""
    other: S | None = None

    @property
    def equal(self) -> bool:
        return self.trace is None

    def __repr__(self) -> str:
        if self.trace is None:
            return f"no difference in {self.states:,} states, the first {self.levels} levels"
        if self.one is None or self.other is None:
            how = f"only the {'second' if self.one is None else 'first'} allows {self.label}"
        else:
            how = f"{self.label} leads to different states: {', '.join(changes(self.one, self.other))}"
        return f"{self.trace}\n  here {how}"


def compare(one: Instance[C, S, V], other: Instance[C, S, V], depth: int) -> Comparison[C, S, V]:
    """Walk both through the states that they share, level by level."""
    parents: dict[S, tuple[S, Label] | None] = dict.fromkeys(one.initial(), None)
    if set(parents) != set(other.initial()):
        raise ValueError("they do not begin in the same states")
    level, queue = dict.fromkeys(parents, 1), deque(parents)
    while queue:
        state = queue.popleft()
        ours = {action.label(arguments): after for action, arguments, after in one.steps(state)}
        theirs = {action.label(arguments): after for action, arguments, after in other.steps(state)}
        for label in (*ours, *(label for label in theirs if label not in ours)):
            if ours.get(label) != theirs.get(label):
                trace = _path(one, parents, state)
                return Comparison(len(parents), level[state], trace, label, ours.get(label), theirs.get(label))
        for label, after in ours.items() if level[state] < depth else ():
            if after not in parents:
                parents[after], level[after] = (state, label), level[state] + 1
                queue.append(after)
    return Comparison(len(parents), max(level.values()))


def _path(instance: Instance[C, S, V], parents: dict[S, tuple[S, Label] | None], state: S) -> Trace[C, S, V]:
    states, labels = [state], []
    while (before := parents[states[-1]]) is not None:
        states.append(before[0])
        labels.append(before[1])
    return Trace(instance, tuple(states[::-1]), tuple(labels[::-1]))


@dataclass(frozen=True, repr=False)
class CheckedByTlc(Generic[C, S, V]):
    """What TLC says of the TLA+ module in the same bounds."""

    states: int
    generated: int
    depth: int
    seconds: float
    broken: str | None = None
    """The property, by its name in Python."""
    trace: Trace[C, S, V] | None = None
    """Its counterexample, step by step in the Python model; None where a run goes on for ever."""

    def __repr__(self) -> str:
        verdict = "every property holds" if self.broken is None else f"{self.broken} is broken"
        counts = f"TLC: {verdict}; {self.states:,} states, {self.generated:,} generated, depth {self.depth}"
        return f"{counts}, {self.seconds:.1f}s" + (f"\n{self.trace}" if self.trace else "")


def check_by_tlc(instance: Instance[C, S, V], workers: int = 1) -> CheckedByTlc[C, S, V]:
    """Raises NoJava or NoTlc, which say what to install; ValueError where there is no module."""
    from nilometer_models.tlc.check import check, python_trace  # noqa: PLC0415  # only who asks for TLC needs it

    machine = instance.machine
    if machine.module is None:
        raise ValueError(f"{machine.name} has no TLA+ module")
    run = check(instance, machine.module, workers=workers)
    name = next((name for name, claim in machine.properties.items() if claim.tla_name == run.broken), run.broken)
    trace = python_trace(instance, run, name) if name in machine.invariants or name in machine.step_properties else None
    return CheckedByTlc(run.distinct, run.generated, run.depth, run.seconds, name, trace)
