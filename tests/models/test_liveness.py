"""What must come: lassos are runs of the machine, fair, and there whenever any fair run breaks the promise."""

from __future__ import annotations

from itertools import chain, combinations
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.explore import Exploration, explore
from nilometer_models.liveness import Lasso
from nilometer_models.machine import Fair, Instance, Machine
from nilometer_models.traces import replay
from tests.models import toy
from tests.models.crossing import State, crossing

FAIR = ["Pass", "TurnGreen", "TurnRed"]


def somebody_waits(s: State) -> bool:
    return s.waiting != (0, 0)


def nobody_waits(s: State) -> bool:
    return s.waiting == (0, 0)


def test_what_always_comes_has_no_counterexample() -> None:
    run = explore(crossing(2))
    assert run.leads_to(somebody_waits, nobody_waits, FAIR) is None
    assert run.what_never_comes("everybody_gets_through") is None


def test_without_fairness_nothing_need_ever_happen() -> None:
    lasso = explore(crossing(1)).leads_to(somebody_waits, nobody_waits)
    assert lasso is not None
    assert lasso.stops
    assert len(lasso) == 2
    assert str(lasso).endswith("and nothing more need happen")
    assert "nothing more" in lasso._repr_html_()


def test_a_step_that_is_possible_now_and_then_need_not_be_taken() -> None:
    """Weak fairness does not make a car pass if its light is green in every round, and red again before."""
    lasso = explore(crossing(1, is_patient=False)).what_never_comes("everybody_gets_through")
    assert lasso is not None
    loop = lasso.trace.states[lasso.back_to - 1 :]
    assert loop[0] == loop[-1]
    assert all(sum(s.waiting) == 1 for s in loop)
    assert any("green" in s.lights for s in loop)
    assert str(lasso).endswith(f"and so on from step {lasso.back_to}")


def test_fairness_of_each_light_is_more_than_fairness_of_some_light() -> None:
    run = explore(crossing(1, takes_turns=False))
    assert run.leads_to(somebody_waits, nobody_waits, ["Pass", "TurnGreen"]) is None
    lasso = run.leads_to(somebody_waits, nobody_waits, ["Pass", Fair("TurnGreen", each=[])])
    assert lasso is not None
    assert not lasso.stops
    waiting = lasso.trace.states[-1].waiting
    loop = lasso.trace.labels[lasso.back_to - 1 :]
    assert {label.action for label in loop} == {"TurnGreen", "TurnRed"}
    assert {dict(label.args)["light"] for label in loop} == {2 if waiting[0] else 1}


def test_a_conclusion_that_holds_with_its_premise_is_enough() -> None:
    run = explore(crossing(1))
    assert run.leads_to(somebody_waits, somebody_waits) is None
    assert run.leads_to(lambda _: False, lambda _: False) is None


def test_of_a_search_that_was_cut_nothing_is_told() -> None:
    with pytest.raises(ValueError, match="what follows cannot be told"):
        explore(crossing(2), states_max=5).leads_to(somebody_waits, nobody_waits)


def test_an_action_that_there_is_not_cannot_be_fair() -> None:
    with pytest.raises(KeyError, match="Fill, Empty, Pour"):
        explore(toy.instance()).leads_to(lambda _: True, lambda _: False, ["Drink"])


# Arbitrary graphs: states are numbers, `A` and `B` lead along their edges.


class Graph(NamedTuple):
    size: int
    a: frozenset[tuple[int, int]]
    b: frozenset[tuple[int, int]]


GRAPHS: Machine[Graph, int, int] = Machine("graphs", lambda _: [0], lambda _, s: s)


@GRAPHS.action("any", to=lambda c: range(c.size))
class A:
    """Along an edge of `a`."""

    @staticmethod
    def why_not(c: Graph, s: int, to: int) -> str | None:
        return None if (s, to) in c.a else "no edge"

    @staticmethod
    def apply(_: Graph, s: int, to: int) -> int:  # noqa: ARG004
        return to


