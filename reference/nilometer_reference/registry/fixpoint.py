"""Which pairs of nodes are shown not to fit: the complement of a greatest fixpoint.

Schemas may be recursive. A pair fits unless it is shown not to, and what rested on a pair that falls is asked again.
Rules are monotone (a fallen pair never makes another one fit), so each pair falls at most once and the order does not
matter. Pairs wait in one queue, each at most once: a node with a thousand children is asked again after all of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
Reads = Callable[[T, T], bool]
Rule = Callable[[T, T, Reads[T]], Iterable[str]]
"""Why a pair falls, given which others do; nothing if it does not. An empty text stands for a reason that another pair
tells. It asks about every pair that it rests on, also where the answer is known already."""


def reasons(reader: T, writer: T, rule: Rule[T]) -> list[str]:
    """Why `reader` does not fit `writer`, each reason once; empty if it does."""
    root = reader, writer
    fallen = _fallen(root, rule)
    found: dict[str, None] = {}
    blamed, queue = {root}, deque([root] if root in fallen else [])

    def reads(one: T, other: T) -> bool:
        pair = one, other
        if pair in fallen and pair not in blamed:
            blamed.add(pair)
            queue.append(pair)
        return pair not in fallen

    while queue:
        found.update(dict.fromkeys(why for why in rule(*queue.popleft(), reads) if why))
    return list(found)


def _fallen(root: tuple[T, T], rule: Rule[T]) -> set[tuple[T, T]]:
    """Every pair below the root that does not fit."""
    fallen: set[tuple[T, T]] = set()
    resting: dict[tuple[T, T], set[tuple[T, T]]] = {root: set()}
    queue, waiting = deque([root]), {root}
    current = root

    def reads(one: T, other: T) -> bool:
        pair = one, other
        if pair not in resting:
            resting[pair] = set()
            queue.append(pair)
            waiting.add(pair)
        resting[pair].add(current)
        return pair not in fallen

    while queue:
        current = queue.popleft()
        waiting.discard(current)
        if current not in fallen and list(rule(*current, reads)):
            fallen.add(current)
            again = resting[current] - fallen - waiting
            queue.extend(again)
            waiting |= again
    return fallen
