"""A JSON Schema as a graph of frozen nodes. A node refers to others by their index, so that `$ref` is a plain edge.

    Schema(nodes, root)      what registries compare: not documents but their parse trees

class            from
String           string keywords, or type "string"
Number           number keywords, or type "number" or "integer"
Boolean, Null    type
Array, Object    their keywords, or type
Enum, Const      enum, const
Not, Conditional not; if, then, else
Combined         oneOf, anyOf, allOf; a list of types (anyOf); several of the groups in one schema object (allOf)
Empty, Never     true and {}; false

Numbers are decimals, so that 0.5 equals 0.50. Values of enum and const are kept in a form in which JSON's `true` is not
`1`. Source: the node classes of everit-json-schema 1.14, into which registries translate the later drafts, too.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"
Numeric: TypeAlias = int | Decimal
Further: TypeAlias = bool | int
"""What is said of properties or items that are not listed: allowed, forbidden, or the index of their schema."""


class Criterion(StrEnum):
    """How many branches of a combined node must hold."""

    ALL = "allOf"
    ANY = "anyOf"
    ONE = "oneOf"


@dataclass(frozen=True)
class Notes:
    """What every schema object may carry and no value depends on."""

    identifier: str | None = None
    title: str | None = None
    description: str | None = None
    default: Hashable = None
    """In the form of `frozen`; None for no default."""
    connect_type: str | None = None


@dataclass(frozen=True)
class String:
    """Lengths count code points."""

    notes: Notes
    min_length: Numeric | None = None
    max_length: Numeric | None = None
    pattern: str | None = None
    kind: str = "string"


@dataclass(frozen=True)
class Number:
    """`integer` is a flag, not a class."""

    notes: Notes
    integer: bool = False
    minimum: Numeric | None = None
    maximum: Numeric | None = None
    exclusive_minimum: Numeric | None = None
    exclusive_maximum: Numeric | None = None
    multiple_of: Numeric | None = None
    kind: str = "number"


@dataclass(frozen=True)
class Boolean:
    """true, false."""

    notes: Notes
    kind: str = "boolean"


@dataclass(frozen=True)
class Null:
    """null."""

    notes: Notes
    kind: str = "null"


@dataclass(frozen=True)
class Array:
    """`items` is of all items, `positions` of the first ones, `additional` of those after the positions."""

    notes: Notes
    items: int | None = None
    positions: tuple[int, ...] = ()
    additional: Further = True
    unevaluated: Further = True
    min_items: Numeric | None = None
    max_items: Numeric | None = None
    min_contains: Numeric | None = None
    max_contains: Numeric | None = None
    unique: bool = False
    positions_at: str = "/items"
    additional_at: str = "/additionalItems"
    kind: str = "array"


@dataclass(frozen=True)
class Object:
    """Properties in the order of their names."""

    notes: Notes
    properties: dict[str, int] = field(default_factory=dict)
    patterns: tuple[tuple[str, int], ...] = ()
    required: frozenset[str] = frozenset()
    additional: Further = True
    unevaluated: Further = True
    min_properties: Numeric | None = None
    max_properties: Numeric | None = None
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Dependencies on other names."""
    implies: dict[str, int] = field(default_factory=dict)
    """Dependencies on a schema."""
    kind: str = "object"


@dataclass(frozen=True)
class Enum:
    """One of these."""

    notes: Notes
    values: frozenset[Hashable]
    kind: str = "enum"


@dataclass(frozen=True)
class Const:
    """This one."""

    notes: Notes
    value: Hashable
    kind: str = "const"


@dataclass(frozen=True)
class Not:
    """Everything that `inner` refuses."""

    notes: Notes
    inner: int
    kind: str = "not"


@dataclass(frozen=True)
class Conditional:
    """if, then, else. No registry of the dialects here looks inside."""

    notes: Notes
    kind: str = "conditional"


@dataclass(frozen=True)
class Combined:
    """`distinct` are the branches of which no earlier one is written the same; `steps` lead to the branches."""

    notes: Notes
    criterion: Criterion
    branches: tuple[int, ...]
    distinct: tuple[int, ...]
    steps: tuple[str, ...]
    kind: str = "combined"

    @property
    def single(self) -> int | None:
        """The only branch."""
        return self.branches[0] if len(self.branches) == 1 else None

    def step(self, branch: int) -> str:
        """From this node to a branch."""
        return self.steps[self.branches.index(branch)]


@dataclass(frozen=True)
class Empty:
    """Accepts everything."""

    notes: Notes
    kind: str = "empty"


@dataclass(frozen=True)
class Never:
    """Accepts nothing."""

    notes: Notes
    kind: str = "false"


Node: TypeAlias = (
    String | Number | Boolean | Null | Array | Object | Enum | Const | Not | Conditional | Combined | Empty | Never
)


@dataclass(frozen=True)
class Schema:
    """A parsed schema, and the text that it came from, with those of its references by name."""

    nodes: tuple[Node, ...]
    root: int
    text: str
    references: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, index: int) -> Node:
        return self.nodes[index]


def whole(value: Numeric) -> bool:
    """Has no fraction. By division this would fail for numbers of many digits."""
    return isinstance(value, int) or value == value.to_integral_value()


def frozen(value: Json) -> Hashable:
    """Equal exactly when the JSON values are: 1 is 1.0 and not true; the order of keys does not count."""
    match value:
        case bool():
            return "boolean", value
        case int() | Decimal():
            return "number", Decimal(value)
        case list():
            return "array", tuple(frozen(item) for item in value)
        case dict():
            return "object", frozenset((name, frozen(item)) for name, item in value.items())
    return "text" if value is not None else "null", value
