"""A node of a JSON Schema. Which of the members are filled depends on its kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

COMBINED: Final = ("allOf", "anyOf", "oneOf")


@dataclass(eq=False, slots=True)
class Node:
    """`kind`: string, number, boolean, null, array, object, enum, const, not, conditional, allOf, anyOf, oneOf, empty,
    false.
    """

    kind: str = ""
    at: str = ""
    """JSON pointer in its document."""
    has_default: bool = False
    is_bytes: bool = False
    """`connect.type` says so."""
    words: dict[str, Any] = field(default_factory=dict)
    """Values of keywords, comparable; those that are absent are not in it."""
    inner: dict[str, Node] = field(default_factory=dict)
    """Keyword -> its only schema."""
    listed: list[Node] = field(default_factory=list)
    """Branches that differ, or the items of a list."""
    branches: int = 0
    """How many branches there are, equal ones included."""
    properties: dict[str, Node] = field(default_factory=dict)
    patterns: dict[str, Node] = field(default_factory=dict)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Dependencies on names."""
    implies: dict[str, Node] = field(default_factory=dict)
    """Dependencies on a schema."""

    @property
    def is_combined(self) -> bool:
        return self.kind in COMBINED

    def become(self, other: Node) -> None:
        """What the other one is, with annotations of its own."""
        self.kind, self.words, self.inner, self.listed = other.kind, other.words, other.inner, other.listed
        self.branches, self.properties, self.patterns = other.branches, other.properties, other.patterns
        self.needs, self.implies = other.needs, other.implies
        self.has_default, self.is_bytes = self.has_default or other.has_default, self.is_bytes or other.is_bytes

    def __str__(self) -> str:
        return "integer" if self.kind == "number" and "integer" in self.words else self.kind
