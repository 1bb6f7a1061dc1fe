"""A value of one scalar type as bytes, and these bytes as another: what no rule looks at and every reader meets.

wire type          types
0, varint          int32, int64, uint32, uint64, bool, enum: 64 bits, signed ones extended; sint32, sint64 in zigzag
1, eight bytes     fixed64, sfixed64, double
2, length          string, bytes, messages, packed numbers
5, four bytes      fixed32, sfixed32, float

Reading never asks what was written: another wire type goes to the unknown fields (`ABSENT`), the same one is taken as
it stands, cut to the type's width. It fails for text that is no UTF-8 (proto3), and for a length whose bytes are not
what is expected inside. Source: protobuf.dev, Encoding. The whole of it is compared with the runtime in `runtime.py`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from nilometer_models.schema.protobuf.nodes import ENUM, FIXED32, FIXED64, TEXT, Enumeration

Value: TypeAlias = Any
"""A number, text, bytes, or a list of them for a repeated field."""
VARINT_TYPE, EIGHT, LENGTH, FOUR = 0, 1, 2, 5
LOW32, LOW64 = 2**32 - 1, 2**64 - 1


class Undefined(Exception):
    """The bytes cannot be parsed by the reader."""


class Absent:
    """The value went to the unknown fields; the reader's field is not set."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True)
class Wire:
    """One field as it is on the wire, without its number. A varint is its 64 bits; all others are bytes."""

    type: int
    payload: int | bytes


@dataclass(frozen=True)
class Scalar:
    """A type to write or to read."""

    kind: str
    enum: Enumeration | None = None
    utf8: bool = False

    @property
    def wire_type(self) -> int:
        """On which wire type it is written, alone."""
        if self.kind in TEXT:
            return LENGTH
        if self.kind in {*FIXED32, "float"}:
            return FOUR
        return EIGHT if self.kind in {*FIXED64, "double"} else VARINT_TYPE


STRUCTS = {
    "fixed32": "<I", "sfixed32": "<i", "float": "<f", "fixed64": "<Q", "sfixed64": "<q", "double": "<d",
}  # fmt: skip


def write(scalar: Scalar, value: Value) -> Wire:
    """A value of the type."""
    kind = scalar.kind
    if kind in STRUCTS:
        return Wire(scalar.wire_type, struct.pack(STRUCTS[kind], value))
    if kind in TEXT:
        return Wire(LENGTH, value.encode() if isinstance(value, str) else value)
    if kind in {"sint32", "sint64"}:
        return Wire(VARINT_TYPE, 2 * value if value >= 0 else -2 * value - 1)
    return Wire(VARINT_TYPE, int(value) & LOW64)


def read(scalar: Scalar, wire: Wire) -> Value:
    """The bytes as a value of the type, `ABSENT`, or `Undefined`."""
    if wire.type != scalar.wire_type:
        return ABSENT
    if isinstance(wire.payload, int):
        return from_varint(scalar, wire.payload)
    if scalar.kind == "bytes":
        return wire.payload
    if scalar.kind == "string":
        try:
            return wire.payload.decode()
        except UnicodeDecodeError:
            if scalar.utf8:
                raise Undefined(f"{wire.payload!r} is no UTF-8") from None
            return wire.payload
    return struct.unpack(STRUCTS[scalar.kind], wire.payload)[0]


def from_varint(scalar: Scalar, bits: int) -> Value:
    """64 bits, cut to the type's width."""
    match scalar.kind:
        case "bool":
            return bits != 0
        case "int64":
            return _signed(bits, 64)
        case "uint64":
            return bits
        case "uint32":
            return bits & LOW32
        case "sint32":
            return _unzigzag(bits & LOW32)
        case "sint64":
            return _unzigzag(bits)
    number = _signed(bits & LOW32, 32)
    closed = scalar.kind == ENUM and scalar.enum is not None and scalar.enum.closed
    return ABSENT if closed and scalar.enum is not None and number not in scalar.enum.numbers else number


def _signed(bits: int, width: int) -> int:
    return bits - (1 << width) if bits >> (width - 1) else bits


def _unzigzag(bits: int) -> int:
    return (bits >> 1) ^ -(bits & 1)


def pack(scalar: Scalar, values: list[Value]) -> Wire:
    """Numbers of a packed field, one after the other."""
    return Wire(LENGTH, b"".join(_bare(write(scalar, value)) for value in values))


def _bare(wire: Wire) -> bytes:
    return _varint(wire.payload) if isinstance(wire.payload, int) else wire.payload


def _varint(bits: int) -> bytes:
    out = bytearray()
    while bits > 127:
        out.append(bits & 127 | 128)
        bits >>= 7
    return bytes([*out, bits])


def unpack(scalar: Scalar, payload: bytes) -> Iterator[Value]:
    """Numbers of a length; `Undefined` where it ends inside of one."""
    width = {FOUR: 4, EIGHT: 8}.get(scalar.wire_type)
    at = 0
    while at < len(payload):
        if width is not None:
            piece: int | bytes = payload[at : at + width]
            at += width
        else:
            piece, at = _varint_at(payload, at)
        if at > len(payload):
            raise Undefined(f"{payload!r} ends inside of a {scalar.kind}")
        value = read(scalar, Wire(scalar.wire_type, piece))
        if value is not ABSENT:
            yield value


def _varint_at(payload: bytes, at: int) -> tuple[int, int]:
    bits = 0
    for n, byte in enumerate(payload[at : at + 10]):
        bits |= (byte & 127) << 7 * n
        if byte < 128:
            return bits & LOW64, at + n + 1
    raise Undefined(f"{payload!r} ends inside of a varint")


def read_singular(scalar: Scalar, wires: list[Wire]) -> Value:
    """Of several, the last one that is of the type."""
    values = [value for wire in wires if (value := read(scalar, wire)) is not ABSENT]
    return values[-1] if values else ABSENT


def read_repeated(scalar: Scalar, wires: list[Wire]) -> list[Value]:
    """All, packed or not, whichever way the reader itself writes."""
    found: list[Value] = []
    for wire in wires:
        if wire.type == LENGTH and scalar.wire_type != LENGTH:
            assert isinstance(wire.payload, bytes)
            found += unpack(scalar, wire.payload)
        elif (value := read(scalar, wire)) is not ABSENT:
            found.append(value)
    return found
