"""Breadth-first search of every reachable state: shortest counterexamples, witnesses, and the graph if asked for.

    run = explore(instance)
    run.states, run.edges, run.depth           distinct states; labelled edges; levels (the initial states are level 1)
    run.violations["committed_within_isr"]     the shortest trace that breaks it
    run.witnesses["two_leaders"]               the shortest trace that reaches it
    run.exhausted                              False when a limit cut the search: then nothing was shown to hold

States are numbered in the order in which they are found; a state keeps the number of its parent and the step that led
to it, so that a trace is a walk up. The loop itself is `search.py`. Memory is bounded by `states_max`: a search that
reaches it is not exhausted. States are kept whole and compared whole; Python's hashes alone would not do as
fingerprints, as -1 and -2 have the same.
"""

from __future__ import annotations

import html
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic

from nilometer_models.liveness import Lasso, leads_to
from nilometer_models.machine import C, Fairness, Instance, Label, S, V, as_fair
from nilometer_models.search import Progress, Report, Search
from nilometer_models.traces import Trace
from nilometer_models.verdicts import Verdict, Verdicts

if TYPE_CHECKING:
    import networkx

__all__ = ["Exploration", "Progress", "Report", "Step", "explore", "reach", "shortest", "wedged"]

STATES_MAX: Final = 2_000_000
"""A state costs 0.5 to 1 KB, with the graph half as much again: two gigabytes at most."""

Step = tuple[int, tuple[Any, ...]]
"""Index of an action, and its arguments."""


@dataclass(repr=False)
class Exploration(Generic[C, S, V]):
    """What a search has found. Claims that are not in `violations` hold if the search was exhausted."""

    instance: Instance[C, S, V]
    edges: int = 0
    """Distinct (state, action, arguments, next state)."""
    depth: int = 0
    seconds: float = 0.0
    exhausted: bool = False
    violations: dict[str, Trace[C, S, V]] = field(default_factory=dict)
    witnesses: dict[str, Trace[C, S, V]] = field(default_factory=dict)
    fired: dict[str, int] = field(default_factory=dict)
    """How many edges each action has: an action with none is dead."""
    goal: Trace[C, S, V] | None = None
    """The shortest trace to what `until` asked for."""
    found: list[S] = field(default_factory=list, repr=False)
    """The states, in the order in which they were found."""
    numbers: dict[S, int] = field(default_factory=dict, repr=False)
    """The place of each in `found`."""
    parents: array[int] = field(default_factory=lambda: array("q"), repr=False)
    steps: array[int] = field(default_factory=lambda: array("q"), repr=False)
    """What led to each state: a place in `instance.candidates`; -1 for initial states."""
    leaving: list[list[tuple[int, int]]] | None = field(default=None, repr=False)
    """(step, state after it) of each state, if the graph was kept."""

    @property
    def states(self) -> int:
        """Distinct reachable states."""
        return len(self.found)

    @property
    def holds(self) -> bool:
        """Every claim was checked in every reachable state, and none was broken."""
        return self.exhausted and not self.violations

    def trace_or_none(self, found: Trace[C, S, V] | None) -> Trace[C, S, V] | None:
        """What was looked for; None if there is no such thing. ValueError if not everything was seen."""
        if found is None and not self.exhausted:
            raise ValueError(f"nothing found in {self.states:,} states, and not all were seen")
        return found

    @property
    def properties(self) -> Mapping[str, Verdict[C, S, V]]:
        """What this search says of each claim and witness, by name."""
        return Verdicts(self)

    def levels(self) -> Iterator[int]:
        """The level of each state, in the order of their numbers."""
        found: list[int] = []
        for parent in self.parents:
            found.append(1 if parent < 0 else found[parent] + 1)
            yield found[-1]

    def state(self, number: int) -> S:
        """The state of a node of `graph()`."""
        return self.found[number]

    def trace_to(self, number: int, broken: str | None = None) -> Trace[C, S, V]:
        """A shortest path to a state."""
        states, labels = [self.state(number)], []
        while (step := self.steps[number]) >= 0:
            labels.append(self.label(self.step(step)))
            number = self.parents[number]
            states.append(self.state(number))
        return Trace(self.instance, tuple(reversed(states)), tuple(reversed(labels)), broken)

    @cached_property
    def _all_steps(self) -> list[Step]:
        indices = {action.name: index for index, action in enumerate(self.instance.machine.actions)}
        return [(indices[action.name], arguments) for action, arguments in self.instance.candidates]

    def step(self, candidate: int) -> Step:
        """The step that stands at a place in `instance.candidates`."""
        return self._all_steps[candidate]

    def label(self, step: Step) -> Label:
        return self.instance.machine.actions[step[0]].label(step[1])

    def successors(self, number: int) -> list[tuple[Step, int]]:
        """Edges that leave a state, of those that were found. A search without `keep_graph` looks at them again."""
        if self.leaving is not None:
            steps = self._all_steps
            return [(steps[step], successor) for step, successor in self.leaving[number]]
        indices = {action.name: index for index, action in enumerate(self.instance.machine.actions)}
        return [
            ((indices[action.name], arguments), self.numbers[after])
            for action, arguments, after in self.instance.steps(self.state(number))
            if after in self.numbers
        ]

    def leads_to(
        self, premise: Callable[[V], Any], conclusion: Callable[[V], Any], fair: Fairness = ()
    ) -> Lasso[C, S, V] | None:
        """A run in which the premise holds and the conclusion never comes, although these actions are fair; or None."""
        return leads_to(self, premise, conclusion, as_fair(fair))

    def of_graph(self, name: str) -> Trace[C, S, V] | Lasso[C, S, V] | None:
        """How a property is broken that is about the whole graph; None if it holds."""
        machine = self.instance.machine
        if name in machine.can_always:
            return wedged(self, machine.can_always[name].claim)
        return self.what_never_comes(name)

    def what_never_comes(self, name: str) -> Lasso[C, S, V] | None:
        """The same of a registered property."""
        claim = self.instance.machine.leading_to[name]
        return leads_to(self, lambda view: claim.claim(view)[0], lambda view: claim.claim(view)[1], claim.fair)

    def labelled_edges(self) -> Iterator[tuple[S, Label, S]]:
        """Every edge, with its states."""
        for number in range(self.states):
            for step, successor in self.successors(number):
                yield self.state(number), self.label(step), self.state(successor)

    def __repr__(self) -> str:
        part = "everything that is reachable" if self.exhausted else "and not everything was seen"
        counts = f"{self.states:,} states, {self.edges:,} edges, depth {self.depth}, {self.seconds:.1f}s: {part}"
        return "\n".join([counts, *(f"  {verdict}" for verdict in self.properties.values())])

    def _repr_html_(self) -> str:
        """For notebooks."""
        head, *lines = map(html.escape, repr(self).splitlines())
        return f"<p>{head}</p><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"

    def graph(self) -> networkx.MultiDiGraph[int]:
        """The state graph: integer nodes with attribute `state`, edges with attribute `action`."""
        import networkx  # noqa: PLC0415  # exploring itself needs nothing that is compiled

        made: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
        made.add_nodes_from((number, {"state": self.state(number)}) for number in range(self.states))
        for number in range(self.states):
            made.add_edges_from(
                (number, successor, {"action": str(self.label(step))}) for step, successor in self.successors(number)
            )
        return made


