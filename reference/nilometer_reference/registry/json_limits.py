"""Bounds: which value of a keyword is tighter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nilometer_reference.registry.json_node import Node

Asks = Callable[[Node, Node], bool]
"""Whether a node reads what another one wrote."""


def limit(new: Node, old: Node, *, lower: tuple[str, ...] = (), upper: tuple[str, ...] = ()) -> Iterator[str]:
    """Bounds that were added, or tightened: from below by a rise, from above by a fall."""
    if new.words == old.words:
        return
    for word in (*lower, *upper):
        now, before = new.words.get(word), old.words.get(word)
        if now is not None and (before is None or (now > before if word in lower else now < before)):
            yield f"{new.at}/{word}: {'none' if before is None else before} became {now}"
