from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.cycles import shortest_cycle

GRAPHS = st.dictionaries(st.integers(0, 6), st.sets(st.integers(0, 6)), max_size=7)


def test_a_graph_without_a_way_back_has_no_cycle():
    assert shortest_cycle({}) is None
    assert shortest_cycle({1: [2, 3], 2: [3], 4: [1]}) is None


def test_the_shortest_of_several_cycles_is_found():
    assert sorted(shortest_cycle({1: [2], 2: [3], 3: [1, 4], 4: [3]})) == [3, 4]
    assert shortest_cycle({1: [2], 2: [1], 5: [5]}) == [5]


@given(GRAPHS)
def test_what_is_found_is_a_cycle_and_nothing_shorter_exists(edges):
    cycle = shortest_cycle(edges)
    length = _shortest_length(edges)
    if cycle is None:
        assert length is None
        return
    assert len(cycle) == length
    for here, there in pairwise([*cycle, cycle[0]]):
        assert there in edges[here]


def _shortest_length(edges):
    """By powers of the adjacency relation: the first one that relates a node to itself."""
    reach = {(a, b) for a, bs in edges.items() for b in bs}
    paths = set(reach)
    for length in range(1, 9):
        if any(a == b for a, b in paths):
            return length
        paths = {(a, d) for a, b in paths for c, d in reach if b == c}
    return None
