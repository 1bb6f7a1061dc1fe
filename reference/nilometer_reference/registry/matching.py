"""A largest matching of a bipartite graph: how many rows can have a column of their own."""

from __future__ import annotations

from collections.abc import Sequence


def largest_matching(grid: Sequence[Sequence[bool]]) -> int:
    """`grid[row][column]`: may they be paired? Kuhn's algorithm; paths are found without recursion."""
    owner: dict[int, int] = {}
    """Of a column."""
    return sum(_augment(row, grid, owner) for row in range(len(grid)))


def _augment(start: int, grid: Sequence[Sequence[bool]], owner: dict[int, int]) -> bool:
    """Give a row a column, moving others if need be; False if there is no way."""
    came_from: dict[int, int] = {}
    """Column -> the row from which it was reached."""
    queue = [start]
    for row in queue:
        for column, fits in enumerate(grid[row]):
            if not fits or column in came_from:
                continue
            came_from[column] = row
            if column in owner:
                queue.append(owner[column])
                continue
            _move(column, start, came_from, owner)
            return True
    return False


def _move(column: int, start: int, came_from: dict[int, int], owner: dict[int, int]) -> None:
    """Along the path back to its start, each row takes the column that it reached."""
    held = {row: one for one, row in owner.items()}
    while True:
        row = came_from[column]
        owner[column] = row
        if row == start:
            return
        column = held[row]
