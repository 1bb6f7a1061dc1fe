"""Do the Python model and its TLA+ module describe the same labelled graph, and mean the same by each property?

Both are searched breadth-first from their own initial states; states are compared in the common form of `values`.
Equal graphs mean that two readings of the same rules, written apart, agree on every state, step and argument; equal
truths, that each invariant says the same of every state, also of those that only a wrong protocol reaches.

Of a graph with more than `states_max` states as many whole levels are compared as fit.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from nilometer_models.explore import Exploration, explore
from nilometer_models.java import Java
from nilometer_models.machine import Instance, Label
from nilometer_models.tlc.stepping import Stepper, TlcState
from nilometer_models.tlc.values import Record, canonical, canonical_state

STATES_MAX = 20_000
SHOWN_MAX = 3
Edge = tuple[Record, Label, Record]


@dataclass(frozen=True, repr=False)
class Twin:
    """The counts of both graphs, and the first things that only one of them has or says."""

    python_states: int
    tla_states: int
    python_edges: int
    tla_edges: int
    levels: int
    """Levels compared; the initial states are the first."""
    whole: bool
    """Whether these are all levels that there are."""
    differences: tuple[str, ...] = ()
    broken: dict[str, int] = field(default_factory=dict)
    """Invariants that some state breaks, by their Python name, with the level of the first one."""

    @property
    def equal(self) -> bool:
        return not self.differences

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        if self.equal:
            part = "" if self.whole else f" in the first {self.levels} levels"
            return f"equal: {self.python_states:,} states, {self.python_edges:,} labelled edges{part}"
        counts = f"python {self.python_states}/{self.python_edges}, TLA+ {self.tla_states}/{self.tla_edges}"
        return "\n".join([f"different ({counts} states/edges)", *self.differences])


@dataclass
class Graph:
    """The first levels of a graph, level by level. `states` in the common form, with level and the engine's own."""

    states: dict[Record, tuple[int, Any]] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)
    """A set that keeps its order."""

    def without(self, other: Graph) -> tuple[list[Record], list[Edge]]:
        """The first states and edges that the other graph has not."""
        states = (state for state in self.states if state not in other.states)
        edges = (edge for edge in self.edges if edge not in other.edges)
        return list(islice(states, SHOWN_MAX)), list(islice(edges, SHOWN_MAX))


def tla_graph(stepper: Stepper, levels: int) -> Graph:
    """What TLC reaches in so many levels; the last one is not expanded unless it is the end of the graph."""
    graph = Graph()
    queue: deque[TlcState] = deque()

    def see(state: TlcState, level: int) -> None:
        if state.values not in graph.states:
            graph.states[state.values] = level, state
            queue.append(state)

    for state in stepper.initial():
        see(state, 1)
    while queue:
        state = queue.popleft()
        level, _ = graph.states[state.values]
        if level > levels:
            break
        for label, after in stepper.steps(state):
            graph.edges[state.values, label, after.values] = None
            see(after, level + 1)
    return graph


def python_graph(run: Exploration[Any, Any, Any], levels: int) -> Graph:
    """The same of a search that kept its graph."""
    graph = Graph()
    shallow = [level for level in run.levels() if level <= levels + 1]  # states are numbered level by level
    forms = [canonical_state(run.state(number)) for number in range(len(shallow))]
    for number, level in enumerate(shallow):
        graph.states[forms[number]] = level, run.state(number)
        if level <= levels:
            for step, successor in run.successors(number):
                graph.edges[forms[number], _canonical_label(run.label(step)), forms[successor]] = None
    return graph


def _canonical_label(label: Label) -> Label:
    return Label(label.action, tuple((name, canonical(value)) for name, value in label.args))


def compare(
    instance: Instance[Any, Any, Any], module: Path, *, java: Java | None = None, states_max: int = STATES_MAX
) -> Twin:
    """Compare the two readings at the bounds of the instance."""
    run = explore(instance, keep_graph=True, states_max=states_max)
    levels = run.depth if run.exhausted else run.depth - 1
    python = python_graph(run, levels)
    stepper = Stepper(instance, module, java)
    tla = tla_graph(stepper, levels)
    differences = [
        text
        for who, (states, edges) in (("Python", python.without(tla)), ("TLA+", tla.without(python)))
        for text in (*(f"only {who} reaches {_show(state)}" for state in states), *(_show_edge(who, e) for e in edges))
    ]
    broken, disagreements = compare_truths(instance, stepper, python, tla)
    return Twin(
        len(python.states), len(tla.states), len(python.edges), len(tla.edges), levels, run.exhausted,
        (*differences, *disagreements[:SHOWN_MAX]), broken,
    )  # fmt: skip


def compare_truths(
    instance: Instance[Any, Any, Any], stepper: Stepper, python: Graph, tla: Graph
) -> tuple[dict[str, int], list[str]]:
    """Each invariant in each state that both reach: where it is first broken, and where only one says so."""
    broken: dict[str, int] = {}
    disagreements = []
    for form, (level, state) in python.states.items():
        if form not in tla.states:
            continue
        view = instance.view(state)
        for claim in instance.machine.invariants.values():
            truth = bool(claim.claim(view))
            if truth != stepper.is_true(claim.tla_name, tla.states[form][1]):
                whose = "Python" if truth else "TLA+"
                disagreements.append(f"only {whose} says that {claim.name} holds in {_show(form)}")
            if not truth:
                broken.setdefault(claim.name, level)
    return broken, disagreements


def _show_edge(who: str, edge: Edge) -> str:
    return f"only {who} takes {edge[1]} from {_show(edge[0])} to {_show(edge[2])}"


def _show(value: Any) -> str:
    if isinstance(value, Record):
        return "[" + ", ".join(f"{name}={_show(item)}" for name, item in sorted(value.fields, key=str)) + "]"
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(_show, value))) + "}"
    if isinstance(value, tuple):
        return "<" + ", ".join(map(_show, value)) + ">"
    return str(value)
