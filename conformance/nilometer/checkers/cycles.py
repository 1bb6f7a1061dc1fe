"""The shortest cycle of a small directed graph, as the nodes in order: `["x", "y"]` for x -> y -> x."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def shortest_cycle(edges: Mapping[Node, Iterable[Node]]) -> list[Node] | None:
    """None if there is none. A node with an edge to itself is a cycle of one. O(nodes x edges)."""
    best: list[Node] | None = None
    for start in edges:
        cycle = _cycle_through(start, edges, None if best is None else len(best))
        if cycle is not None:
            best = cycle
    return best


def _cycle_through(start: Node, edges: Mapping[Node, Iterable[Node]], shorter_than: int | None) -> list[Node] | None:
    came_from: dict[Node, Node] = {}
    distance = {start: 1}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        if shorter_than is not None and distance[node] >= shorter_than:
            return None
        for following in edges.get(node, ()):
            if following == start:
                path = [node]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if following not in distance:
                came_from[following] = node
                distance[following] = distance[node] + 1
                queue.append(following)
    return None
