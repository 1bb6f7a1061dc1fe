"""The table of (written type, read type, boundary values) by Google's runtime.

    python -m nilometer_models.schema.protobuf.runtime      prints it, 32,000 rows

    outcome(written, read_as, values)     what the runtime makes of the values of one field
    predicted(written, read_as, values)   the same by `wire.py`; the tests compare them cell by cell

A column is a scalar type with its label: singular, repeated, packed. Classes are made in a pool of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nilometer_models.schema.protobuf.nodes import ENUM, SCALARS, Constant, Enumeration
from nilometer_models.schema.protobuf.wire import (
    ABSENT,
    LENGTH,
    Scalar,
    Undefined,
    Value,
    Wire,
    pack,
    read_repeated,
    read_singular,
    write,
)

FAILS = "fails"
KNOWN = tuple(Constant(f"C{number}", number) for number in (0, 1, 2))
MANY = (*KNOWN, Constant("C7", 7), Constant("CMINUS", -1))


@dataclass(frozen=True)
class Column:
    """A type and how often it stands. `repeated` without `packed` is written one by one."""

    scalar: Scalar
    repeated: bool = False
    packed: bool = False

    def __str__(self) -> str:
        closed = "closed " if self.scalar.enum is not None and self.scalar.enum.closed else ""
        unchecked = "unchecked " if self.scalar.kind == "string" and not self.scalar.utf8 else ""
        label = "packed " if self.packed else "repeated " if self.repeated else ""
        return f"{label}{closed}{unchecked}{self.scalar.kind}"


def scalars() -> tuple[Scalar, ...]:
    """All scalar types; of enums an open and a closed one, of strings a checked and an unchecked one."""
    plain = tuple(Scalar(kind, utf8=kind == "string") for kind in SCALARS)
    enums = (Scalar(ENUM, Enumeration("E", KNOWN)), Scalar(ENUM, Enumeration("E", KNOWN, closed=True)))
    return (*plain, Scalar("string"), *enums)


BOUNDS = {
    "int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1), "uint32": (0, 2**32 - 1), "uint64": (0, 2**64 - 1),
    "sint32": (-(2**31), 2**31 - 1), "sint64": (-(2**63), 2**63 - 1), "fixed32": (0, 2**32 - 1),
    "sfixed32": (-(2**31), 2**31 - 1), "fixed64": (0, 2**64 - 1), "sfixed64": (-(2**63), 2**63 - 1),
}  # fmt: skip
EDGES = (0, 1, 2, 3, 127, 128, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**33, 2**63 - 1, 2**63, 2**64 - 1)
TEXTS = (b"", b"a", "\u00e9".encode(), b"\x01\x02", b"\x08\x01", b"abcd", b"abcdefgh", b"\x7f" * 12)
NO_TEXTS = (b"\xff", b"\x80\x80", b"\xff" * 10 + b"\x01", b"\x80" * 9 + b"\x02")


def boundary_values(scalar: Scalar) -> tuple[Value, ...]:
    """Limits, powers of two, zero, text that is no text."""
    kind = scalar.kind
    if kind in BOUNDS:
        low, high = BOUNDS[kind]
        return tuple(value for edge in EDGES for value in {edge, -edge} if low <= value <= high)
    if kind == "bool":
        return (False, True)
    if kind in {"float", "double"}:
        return (0.0, 1.0, -2.5, 2.0**24, float("inf")) + ((2.0**53 + 2, 1e300) if kind == "double" else ())
    if kind == ENUM:
        return tuple(constant.number for constant in (MANY if scalar.enum is None else scalar.enum.constants))
    return tuple(text.decode() for text in TEXTS) if kind == "string" else (*TEXTS, *NO_TEXTS)


@lru_cache(maxsize=1024)
def message_class(column: Column) -> Any:
    """A class with one field, number 1, and a presence that can be seen."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # noqa: PLC0415 - an extra

    scalar = column.scalar
    proto2 = (scalar.enum is not None and scalar.enum.closed) or (scalar.kind == "string" and not scalar.utf8)
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", syntax="proto2" if proto2 else "proto3")
    message = file.message_type.add(name="M")
    types = descriptor_pb2.FieldDescriptorProto.Type
    field = message.field.add(name="f", number=1, type=types.Value(f"TYPE_{scalar.kind.upper()}"))
    field.label = field.LABEL_REPEATED if column.repeated else field.LABEL_OPTIONAL
    if scalar.enum is not None:
        enum = file.enum_type.add(name="E")
        for constant in scalar.enum.constants:
            enum.value.add(name=constant.name, number=constant.number)
        field.type_name = ".E"
    if column.repeated and scalar.wire_type != LENGTH:
        field.options.packed = column.packed
    elif not column.repeated and not proto2:
        field.proto3_optional = True
        field.oneof_index = 0
        message.oneof_decl.add(name="_f")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("M"))


def outcome(written: Column, read_as: Column, values: Sequence[Value]) -> Value:
    """What the runtime reads: a value, a list, `ABSENT` or `FAILS`."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415

    sent = message_class(written)()
    if written.repeated:
        sent.f.extend(values)
    else:
        sent.f = values[0]
    got = message_class(read_as)()
    try:
        got.ParseFromString(sent.SerializeToString())
    except DecodeError:
        return FAILS
    if read_as.repeated:
        return [*got.f]
    return got.f if got.HasField("f") else ABSENT


def predicted(written: Column, read_as: Column, values: Sequence[Value]) -> Value:
    """What the model says of the same."""
    wires = _wires(written, values)
    try:
        return (read_repeated if read_as.repeated else read_singular)(read_as.scalar, wires)
    except Undefined:
        return FAILS


def _wires(written: Column, values: Sequence[Value]) -> list[Wire]:
    if written.packed:
        return [pack(written.scalar, [*values])] if values else []
    return [write(written.scalar, value) for value in (values if written.repeated else values[:1])]


def columns() -> tuple[Column, ...]:
    """Every type alone, repeated, and packed where it can be."""
    return tuple(
        column
        for scalar in scalars()
        for column in (
            Column(scalar),
            Column(scalar, repeated=True),
            *([Column(scalar, repeated=True, packed=True)] if scalar.wire_type != LENGTH else ()),
        )
    )


@dataclass(frozen=True)
class Cell:
    """One row of the table."""

    written: Column
    read_as: Column
    values: tuple[Value, ...]
    result: Value

    def __str__(self) -> str:
        values = ", ".join(map(repr, self.values))
        return f"{self.written} {values} read as {self.read_as}: {self.result!r}"


def table(written: Column) -> Iterator[Cell]:
    """All that one column's boundary values become, alone and in twos."""
    values = boundary_values(written.scalar)
    drawn = [(value,) for value in values] + ([(values[-1], values[0])] if written.repeated else [])
    for read_as in columns():
        for one in drawn:
            yield Cell(written, read_as, one, outcome(written, read_as, one))


if __name__ == "__main__":
    for column in columns():
        for cell in table(column):
            print(cell)
