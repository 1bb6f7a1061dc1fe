"""A .proto file as a tree of frozen nodes; types refer to each other by full name, so that recursion is plain data.

    Schema(package, messages, enums, services, ...)    messages of the file *and* of its imports, by full name

Of a file only its own messages are asked about; those of imports are looked at where a field has them as its type.
Comments, options, the order of anything, JSON names and extensions are not kept. Source: descriptor.proto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import TypeAlias

VARINT = ("int32", "int64", "uint32", "uint64", "bool")
ZIGZAG = ("sint32", "sint64")
FIXED32 = ("fixed32", "sfixed32")
FIXED64 = ("fixed64", "sfixed64")
TEXT = ("string", "bytes")
SCALARS = (*VARINT, *ZIGZAG, *FIXED32, *FIXED64, "float", "double", *TEXT)
ENUM, MESSAGE, GROUP, MAP = "enum", "message", "group", "map"
Range: TypeAlias = tuple[int, int]
"""First and last number, both inclusive."""


class Label(Enum):
    """What stands before a field's type. A singular field of proto3, and a member of a oneof, has none."""

    NONE = ""
    OPTIONAL = "optional"
    REQUIRED = "required"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Field:
    """Of a message. `type` is the full name of an enum or message, of a map that of its entry, else empty."""

    number: int
    name: str
    kind: str
    label: Label = Label.NONE
    type: str = ""
    oneof: str = ""
    packed: bool = False
    utf8: bool = False
    """Text is checked when it is parsed (proto3)."""


@dataclass(frozen=True)
class Reserved:
    """Numbers and names that must not be used."""

    ranges: tuple[Range, ...] = ()
    names: frozenset[str] = frozenset()

    def has(self, number: int) -> bool:
        """The number is in one of the ranges."""
        return any(first <= number <= last for first, last in self.ranges)


@dataclass(frozen=True)
class Constant:
    """Of an enum."""

    name: str
    number: int


@dataclass(frozen=True)
class Enumeration:
    """`closed`: unknown numbers are put aside when they are parsed (proto2)."""

    name: str
    constants: tuple[Constant, ...]
    reserved: Reserved = Reserved()
    closed: bool = False

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Those with a name."""
        return frozenset(constant.number for constant in self.constants)


@dataclass(frozen=True)
class Message:
    """`local` is its name without the file's package (`Outer.Inner`); `nested` are full names, without map entries."""

    name: str
    local: str
    fields: tuple[Field, ...]
    oneofs: tuple[str, ...] = ()
    reserved: Reserved = Reserved()
    nested: tuple[str, ...] = ()

    @cached_property
    def by_number(self) -> Mapping[int, Field]:
        """Fields of the message and of its oneofs share their numbers."""
        return {one.number: one for one in self.fields}

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """And their names."""
        return {one.name: one for one in self.fields}

    @cached_property
    def members(self) -> Mapping[str, tuple[Field, ...]]:
        """The fields of each oneof."""
        return {name: tuple(one for one in self.fields if one.oneof == name) for name in self.oneofs}


@dataclass(frozen=True)
class Call:
    """A method of a service: names of its messages, with `stream ` before them where they are streams."""

    service: str
    name: str
    request: str
    response: str


@dataclass(frozen=True)
class Schema:
    """A parsed file, with what it imports. Equal only to itself: the mappings may be large."""

    package: str
    top: tuple[str, ...] = ()
    """Full names of the file's own messages, without nested ones."""
    messages: Mapping[str, Message] = field(default_factory=dict)
    enums: Mapping[str, Enumeration] = field(default_factory=dict)
    own_enums: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    local: frozenset[str] = frozenset()
    """Full names of all that the file itself defines."""

    text: str = ""
    """What was parsed; empty for a tree that was built from descriptors."""

    def without_groups(self) -> Schema:
        """As a reader has it that knows of no groups."""
        types = {one.type for message in self.messages.values() for one in message.fields if one.kind == GROUP}
        if not types:
            return self
        return replace(self, messages={
            name: replace(
                message,
                fields=tuple(one for one in message.fields if one.kind != GROUP),
                nested=tuple(one for one in message.nested if one not in types),
            )
            for name, message in self.messages.items()
        })  # fmt: skip

    def local_name(self, full: str) -> str:
        """Without the package of the file that defines it."""
        return self.messages[full].local if full in self.messages else full

    def name_of(self, one: Field) -> str:
        """How a message speaks of a field's type."""
        if one.kind != MAP:
            return f"{one.kind} {one.type}" if one.type else one.kind
        key, value = self.messages[one.type].fields
        return f"map<{self.name_of(key)}, {self.name_of(value)}>"

    def local_part(self, full: str) -> str:
        """The name of an enum or message of this file without the file's package; of an import, its full name."""
        return full.removeprefix(f"{self.package}.") if full in self.local and self.package else full
