"""What the generated codecs call: variable-length integers, record sets and tag sections.

    type                flexible versions              older versions
    string, bytes       uvarint(length + 1), data      int16 or int32 length, data; -1 is null
    array               uvarint(count + 1), elements   int32 count, elements; -1 is null
    struct              fields, tag section            fields
    nullable struct     int8 -1 or 1, then the struct  the same; in a tag section 0 or 1

Source: Kafka protocol guide; KIP-482 (tag sections).
"""

from __future__ import annotations

import struct

from .chunks import Chunk, RecordChunks, Records

Buffer = bytes | bytearray | memoryview

# Above this a record set is handed on as it is instead of being copied into the message.
COPY_BYTES_MAX = 4096
STRING_BYTES_MAX = 32767
_INT32 = struct.Struct(">i")


class MalformedMessage(ValueError):
    """The bytes are not a message of that type and version. A server closes the connection."""


class UnencodableMessage(ValueError):
    """A value does not fit into its field: our own mistake, never the peer's."""


def put_uvarint(out: bytearray, value: int) -> None:
    """Append an unsigned variable-length integer (base 128, least significant group first)."""
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def put_string_length(out: bytearray, length_and_one: int) -> None:
    """Append the compact length of a string. Kafka's strings hold at most 32767 bytes in every version."""
    if length_and_one > STRING_BYTES_MAX + 1:
        raise UnencodableMessage(f"a string of {length_and_one - 1} bytes, {STRING_BYTES_MAX=}")
    put_uvarint(out, length_and_one)


def more_uvarint(buffer: Buffer, position: int, first: int) -> tuple[int, int]:
    """Finish an unsigned varint whose first byte was `first`; answers the value and the next position."""
    value = first & 127
    for shift in (7, 14, 21, 28):
        byte = buffer[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            if value > 0xFFFFFFFF:
                break
            return value, position
    raise MalformedMessage("a variable-length integer has more than 32 bits")


def get_uvarint(buffer: Buffer, position: int) -> tuple[int, int]:
    """An unsigned varint and the position after it."""
    first = buffer[position]
    return (first, position + 1) if first < 128 else more_uvarint(buffer, position + 1, first)


def _put_chunks(out: bytearray, chunks: list[Chunk], records: Records) -> bytearray:
    if isinstance(records, RecordChunks):
        chunks.append(out)
        chunks.extend(records.chunks)
        return bytearray()
    if len(records) > COPY_BYTES_MAX:
        chunks.append(out)
        chunks.append(records)
        return bytearray()
    out += records
    return out


def _size(records: Records) -> int:
    return records.size if isinstance(records, RecordChunks) else len(records)


def put_records(out: bytearray, chunks: list[Chunk], records: Records | None) -> bytearray:
    """Append a record set with an int32 length; answers the bytearray to go on with."""
    if records is None:
        out += b"\xff\xff\xff\xff"
        return out
    out += _INT32.pack(_size(records))
    return _put_chunks(out, chunks, records)


def put_compact_records(out: bytearray, chunks: list[Chunk], records: Records | None) -> bytearray:
    """Append a record set with a varint length; answers the bytearray to go on with."""
    if records is None:
        out.append(0)
        return out
    put_uvarint(out, _size(records) + 1)
    return _put_chunks(out, chunks, records)


def put_tags(out: bytearray, known: list[tuple[int, bytearray]], unknown: dict[int, bytes] | None) -> None:
    """Append a tag section: known fields that differ from their default, and kept unknown ones, by tag."""
    tags: list[tuple[int, bytes | bytearray]] = [*known, *(unknown or {}).items()]
    put_uvarint(out, len(tags))
    for tag, data in sorted(tags):
        put_uvarint(out, tag)
        put_uvarint(out, len(data))
        out += data


def get_unknown_tag(
    buffer: Buffer, position: int, tag: int, size: int, unknown: dict[int, bytes] | None
) -> dict[int, bytes]:
    """Keep an unknown tagged field so that it can be sent on (KIP-482: never an error)."""
    if unknown is None:
        unknown = {}
    unknown[tag] = bytes(buffer[position : position + size])
    return unknown
