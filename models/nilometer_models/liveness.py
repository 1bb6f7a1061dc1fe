"""Does something always come? A premise is followed by its conclusion, if some actions are fair.

A run that breaks it reaches a state with the premise, never again one with the conclusion, and goes on for ever: it
ends in a strongly connected part of the states without the conclusion. Such a part is a counterexample if every fair
step is, somewhere in the part, either not possible or taken: then a run may go round in it and be fair. A single state
without fair steps is one, too: nothing need ever happen there (TLA+ lets a run stutter).

Fairness is weak, as TLA+ has it: `Fair` in `machine.py`. A step that changes nothing does not count as possible.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from nilometer_models.machine import C, Fair, S, V
from nilometer_models.traces import Trace

if TYPE_CHECKING:
    from nilometer_models.explore import Exploration, Step

Group = Hashable
"""Steps that are fair together."""
Predicate = Callable[[Any], Any]


@dataclass(frozen=True, repr=False)
class Lasso(Generic[C, S, V]):
    """A run that goes on for ever: `trace`, whose last state is that of row `back_to`, and then round and round."""

    trace: Trace[C, S, V]
    back_to: int

    def __len__(self) -> int:
        """Rows of the trace, with one turn of the loop."""
        return len(self.trace)

    @property
    def stops(self) -> bool:
        """Nothing more happens, instead of a loop."""
        return self.back_to == len(self.trace)

    @property
    def _end(self) -> str:
        return "and nothing more need happen" if self.stops else f"and so on from step {self.back_to}"

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self.trace}\n  {self._end}"

    def _repr_html_(self) -> str:
        """For notebooks."""
        return f"{self.trace._repr_html_()}<p>{self._end}</p>"


class _Fairness:
    """Which steps are fair together."""

    def __init__(self, run: Exploration[Any, Any, Any], fair: Sequence[Fair]) -> None:
        machine = run.instance.machine
        self._run = run
        self._parts: dict[int, list[tuple[int, list[int]]]] = {}
        for number, one in enumerate(fair):
            action = machine.action_named(one.action)
            names = list(action.domains)
            each = names if one.each is None else list(one.each)
            positions = [names.index(name) for name in each]
            self._parts.setdefault(machine.actions.index(action), []).append((number, positions))

    def groups(self, step: Step) -> Iterator[Group]:
        """Those that a step belongs to."""
        index, arguments = step
        for number, positions in self._parts.get(index, ()):
            yield number, tuple(arguments[position] for position in positions)

    def possible(self, state: int) -> set[Group]:
        """Groups of which a step is possible that changes something."""
        edges = self._run.successors(state)
        return {group for step, successor in edges if successor != state for group in self.groups(step)}


def leads_to(
    run: Exploration[C, S, V], premise: Predicate, conclusion: Predicate, fair: Sequence[Fair] = ()
) -> Lasso[C, S, V] | None:
    """A shortest way into a run in which the conclusion does not follow; None if it always does.

    ValueError if the search was cut: of a part of the graph one cannot tell.
    """
    if not run.exhausted:
        raise ValueError(f"only {run.states:,} states were seen: what follows cannot be told")
    views = [run.instance.view(run.state(number)) for number in range(run.states)]
    waiting = [not conclusion(view) for view in views]
    starts = [number for number, view in enumerate(views) if waiting[number] and premise(view)]
    came_from = _nearest(run, starts, waiting)
    fairness = _Fairness(run, fair)
    entries = {number: rank for rank, number in enumerate(came_from)}
    best: list[int] | None = None
    for part in _components(run, came_from):
        if _may_stay(run, fairness, part):
            part.sort(key=entries.__getitem__)
            if best is None or entries[part[0]] < entries[best[0]]:
                best = part
    if best is None:
        return None
    return _lasso(run, came_from, fairness, best)


def _nearest(
    run: Exploration[Any, Any, Any], starts: Sequence[int], waiting: Sequence[bool]
) -> dict[int, tuple[int, Step] | None]:
    """States that a run without the conclusion may be in after the premise, the nearest first, with the step to each.

    None stands for the premise itself: the way to it is any shortest one.
    """
    levels = list(run.levels())
    queue: list[tuple[int, int, int, tuple[int, Step] | None]] = [
        (levels[start], order, start, None) for order, start in enumerate(starts)
    ]
    order = len(queue)
    found: dict[int, tuple[int, Step] | None] = {}
    while queue:
        level, _, number, before = heapq.heappop(queue)
        if number in found:
            continue
        found[number] = before
        for step, successor in run.successors(number):
            if waiting[successor] and successor not in found:
                heapq.heappush(queue, (level + 1, order, successor, (number, step)))
                order += 1
    return found


def _components(run: Exploration[Any, Any, Any], inside: Collection[int]) -> Iterator[list[int]]:
    """Strongly connected parts of the graph within these states (Tarjan, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in inside:
        if root in index:
            continue
        work = [(root, iter(run.successors(root)))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            number, edges = work[-1]
            for _, successor in edges:
                if successor not in inside:
                    continue
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(run.successors(successor))))
                    break
                if successor in on_stack:
                    low[number] = min(low[number], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[number])
                if low[number] == index[number]:
                    part: list[int] = []
                    while not part or part[-1] != number:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    yield part


