"""The size of a largest matching, beside every permutation."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.matching import largest_matching


def test_a_row_moves_to_another_column_for_the_sake_of_a_later_one() -> None:
    assert largest_matching([[True, True], [True, False]]) == 2
    assert largest_matching([[True, False], [True, False]]) == 1
    assert largest_matching([[False], [True]]) == largest_matching([[True]]) == 1
    assert largest_matching([]) == largest_matching([[], []]) == 0


grids = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(st.booleans(), min_size=width, max_size=width), max_size=5)
)


@given(grids)
def test_no_assignment_is_larger(grid: list[list[bool]]) -> None:
    width = max(len(grid), len(grid[0]) if grid else 0)
    padded = [[*row, *[False] * (width - len(row))] for row in grid]
    padded += [[False] * width] * (width - len(padded))
    best = max(sum(padded[n][column] for n, column in enumerate(order)) for order in permutations(range(width)))
    assert largest_matching(grid) == best
