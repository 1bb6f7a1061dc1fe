"""An Avro schema as a graph of frozen nodes. A node refers to others by their index, so that recursion is plain data.

    Schema(nodes, root)      equal nodes of primitive types are one node

Names are full names; `doc`, `order` and unknown properties are not kept. Source: Avro 1.12 specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")


class Logical(NamedTuple):
    """A logical type; precision and scale are those of a decimal."""

    name: str
    precision: int = 0
    scale: int = 0


class Name(str):
    """A full name. `a.b.C` has the namespace `a.b` and the simple name `C`."""

    __slots__ = ()

    @property
    def simple(self) -> str:
        """Without its namespace."""
        return self.rpartition(".")[2]

    @property
    def namespace(self) -> str:
        """Empty for none."""
        return self.rpartition(".")[0]


@dataclass(frozen=True)
class Primitive:
    """null, boolean, int, long, float, double, bytes, string."""

    kind: str
    logical: Logical | None = None


@dataclass(frozen=True)
class Array:
    """`items` is the index of a node, as are all fields of this kind below."""

    items: int
    kind: str = "array"


@dataclass(frozen=True)
class Map:
    """Keys are strings."""

    values: int
    kind: str = "map"


@dataclass(frozen=True)
class Union:
    """Of none: nothing can be written with it."""

    branches: tuple[int, ...]
    kind: str = "union"


@dataclass(frozen=True)
class Fixed:
    """Bytes of one length."""

    name: Name
    aliases: tuple[Name, ...]
    size: int
    logical: Logical | None = None
    kind: str = "fixed"


@dataclass(frozen=True)
class Enumeration:
    """`default` is the symbol for symbols that a reader does not know; not the default of a field."""

    name: Name
    aliases: tuple[Name, ...]
    symbols: tuple[str, ...]
    default: str | None = None
    kind: str = "enum"


@dataclass(frozen=True)
class Default:
    """A field's default, as JSON."""

    value: Json


@dataclass(frozen=True)
class Field:
    """Of a record."""

    name: str
    aliases: tuple[str, ...]
    type: int
    default: Default | None = None


@dataclass(frozen=True)
class Record:
    """Also of type `error`."""

    name: Name
    aliases: tuple[Name, ...]
    fields: tuple[Field, ...]
    kind: str = "record"


Named: TypeAlias = Record | Enumeration | Fixed
Node: TypeAlias = Primitive | Array | Map | Union | Named


@dataclass(frozen=True)
class Schema:
    """A parsed schema."""

    nodes: tuple[Node, ...]
    root: int

    def __getitem__(self, index: int) -> Node:
        return self.nodes[index]

    def name_of(self, index: int) -> str:
        """How a message speaks of a node."""
        node = self.nodes[index]
        match node:
            case Record() | Enumeration() | Fixed():
                return f"{node.kind} {node.name}"
            case Union(branches):
                return "[" + ", ".join(self._branch_name(branch) for branch in branches) + "]"
        return node.kind

    def _branch_name(self, index: int) -> str:
        node = self.nodes[index]
        return node.name if isinstance(node, Record | Enumeration | Fixed) else node.kind
