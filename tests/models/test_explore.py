"""The explorer: every state, shortest traces, honest limits."""

from __future__ import annotations

import pytest

from nilometer_models.explore import Progress, explore, reach, shortest, wedged
from nilometer_models.machine import Label
from tests.models.toy import State, can_be_empty, instance


def test_every_reachable_state_and_edge_is_counted_once() -> None:
    run = explore(instance(), keep_graph=True)
    assert run.exhausted
    assert run.states == 16  # known of this puzzle
    assert run.edges == sum(run.fired.values()) == len(list(run.labelled_edges()))
    assert len(set(run.labelled_edges())) == run.edges


def test_the_depth_counts_levels_and_the_first_is_one() -> None:
    run = explore(instance(), keep_graph=True)
    assert run.depth == max(len(run.trace_to(number)) for number in range(run.states))


def test_a_violation_comes_with_its_shortest_trace() -> None:
    run = explore(instance())
    assert set(run.violations) == {"never_four", "never_more_than_one_litre_less"}
    trace = run.violations["never_four"]
    assert len(trace) == 7
    assert trace.states[-1].big == 4
    assert trace.broken == "never_four"
    assert not run.holds


def test_a_broken_step_shows_the_step() -> None:
    trace = explore(instance()).violations["never_more_than_one_litre_less"]
    assert trace.labels == (Label("Fill", (("jug", "big"),)), Label("Empty", (("jug", "big"),)))


def test_witnesses_have_shortest_traces_too() -> None:
    assert len(explore(instance()).witnesses["both_full"]) == 3


def test_a_search_that_was_cut_shows_nothing_to_hold() -> None:
    run = explore(instance(), states_max=5)
    assert not run.exhausted
    assert not run.holds
    with pytest.raises(ValueError, match="not all were seen"):
        shortest(instance(), "within_the_brim", states_max=5)


def test_a_search_may_stop_at_the_first_violation() -> None:
    run = explore(instance(), stop_at=frozenset({"never_four"}))
    assert not run.exhausted
    assert "never_four" in run.violations
    assert shortest(instance(), "within_the_brim") is None


def test_reach_finds_a_shortest_path_or_says_that_there_is_none() -> None:
    trace = reach(instance(), lambda s: s.big == 1)
    assert trace is not None
    assert trace.states[-1].big == 1
    assert reach(instance(), lambda s: s.big == 1 and s.small == 2) is None


def test_a_wedge_is_a_state_from_which_the_goal_is_out_of_reach() -> None:
    assert wedged(explore(instance(), keep_graph=True), can_be_empty) is None
    stuck = wedged(explore(instance(small=0, leaks=True), keep_graph=True), can_be_empty)
    assert stuck is not None
    assert stuck.states[-1] == State(0, 5)
    with pytest.raises(ValueError, match="what stays possible cannot be told"):
        wedged(explore(instance(), states_max=5), can_be_empty)


def test_a_search_that_kept_no_graph_looks_again() -> None:
    kept, plain = explore(instance(), keep_graph=True), explore(instance())
    assert list(plain.labelled_edges()) == list(kept.labelled_edges())


def test_the_graph_is_there_for_networkx() -> None:
    networkx = pytest.importorskip("networkx")
    run = explore(instance(), keep_graph=True)
    graph = run.graph()
    assert isinstance(graph, networkx.MultiDiGraph)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (run.states, run.edges)
    assert explore(instance()).graph().number_of_edges() == run.edges


def test_progress_reads_as_a_sentence() -> None:
    assert str(Progress(1000, 10, 5, 0.5)) == "1,000 states, frontier 10, depth 5, 2,000 states/s"
