"""Bounds and sizes of JSON Schema: a limit that is new or tighter breaks, one that is gone or wider does not."""

from __future__ import annotations

from collections.abc import Iterator

from nilometer_reference.registry.json_nodes import Node


def raised(new: Node, old: Node, *words: str) -> Iterator[str]:
    """Lower bounds that were added or went up."""
    for word in words:
        now, before = new.limits.get(word), old.limits.get(word)
        if now is not None and (before is None or now > before):
            yield f"{word} {now} where it was {before}"


def lowered(new: Node, old: Node, *words: str) -> Iterator[str]:
    """Upper bounds that were added or went down."""
    for word in words:
        now, before = new.limits.get(word), old.limits.get(word)
        if now is not None and (before is None or now < before):
            yield f"{word} {now} where it was {before}"
