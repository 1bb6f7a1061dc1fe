"""A value as Avro's binary encoding: what a decoder is given. Source: Avro specification, Binary Encoding.

boolean 1 byte    int, long zigzag varints    float, double little-endian    bytes, string length, then bytes
array, map one block, then 0    union the branch, then its value    enum the symbol's place    record field by field
"""

from __future__ import annotations

import struct

from nilometer_models.schema.avro.nodes import Array, Enumeration, Fixed, Map, Primitive, Record, Schema, Union
from nilometer_models.schema.avro.values import Value


def encode(schema: Schema, value: Value) -> bytes:
    """The bytes of a value of this schema."""
    out = bytearray()
    _encode(schema, schema.root, value, out)
    return bytes(out)


def zigzag(number: int) -> bytes:
    """A signed number of up to 64 bits."""
    rest = (number << 1) ^ (number >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def _encode(schema: Schema, index: int, value: Value, out: bytearray) -> None:
    node = schema[index]
    match node:
        case Primitive(kind):
            out += _primitive(kind, value)
        case Union(branches):
            out += zigzag(value.branch)
            _encode(schema, branches[value.branch], value.value, out)
        case Array(items):
            out += zigzag(len(value)) if value else b""
            for one in value:
                _encode(schema, items, one, out)
            out.append(0)
        case Map(values):
            out += zigzag(len(value)) if value else b""
            for key, one in value.items():
                out += _primitive("string", key)
                _encode(schema, values, one, out)
            out.append(0)
        case Record(fields=fields):
            for field in fields:
                _encode(schema, field.type, value[field.name], out)
        case Enumeration(symbols=symbols):
            out += zigzag(symbols.index(value))
        case Fixed():
            out += value


def _primitive(kind: str, value: Value) -> bytes:
    match kind:
        case "null":
            return b""
        case "boolean":
            return bytes([value])
        case "int" | "long":
            return zigzag(value)
        case "float":
            return struct.pack("<f", value)
        case "double":
            return struct.pack("<d", value)
    data: bytes = value.encode() if isinstance(value, str) else value
    return zigzag(len(data)) + data
