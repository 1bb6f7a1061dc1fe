"""How a serialized record says which schema wrote it.

    id in the payload      00, the id as 4 bytes big-endian; of Protobuf the message index path; the data
    GUID in a header       01, the 16 bytes of the GUID; of Protobuf the index path; the payload is bare
    index path             count, then the indexes, all zigzag varints; the path [0] is the single byte 00

Source: Confluent wire format.
"""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass

from nilometer_models.schema.avro.encoding import zigzag

MAGIC, MAGIC_GUID = 0, 1
ID_MAX = 2**31 - 1
PATH_MAX = 256
VARINT_BITS_MAX = 35


class NotFramed(Exception):
    """Bytes that are no frame; the message says why."""


@dataclass(frozen=True)
class Framed:
    """What a frame says, and the data behind it."""

    id: int
    data: bytes
    path: tuple[int, ...] = ()


def frame(id: int, data: bytes, path: tuple[int, ...] = ()) -> bytes:
    """A payload; `path` is that of a Protobuf message."""
    return struct.pack(">bi", MAGIC, id) + (index_path(path) if path else b"") + data


def unframe(payload: bytes, *, protobuf: bool = False) -> Framed:
    """Take a payload apart. Raises `NotFramed`."""
    if len(payload) < 5:
        raise NotFramed(f"{len(payload)} bytes: a frame has 5 at least")
    magic, id = struct.unpack_from(">bi", payload)
    if magic != MAGIC:
        raise NotFramed(f"magic byte {magic}, not {MAGIC}")
    if not 1 <= id <= ID_MAX:
        raise NotFramed(f"{id} is no id")
    path, at = read_path(payload, 5) if protobuf else ((), 5)
    return Framed(id, payload[at:], path)


def guid_header(guid: str, path: tuple[int, ...] = ()) -> bytes:
    """The value of the header `__value_schema_id` or `__key_schema_id`."""
    return bytes([MAGIC_GUID]) + uuid.UUID(guid).bytes + (index_path(path) if path else b"")


def guid_of(header: bytes) -> str:
    """The GUID of such a header. Raises `NotFramed`."""
    if len(header) < 17 or header[0] != MAGIC_GUID:
        raise NotFramed(f"{header[:1].hex() or 'nothing'}…, {len(header)} bytes: no header with a GUID")
    return str(uuid.UUID(bytes=header[1:17]))


def index_path(path: tuple[int, ...]) -> bytes:
    """The way to a message among those of its file."""
    if path == (0,):
        return b"\0"
    return b"".join(zigzag(number) for number in (len(path), *path))


def read_path(data: bytes, at: int = 0) -> tuple[tuple[int, ...], int]:
    """The path at that place, and where it ends. Raises `NotFramed`."""
    count, at = _varint(data, at)
    if count == 0:
        return (0,), at
    if not 0 < count <= PATH_MAX:
        raise NotFramed(f"a path of {count} indexes")
    found = []
    for _ in range(count):
        number, at = _varint(data, at)
        if number < 0:
            raise NotFramed(f"index {number}")
        found.append(number)
    return tuple(found), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(data):
            raise NotFramed("the index path is cut off")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), at
        if shift > VARINT_BITS_MAX:
            raise NotFramed("an index of more than 5 bytes")
