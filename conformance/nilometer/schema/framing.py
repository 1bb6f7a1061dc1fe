"""How a serialized value says which schema it was written with, as Confluent's serializers write it.

    in the payload    00 | id, 4 bytes | data                       Avro, JSON Schema
                      00 | id, 4 bytes | message indexes | data     Protobuf
    in a header       __value_schema_id or __key_schema_id = 01 | GUID, 16 bytes [| indexes]; the payload is bare

Message indexes are the path to a message type in its file: how many there are, then each, as zigzag varints;
the first message of the file, [0], is the single byte 00. Deprecated clients write them as unsigned varints.

    value = frame(data, Id(7, indexes=(1, 0)))
    found = parse(value, indexed=True)                    found.schema, found.data
    found = parse_record(value, headers, indexed=True)    the header first, then the payload

A null value has no schema. Everything that cannot be read is a `FramingError` that says what is wrong and where.
Source: wire format of Confluent Schema Registry; `confluent_kafka.schema_registry.serde`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nilometer_reference.wire.primitives import MalformedMessage, get_uvarint, put_uvarint

MAGIC_OF_ID: Final = 0
MAGIC_OF_GUID: Final = 1
ID_BYTES: Final = 4
GUID_BYTES: Final = 16
INDEXES_MAX: Final = 1000
"""Deeper than any message is nested: a count above it is a lie that would only cost memory."""
VALUE_HEADER: Final = "__value_schema_id"
KEY_HEADER: Final = "__key_schema_id"


class FramingError(ValueError):
    """The bytes do not say which schema they were written with. The message tells the position."""


@dataclass(frozen=True, slots=True)
class Id:
    """A schema by its id, 0 to 2^32 - 1; `indexes` for Protobuf."""

    id: int
    indexes: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Guid:
    """A schema by its GUID; `indexes` for Protobuf."""

    guid: uuid.UUID
    indexes: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Framed:
    """What was read."""

    schema: Id | Guid
    data: bytes


def frame(data: bytes, schema: Id, *, deprecated: bool = False) -> bytes:
    """The payload. `deprecated`: indexes as unsigned varints. ValueError for an id or an index out of its range."""
    if not 0 <= schema.id < 1 << 8 * ID_BYTES:
        raise ValueError(f"a schema id is 0 to 2^32 - 1, not {schema.id}")
    start = bytes((MAGIC_OF_ID,)) + schema.id.to_bytes(ID_BYTES, "big")
    return start + _path(schema.indexes, deprecated) + data


def header(schema: Guid, *, deprecated: bool = False) -> bytes:
    """The value of `VALUE_HEADER` or `KEY_HEADER`."""
    return bytes((MAGIC_OF_GUID,)) + schema.guid.bytes + _path(schema.indexes, deprecated)


def parse(payload: bytes, *, indexed: bool, deprecated: bool = False) -> Framed:
    """Id and data of a payload; `indexed` for Protobuf. Raises FramingError."""
    magic = _magic(payload, "a payload")
    if magic != MAGIC_OF_ID:
        raise FramingError(f"magic byte {magic} at 0 where a payload with a schema id has {MAGIC_OF_ID}")
    if len(payload) <= ID_BYTES:
        raise FramingError(f"{len(payload)} bytes where magic byte and schema id take {1 + ID_BYTES}")
    id_ = int.from_bytes(payload[1 : 1 + ID_BYTES], "big")
    indexes, position = _read_path(payload, 1 + ID_BYTES, indexed, deprecated)
    return Framed(Id(id_, indexes), payload[position:])


def parse_header(value: bytes, *, indexed: bool, deprecated: bool = False) -> Guid:
    """GUID of a header's value. Raises FramingError."""
    magic = _magic(value, "a header")
    if magic != MAGIC_OF_GUID:
        raise FramingError(f"magic byte {magic} at 0 where a header with a GUID has {MAGIC_OF_GUID}")
    if len(value) <= GUID_BYTES:
        raise FramingError(f"{len(value)} bytes where magic byte and GUID take {1 + GUID_BYTES}")
    indexes, position = _read_path(value, 1 + GUID_BYTES, indexed, deprecated)
    if position != len(value):
        raise FramingError(f"{len(value) - position} bytes at {position}, behind what a header says")
    return Guid(uuid.UUID(bytes=value[1 : 1 + GUID_BYTES]), indexes)


def parse_record(
    payload: bytes | None, headers: Iterable[tuple[str, bytes | None]], *, indexed: bool, is_key: bool = False
) -> Framed | None:
    """What a reader in dual mode finds: the last header of the right name, else the payload. None for a null payload.

    Raises FramingError.
    """
    if payload is None:
        return None
    name = KEY_HEADER if is_key else VALUE_HEADER
    found = [value for key, value in headers if key == name and value is not None]
    if found:
        return Framed(parse_header(found[-1], indexed=indexed), payload)
    return parse(payload, indexed=indexed)


def _magic(data: bytes, what: str) -> int:
    if not data:
        raise FramingError(f"{what} of no bytes, which has no magic byte")
    return data[0]


def _path(indexes: tuple[int, ...] | None, deprecated: bool) -> bytes:
    if indexes is None:
        return b""
    if not indexes or min(indexes) < 0 or len(indexes) > INDEXES_MAX:
        raise ValueError(f"message indexes are 1 to {INDEXES_MAX} numbers from 0, not {indexes}")
    if indexes == (0,):
        return b"\0"
    out = bytearray()
    for number in (len(indexes), *indexes):
        put_uvarint(out, number if deprecated else number << 1)
    return bytes(out)


def _read_path(data: bytes, position: int, indexed: bool, deprecated: bool) -> tuple[tuple[int, ...] | None, int]:
    if not indexed:
        return None, position
    count, position = _number(data, position, deprecated)
    if count == 0:
        return (0,), position
    if count > INDEXES_MAX:
        raise FramingError(f"{count} message indexes before {position}, the most is {INDEXES_MAX}")
    indexes = []
    for _ in range(count):
        index, position = _number(data, position, deprecated)
        indexes.append(index)
    return tuple(indexes), position


def _number(data: bytes, position: int, deprecated: bool) -> tuple[int, int]:
    try:
        number, end = get_uvarint(data, position)
    except (IndexError, MalformedMessage) as error:
        raise FramingError(f"message indexes end within a varint that begins at {position}") from error
    if deprecated:
        return number, end
    if number & 1:
        raise FramingError(f"a negative message index or count at {position}")
    return number >> 1, end
