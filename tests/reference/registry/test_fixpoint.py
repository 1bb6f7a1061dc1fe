"""The worklist's answer is that of iterating over all pairs until nothing changes, for any rule of and's and or's."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.fixpoint import Reads, differences

SIZE = 5
Formula = list[list[tuple[int, int]]]
"""Holds when each inner list has a pair that holds."""
nodes = st.integers(0, SIZE - 1)
formulas = st.lists(st.lists(st.tuples(nodes, nodes), max_size=3), max_size=3)
tables = st.dictionaries(st.tuples(nodes, nodes), formulas, min_size=SIZE, max_size=SIZE * SIZE)


def rule_of(table: dict[tuple[int, int], Formula]) -> object:
    def rule(reader: int, writer: int, reads: Reads[int]) -> Iterator[str]:
        for clause in table.get((reader, writer), []):
            verdicts = [reads(*pair) for pair in clause]
            if not any(verdicts):
                yield f"{reader} {writer}"

    return rule


def naive(table: dict[tuple[int, int], Formula]) -> set[tuple[int, int]]:
    """All pairs that hold, from all pairs down."""
    held = {(one, other) for one in range(SIZE) for other in range(SIZE)}
    while True:
        less = {pair for pair in held if all(any(one in held for one in clause) for clause in table.get(pair, []))}
        if less == held:
            return held
        held = less


@given(tables, nodes, nodes)
def test_a_pair_is_compatible_exactly_when_it_is_in_the_greatest_fixpoint(
    table: dict[tuple[int, int], Formula], reader: int, writer: int
) -> None:
    held = naive(table)
    found = differences(reader, writer, rule_of(table))  # type: ignore[arg-type]
    assert (not found) == ((reader, writer) in held)
    assert all(tuple(map(int, why.split())) not in held for why in found)


def test_a_pair_that_rests_on_itself_alone_is_compatible() -> None:
    assert differences(0, 0, rule_of({(0, 0): [[(0, 0)]]})) == []  # type: ignore[arg-type]


def test_a_chain_of_ten_thousand_pairs_falls_from_its_end() -> None:
    def rule(reader: int, writer: int, reads: Reads[int]) -> Iterator[str]:
        if reader == 10_000:
            yield "the end"
        elif not reads(reader + 1, writer + 1):
            yield "above"

    assert differences(0, 0, rule) == ["above", "the end"]
