"""Pairs of numbers as nodes: what falls, what falls with it, and how often the rule is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.fixpoint import Reads, reasons

Graph = dict[int, list[int]]


def rule_of(reader: Graph, writer: Graph, bad: set[int], asked: Counter[tuple[int, int]] | None = None):  # type: ignore[no-untyped-def]
    """A pair falls if its reader is bad, or if two children side by side do not fit."""

    def rule(one: int, other: int, reads: Reads[int]) -> Iterator[str]:
        if asked is not None:
            asked[one, other] += 1
        if one in bad:
            yield f"{one} is bad"
        for child, counterpart in zip(reader[one], writer[other], strict=False):
            if not reads(child, counterpart):
                yield ""

    return rule


def test_a_cycle_that_nothing_speaks_against_fits() -> None:
    assert reasons(0, 0, rule_of({0: [0]}, {0: [0]}, set())) == []


def test_what_rested_on_a_fallen_pair_falls_and_the_reason_is_that_of_the_bottom() -> None:
    graph: Graph = {0: [1], 1: [0, 2], 2: []}
    assert reasons(0, 0, rule_of(graph, graph, {2})) == ["2 is bad"]


def test_all_reasons_are_told_and_those_of_pairs_that_do_not_matter_are_not() -> None:
    graph: Graph = {0: [1, 2], 1: [], 2: [], 3: []}

    def either(one: int, other: int, reads: Reads[int]) -> Iterator[str]:
        """Of the root one child is enough; both fall."""
        if one in (1, 2):
            yield f"{one} is bad"
        elif one == 0 and True not in [reads(child, other) for child in graph[0]]:
            yield "neither"

    assert reasons(0, 0, either) == ["neither", "1 is bad", "2 is bad"]


def test_a_node_with_many_fallen_children_is_asked_again_once() -> None:
    asked: Counter[tuple[int, int]] = Counter()
    graph: Graph = {0: list(range(1, 500)), **{n: [] for n in range(1, 500)}}
    assert len(reasons(0, 0, rule_of(graph, graph, set(range(1, 500)), asked))) == 499
    assert asked[0, 0] == 3  # found, fallen, told


graphs = st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=5, max_size=5).map(
    lambda rows: dict(enumerate(rows))
)


@given(graphs, graphs, st.sets(st.integers(0, 4)))
def test_it_is_what_naive_iteration_over_all_pairs_finds(reader: Graph, writer: Graph, bad: set[int]) -> None:
    rule = rule_of(reader, writer, bad)
    pairs = [(one, other) for one in reader for other in writer]
    fallen: set[tuple[int, int]] = set()

    def reads(one: int, other: int) -> bool:
        return (one, other) not in fallen

    while found := {pair for pair in pairs if pair not in fallen and list(rule(*pair, reads))}:
        fallen |= found
    assert all(bool(reasons(*pair, rule)) == (pair in fallen) for pair in pairs)