def _may_stay(run: Exploration[Any, Any, Any], fairness: _Fairness, part: Sequence[int]) -> bool:
    """Whether a fair run may stay in this part for ever."""
    always = fairness.possible(part[0])
    for number in part[1:]:
        if not always:
            return True
        always &= fairness.possible(number)
    members = set(part)
    for number in part:
        for step, successor in run.successors(number):
            if successor in members and successor != number:
                always.difference_update(fairness.groups(step))
    return not always


def _lasso(
    run: Exploration[C, S, V],
    came_from: dict[int, tuple[int, Step] | None],
    fairness: _Fairness,
    part: Sequence[int],
) -> Lasso[C, S, V]:
    number = part[0]
    stem: list[tuple[Step, int]] = []
    while (before := came_from[number]) is not None:
        stem.append((before[1], number))
        number = before[0]
    first = run.trace_to(number)
    turn = _turn(run, fairness, part)
    path = [*reversed(stem), *turn]
    states = (*first.states, *(run.state(after) for _, after in path))
    labels = (*first.labels, *(run.label(step) for step, _ in path))
    return Lasso(Trace(run.instance, states, labels), len(states) - len(turn))


def _turn(run: Exploration[Any, Any, Any], fairness: _Fairness, part: Sequence[int]) -> list[tuple[Step, int]]:
    """A way round from the first state of the part: each fair step is taken, or not possible somewhere."""
    start, members = part[0], frozenset(part)
    path: list[tuple[Step, int]] = []
    owed = fairness.possible(start)
    here = start
    while owed:
        group = min(owed, key=repr)

        def pays(step: Step, after: int, group: Group = group) -> bool:
            return group in fairness.groups(step) or group not in fairness.possible(after)

        for step, after in _way(run, members, here, pays):
            path.append((step, after))
            owed -= set(fairness.groups(step))
            owed &= fairness.possible(after)
            here = after
    if path and here != start:
        path += _way(run, members, here, lambda _, after: after == start)
    return path


def _way(
    run: Exploration[Any, Any, Any], members: frozenset[int], start: int, ends: Callable[[Step, int], bool]
) -> list[tuple[Step, int]]:
    """A shortest non-empty way from a state within its part, whose last step is an end."""
    came_from: dict[int, tuple[int, Step]] = {}
    queue = deque([start])
    while queue:
        number = queue.popleft()
        for step, successor in run.successors(number):
            if successor not in members or successor == number:
                continue
            if ends(step, successor):
                path = [(step, successor)]
                while number != start:
                    before, through = came_from[number]
                    path.append((through, number))
                    number = before
                return path[::-1]
            if successor not in came_from and successor != start:
                came_from[successor] = number, step
                queue.append(successor)
    raise AssertionError("the part is strongly connected")