def explore(
    instance: Instance[C, S, V],
    *,
    stop_at: frozenset[str] | None = None,
    until: Callable[[V], Any] | None = None,
    starts: Iterable[S] | None = None,
    states_max: int = STATES_MAX,
    keep_graph: bool = False,
    report: Report | None = None,
) -> Exploration[C, S, V]:
    """Search everything that is reachable.

    `stop_at` ends the search at the first violation of one of these properties (of any, if the set is empty);
    by default it goes on, and finds the shortest violation of each. `until` ends it at the first state whose view
    satisfies a claim. `starts` are other states to begin with than the initial ones. `report` hears of the progress.
    """
    run = Exploration(instance)
    search = Search(run, stop_at=stop_at, until=until)
    search.go(starts=starts, states_max=states_max, keep_graph=keep_graph, report=report)
    return run


def shortest(instance: Instance[C, S, V], violating: str, **limits: Any) -> Trace[C, S, V] | None:
    """A shortest trace that breaks one property; None if there is none. ValueError if the search was cut."""
    run = explore(instance, stop_at=frozenset({violating}), **limits)
    return run.trace_or_none(run.violations.get(violating))


def reach(instance: Instance[C, S, V], claim: Callable[[V], Any], **limits: Any) -> Trace[C, S, V] | None:
    """A shortest trace to a state whose view satisfies the claim; None if it is unreachable in these bounds."""
    run = explore(instance, until=claim, **limits)
    return run.trace_or_none(run.goal)


def wedged(run: Exploration[C, S, V], claim: Callable[[V], bool]) -> Trace[C, S, V] | None:
    """A shortest trace to a state from which the claim can never come true again; None if it always can.

    Needs no fairness: it finds clients that are stuck, whatever anybody does (backward reachability).
    ValueError if the search was cut: a state that was not expanded only looks stuck.
    """
    if not run.exhausted:
        raise ValueError(f"only {run.states:,} states were seen: what stays possible cannot be told")
    backwards: list[list[int]] = [[] for _ in range(run.states)]
    for number in range(run.states):
        for _, successor in run.successors(number):
            backwards[successor].append(number)
    good = [number for number in range(run.states) if claim(run.instance.view(run.state(number)))]
    reaches = bytearray(run.states)
    for number in good:
        reaches[number] = 1
    while good:
        for predecessor in backwards[good.pop()]:
            if not reaches[predecessor]:
                reaches[predecessor] = 1
                good.append(predecessor)
    stuck = reaches.find(0)
    return None if stuck < 0 else run.trace_to(stuck)
