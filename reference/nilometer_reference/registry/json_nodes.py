"""The nodes that the rules of JSON Schema compare, one for each group of keywords: `json_parsing` makes them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Number = int | Decimal


@dataclass(eq=False)
class Node:
    """`kind`: a type, or enum, const, not, condition, combined, empty, false."""

    kind: str = "empty"
    is_integer: bool = False
    limits: dict[str, Number] = field(default_factory=dict)
    """Bounds, sizes and multipleOf, by keyword."""
    pattern: str | None = None
    values: frozenset[str] = frozenset()
    """Of an enum or a const, each in a form that is equal when the values are."""
    criterion: str = ""
    branches: list[Node] = field(default_factory=list)
    distinct: list[Node] = field(default_factory=list)
    """The branches of which no earlier one says the same."""
    inner: Node | None = None
    properties: dict[str, Node] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    patterns: list[tuple[str, Node]] = field(default_factory=list)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Names that a name needs beside it."""
    implies: dict[str, Node] = field(default_factory=dict)
    """The schema that a name implies."""
    additional: Node | bool = True
    """Properties or items that are not listed."""
    unevaluated: Node | bool = True
    items: Node | None = None
    positions: list[Node] = field(default_factory=list)
    is_unique: bool = False
    has_default: bool = False
    connect_type: str | None = None


def form(value: Any) -> str:
    """Equal for equal JSON values: 1 is 1.0 and not true."""
    if isinstance(value, Decimal):
        return form(int(value)) if value == value.to_integral_value() else f"{value.normalize()}"
    if isinstance(value, list):
        return f"[{','.join(map(form, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(sorted(f'{json.dumps(name)}:{form(one)}' for name, one in value.items()))}}}"
    return json.dumps(value)