@GRAPHS.action("any", to=lambda c: range(c.size))
class B:
    """Along an edge of `b`."""

    @staticmethod
    def why_not(c: Graph, s: int, to: int) -> str | None:
        return None if (s, to) in c.b else "no edge"

    @staticmethod
    def apply(_: Graph, s: int, to: int) -> int:  # noqa: ARG004
        return to


SIZE = 5
EDGES = st.frozensets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=8)
SOME = st.frozensets(st.integers(0, SIZE - 1))
FAIRNESS = st.lists(
    st.builds(Fair, st.sampled_from("AB"), st.sampled_from([None, (), ("to",)])), max_size=2, unique_by=lambda one: one
)
Step = tuple[str, int]


def steps_of(graph: Graph, state: int) -> list[tuple[Step, int]]:
    edges = chain((("A", edge) for edge in graph.a), (("B", edge) for edge in graph.b))
    return [((name, to), to) for name, (start, to) in sorted(edges) if start == state]


def is_fair(graph: Graph, states: set[int], taken: set[Step], fair: list[Fair]) -> bool:
    """A run that is in these states and takes these steps again and again."""
    for one in fair:
        groups = [[(one.action, to) for to in range(SIZE)]]
        if one.each != ():
            groups = [[step] for step in groups[0]]
        for group in groups:
            possible = [any(step in group and to != s for step, to in steps_of(graph, s)) for s in states]
            if all(possible) and not any(step in taken for step in group):
                return False
    return True


def reachable(graph: Graph, starts: set[int], within: frozenset[int]) -> set[int]:
    found, waiting = set(starts), list(starts)
    while waiting:
        for _, to in steps_of(graph, waiting.pop()):
            if to in within and to not in found:
                found.add(to)
                waiting.append(to)
    return found


def breaks_promise(graph: Graph, premise: frozenset[int], conclusion: frozenset[int], fair: list[Fair]) -> bool:
    """By definition: some set of states that a run may be in for ever, whether or not it is as large as it can be."""
    everything = frozenset(range(SIZE))
    seen = reachable(graph, {0}, everything)
    waiting = everything - conclusion
    late = reachable(graph, seen & premise & waiting, waiting)
    for size in range(1, len(late) + 1):
        for chosen in map(frozenset, combinations(sorted(late), size)):
            if any(reachable(graph, {s}, chosen) != chosen for s in chosen):
                continue
            taken = {step for s in chosen for step, to in steps_of(graph, s) if to in chosen and to != s}
            if is_fair(graph, set(chosen), taken, fair):
                return True
    return False


@settings(max_examples=300, deadline=None)
@given(st.builds(Graph, st.just(SIZE), EDGES, EDGES), SOME, SOME, FAIRNESS)
def test_a_lasso_is_found_exactly_where_there_is_a_fair_run_without_the_conclusion(
    graph: Graph, premise: frozenset[int], conclusion: frozenset[int], fair: list[Fair]
) -> None:
    run: Exploration[Graph, int, int] = explore(Instance(GRAPHS, graph))
    lasso = run.leads_to(lambda s: s in premise, lambda s: s in conclusion, fair)
    assert (lasso is not None) == breaks_promise(graph, premise, conclusion, fair)
    if lasso is not None:
        check_lasso(lasso, premise, conclusion, fair)


def check_lasso(
    lasso: Lasso[Graph, int, int], premise: frozenset[int], conclusion: frozenset[int], fair: list[Fair]
) -> None:
    trace = lasso.trace
    assert replay(trace.instance, trace.labels).states == trace.states
    loop = trace.states[lasso.back_to - 1 :]
    assert loop[0] == loop[-1]
    waits = [index for index, s in enumerate(trace.states) if s in premise and s not in conclusion]
    assert any(not conclusion & set(trace.states[index:]) for index in waits)
    taken = {(label.action, dict(label.args)["to"]) for label in trace.labels[lasso.back_to - 1 :]}
    assert is_fair(trace.instance.config, set(loop), taken, fair)
