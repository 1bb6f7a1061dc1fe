"""The loop of the explorer: each state is expanded once, in the order in which states were found.

Claims about a state are checked when it is found, claims about a step when it is taken.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic

from nilometer_models.machine import Action, C, Property, S, V
from nilometer_models.traces import Trace

if TYPE_CHECKING:
    from nilometer_models.explore import Exploration

LOOK_EVERY: Final = 256
"""States after which the clock is asked."""
REPORT_S: Final = 0.25


@dataclass(frozen=True)
class Progress:
    """How far a search has come."""

    states: int
    frontier: int
    depth: int
    seconds: float

    def __str__(self) -> str:
        rate = self.states / self.seconds if self.seconds else 0
        return f"{self.states:,} states, frontier {self.frontier:,}, depth {self.depth}, {rate:,.0f} states/s"


Report = Callable[[Progress], None]
Moves = Callable[[Any], list[tuple[int, Any]]]
"""The steps of an action from a state: place among the candidates, and the state after it."""


def moves_of(action: Action, config: Any, candidates: list[tuple[int, tuple[Any, ...]]]) -> Moves:
    """Actions of one and two parameters, which most are, are called without unpacking: a fifth of the time."""
    why_not, apply = action.why_not, action.apply
    if len(action.domains) == 1:
        ones = [(place, one) for place, (one,) in candidates]
        return lambda s: [(p, apply(config, s, one)) for p, one in ones if why_not(config, s, one) is None]
    if len(action.domains) == 2:
        twos = [(place, one, two) for place, (one, two) in candidates]
        return lambda s: [(p, apply(config, s, a, b)) for p, a, b in twos if why_not(config, s, a, b) is None]
    return lambda s: [(p, apply(config, s, *some)) for p, some in candidates if why_not(config, s, *some) is None]


class Search(Generic[C, S, V]):
    """Fills an `Exploration`. Claims leave the lists when they are broken or reached."""

    def __init__(
        self, run: Exploration[C, S, V], *, stop_at: frozenset[str] | None, until: Callable[[V], Any] | None
    ) -> None:
        self._run = run
        self._stop_at = stop_at
        self._until = until
        self._stopped = False
        machine = run.instance.machine
        self._invariants = list(machine.invariants.values())
        self._witnesses = list(machine.witnesses.values())
        self._steps = list(machine.step_properties.values())
        places = list(enumerate(run.instance.candidates))
        self._moves = [
            moves_of(action, run.instance.config, [(place, args) for place, (one, args) in places if one is action])
            for action in machine.actions
        ]

    def go(
        self, *, starts: Iterable[S] | None = None, states_max: int, keep_graph: bool, report: Report | None
    ) -> None:
        """Search until everything was expanded, or something stops it. Interrupted, it has counted what it saw."""
        run = self._run
        run.leaving = [] if keep_graph else None
        started = time.perf_counter()
        fired = [0] * len(run.instance.candidates)
        try:
            with _no_cycles_are_made():
                for state in run.instance.initial() if starts is None else starts:
                    if run.numbers.setdefault(state, run.states) == run.states:
                        self._add(state, -1, -1)
                expanded = self._expand(states_max, fired, report, started)
            run.exhausted = expanded == run.states and not self._stopped
        finally:
            run.fired = dict.fromkeys((action.name for action in run.instance.machine.actions), 0)
            for (action, _), count in zip(run.instance.candidates, fired, strict=True):
                run.fired[action.name] += count
            run.edges = sum(fired)
            run.seconds = time.perf_counter() - started
            if run.leaving is not None:
                run.leaving.extend([] for _ in range(run.states - len(run.leaving)))

    def _add(self, state: S, parent: int, step: int) -> None:
        """A state that is new, and has its number."""
        run = self._run
        number = len(run.found)
        run.found.append(state)
        run.parents.append(parent)
        run.steps.append(step)
        view = run.instance.machine.view(run.instance.config, state)
        for claim in self._invariants:
            if not claim.claim(view):
                self._broken(claim, run.trace_to(number, claim.name))
        for claim in self._witnesses:
            if claim.claim(view):
                run.witnesses[claim.name] = run.trace_to(number)
                self._witnesses = [other for other in self._witnesses if other is not claim]
        if self._until is not None and self._until(view):
            run.goal = run.trace_to(number)
            self._until = None
            self._stopped = True

    def _expand(self, states_max: int, fired: list[int], report: Report | None, started: float) -> int:
        """How many states were expanded."""
        run = self._run
        found, numbers, graph, all_moves = run.found, run.numbers, run.leaving, self._moves
        run.depth = 1
        level_end, number, reported = len(found), 0, started
        while number < len(found) and not self._stopped and len(found) < states_max:
            if number == level_end:
                run.depth += 1
                level_end = len(found)
            state = found[number]
            leaving: list[tuple[int, S]] = []
            for moves in all_moves:
                leaving += moves(state)
            for step, after in leaving:
                fired[step] += 1
                if numbers.setdefault(after, len(found)) == len(found):
                    self._add(after, number, step)
            if self._steps:
                self._check_steps(number, state, leaving)
            if graph is not None:
                graph.append([(step, numbers[after]) for step, after in leaving])
            number += 1
            if report is not None and number % LOOK_EVERY == 0 and time.perf_counter() >= reported + REPORT_S:
                reported = time.perf_counter()
                report(Progress(len(found), len(found) - number, run.depth, reported - started))
        return number

    def _check_steps(self, number: int, state: S, leaving: list[tuple[int, S]]) -> None:
        run = self._run
        view, config = run.instance.machine.view, run.instance.config
        before = view(config, state)
        for step, after in leaving:
            reached = view(config, after)
            for claim in self._steps:
                if not claim.claim(before, reached):
                    path = run.trace_to(number)
                    labels = (*path.labels, run.label(run.step(step)))
                    self._broken(claim, Trace(run.instance, (*path.states, after), labels, claim.name))

    def _broken(self, claim: Property, trace: Trace[C, S, V]) -> None:
        """An invariant or a step property; each is told once."""
        self._run.violations[claim.name] = trace
        self._invariants = [other for other in self._invariants if other is not claim]
        self._steps = [other for other in self._steps if other is not claim]
        if self._stop_at is not None and (not self._stop_at or claim.name in self._stop_at):
            self._stopped = True


@contextmanager
def _no_cycles_are_made() -> Iterator[None]:
    """States hold no cycles, and there are millions of them: that nobody looks for cycles saves much time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
