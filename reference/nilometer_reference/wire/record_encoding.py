"""Single records inside a batch: decoding, encoding, and the validation walk.

    length          varint    bytes after this field
    attributes      int8      unused, 0
    timestamp_delta varlong   from the batch's base_timestamp
    offset_delta    varint    from the batch's base_offset
    key, value      varint length (-1: null; null and empty differ), bytes
    headers         varint count, then for each: key (never null) and value (may be null), order and duplicates kept

Varints are zigzag. Three readers share one layout and differ in what they pay for:

    decode_records     everything, as `Record`s        about 1.8 µs a record
    walk_records       facts only, refuses deviations  about 0.2 µs a record
    (the log's append) nothing: headers of batches     no cost per record

Sources: KIP-98, KIP-82; Kafka's `DefaultRecord`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple, NoReturn

from nilometer_reference.wire import records as wire
from nilometer_reference.wire.compression import DECOMPRESSED_BYTES_MAX, Compression, compress, decompress
from nilometer_reference.wire.record_errors import CorruptMessage, InvalidRecord
from nilometer_reference.wire.records import Batch

RECORD_BYTES_MIN: Final = 7
"""length, attributes, two deltas, null key, null value, no headers: one byte each."""

Header = tuple[str, bytes | None]


class Record(NamedTuple):
    """One record as applications see it. `timestamp` is in ms since the epoch, -1 for none."""

    offset: int = -1
    timestamp: int = -1
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[Header, ...] = ()


class RecordFacts(NamedTuple):
    """What a walk over the records of one batch has established."""

    max_timestamp: int
    """Largest record timestamp; -1 when there are no records."""
    offset_of_max_timestamp: int
    """First offset that has it; -1 when there are no records."""
    first_null_key_index: int
    """Position of the first record with a null key; -1 when all have one."""


def records_block(batch: Batch, limit: int = DECOMPRESSED_BYTES_MAX) -> bytes:
    """The records of `batch`, unpacked; at most `limit` bytes (inclusive), see `compression.decompress`."""
    if len(batch.payload) == 0:  # a batch that compaction has emptied keeps its codec and has no block
        return b""
    return decompress(batch.header.compression, batch.payload, limit)


def decode_records(batch: Batch, limit: int = DECOMPRESSED_BYTES_MAX) -> list[Record]:
    """All records of `batch` with absolute offsets and timestamps; control records too (see
    `decode_control_record`).

    Bytes that do not hold exactly `record_count` well-formed records raise `CorruptMessage`. With
    LogAppendTime every record carries the batch's max_timestamp (KIP-32).
    """
    header = batch.header
    data = records_block(batch, limit)
    _check_count(header.record_count, len(data))
    append_time = header.max_timestamp if header.is_log_append_time else None
    result: list[Record] = []
    position = 0
    try:
        for _ in range(header.record_count):
            record, position = _decode_record(data, position, header.base_offset, header.base_timestamp, append_time)
            result.append(record)
    except (IndexError, UnicodeDecodeError) as damage:
        raise CorruptMessage(f"record {len(result)} of {header.record_count} is damaged: {damage}") from damage
    if position != len(data):
        raise CorruptMessage(f"{len(data) - position} bytes after the last of {header.record_count} records")
    return result


def _decode_record(
    data: bytes, position: int, base_offset: int, base_timestamp: int, append_time: int | None
) -> tuple[Record, int]:
    length, position = read_varint(data, position)
    end = position + length
    if length < RECORD_BYTES_MIN - 1 or end > len(data):
        raise CorruptMessage(f"a record of {length} bytes where {len(data) - position} are left")
    timestamp_delta, position = read_varint(data, position + 1, 10)
    offset_delta, position = read_varint(data, position)
    key, position = _read_bytes(data, position, end)
    value, position = _read_bytes(data, position, end)
    count, position = read_varint(data, position)
    if count < 0 or count > end - position:
        raise CorruptMessage(f"{count} record headers in {end - position} bytes")
    headers: list[Header] = []
    for _ in range(count):
        name, position = _read_bytes(data, position, end)
        if name is None:
            raise CorruptMessage("a record header with a null key")
        content, position = _read_bytes(data, position, end)
        headers.append((name.decode(), content))
    if position != end:
        raise CorruptMessage(f"a record ends at byte {position}, its length says {end}")
    timestamp = append_time if append_time is not None else base_timestamp + timestamp_delta
    return Record(base_offset + offset_delta, timestamp, key, value, tuple(headers)), end


def _read_bytes(data: bytes, position: int, end: int) -> tuple[bytes | None, int]:
    length, position = read_varint(data, position)
    if length == -1:
        return None, position
    if length < 0 or length > end - position:
        raise CorruptMessage(f"a field of {length} bytes where {end - position} are left")
    return data[position : position + length], position + length


def read_varint(data: bytes, position: int, bytes_max: int = 5) -> tuple[int, int]:
    """The zigzag varint at `position` and the position after it (`bytes_max` 5 for varint, 10 for varlong)."""
    value = data[position]
    if value < 128:
        return (value >> 1) ^ -(value & 1), position + 1
    value &= 127
    for index in range(1, bytes_max):
        byte = data[position + index]
        value |= (byte & 127) << (7 * index)
        if byte < 128:
            value &= 0xFFFFFFFF if bytes_max == 5 else 0xFFFFFFFFFFFFFFFF
            return (value >> 1) ^ -(value & 1), position + index + 1
    raise CorruptMessage(f"a varint of more than {bytes_max} bytes")


def write_varint(out: bytearray, value: int) -> None:
    """Append `value` as a zigzag varint (the same bytes as a varlong)."""
    value = (value << 1) ^ (value >> 63)
    while value > 127:
        out.append((value & 127) | 128)
        value >>= 7
    out.append(value)


# ----------------------------------------------------------------------------------------------
# validation walk


def check_structure(batch: Batch) -> None:
    """What the header alone can prove wrong, in constant time. Raises `InvalidRecord` or
    `UnsupportedCompressionType`.

    A batch of n records has n - 1 as its last offset delta (a producer leaves no holes), and an
    uncompressed one has room for them. That is all that is checked by default on append:
    `docs/decisions/0003-record-validation.md`.
    """
    header = batch.header
    if header.record_count < 1:
        raise InvalidRecord(f"a batch with {header.record_count=}")
    if header.last_offset_delta != header.record_count - 1:
        raise InvalidRecord(f"{header.last_offset_delta=} with {header.record_count=}")
    if header.compression is Compression.NONE:
        _check_room(header.record_count, header.size - wire.HEADER_BYTES)


def walk_records(  # noqa: PLR0912 - one loop without calls: it runs for every record that is appended
    batch: Batch, limit: int = DECOMPRESSED_BYTES_MAX, *, compacted: bool = False
) -> RecordFacts:
    """Read every record's frame and refuse what Kafka's `LogValidator` refuses, with `InvalidRecord`.

    Refused: a count that is not the number of records, offset deltas other than 0, 1, 2 …, fields that
    leave their record, bytes after the last record. Answers the facts that an index needs, true whatever
    the header says.
    """
    header = batch.header
    data = records_block(batch, limit)
    _check_room(header.record_count, len(data))
    position = index = 0
    max_delta: int | None = None
    max_offset_delta = last_delta = first_null_key = -1
    try:
        for index in range(header.record_count):
            length, position = read_varint(data, position)
            end = position + length
            position += 1
            byte = data[position]
            if byte < 128:  # the one-byte form inlined: most deltas and lengths are small
                delta = (byte >> 1) ^ -(byte & 1)
                position += 1
            else:
                delta, position = read_varint(data, position, 10)
            byte = data[position]
            if byte < 128:
                offset_delta = (byte >> 1) ^ -(byte & 1)
                position += 1
            else:
                offset_delta, position = read_varint(data, position)
            if offset_delta != index and not (compacted and last_delta < offset_delta <= header.last_offset_delta):
                _refuse(f"{offset_delta=} at position {index}", index)
            last_delta = offset_delta
            key_length, position = read_varint(data, position)
            if key_length == -1:
                if first_null_key < 0:
                    first_null_key = index
            elif key_length < 0:
                _refuse(f"{key_length=}", index)
            else:
                position += key_length
            value_length, position = read_varint(data, position)
            if value_length > 0:
                position += value_length
            elif value_length < -1:
                _refuse(f"{value_length=}", index)
            position = _skip_headers(data, position, index)
            if position != end:
                _refuse(f"the record ends at byte {position}, its length says {end}", index)
            if max_delta is None or delta > max_delta:
                max_delta, max_offset_delta = delta, offset_delta
    except (IndexError, CorruptMessage) as damage:
        raise InvalidRecord(f"record {index} of {header.record_count} is damaged: {damage}", index) from damage
    if position != len(data):
        raise InvalidRecord(f"{len(data) - position} bytes after the last of {header.record_count} records")
    if max_delta is None:
        return RecordFacts(-1, -1, -1)
    if header.is_log_append_time:
        return RecordFacts(header.max_timestamp, header.base_offset, first_null_key)
    return RecordFacts(header.base_timestamp + max_delta, header.base_offset + max_offset_delta, first_null_key)


def _skip_headers(data: bytes, position: int, index: int) -> int:
    if data[position] == 0:
        return position + 1
    count, position = read_varint(data, position)
    if count < 0:
        _refuse(f"{count} headers", index)
    for _ in range(count):
        length, position = read_varint(data, position)
        if length < 0:
            _refuse("a record header with a null key", index)
        length_of_value, position = read_varint(data, position + length)
        if length_of_value < -1:
            _refuse(f"a header value of {length_of_value} bytes", index)
        position += max(length_of_value, 0)
    return position


def _refuse(reason: str, index: int) -> NoReturn:
    raise InvalidRecord(f"record {index}: {reason}", index)


def _check_count(count: int, size: int) -> None:
    if count < 0 or count * RECORD_BYTES_MIN > size:
        raise CorruptMessage(f"{count} records in {size} bytes")


def _check_room(count: int, size: int) -> None:
    if count < 0 or count * RECORD_BYTES_MIN > size:
        raise InvalidRecord(f"{count} records in {size} bytes")


# ------------------------------------------------------------------------------------------------------
# encoding


class TimestampType(IntEnum):
    """Who sets record timestamps (topic config `message.timestamp.type`; attribute bit 3)."""

    CREATE_TIME = 0
    LOG_APPEND_TIME = 1


def encode_batch(
    records: Sequence[Record],
    *,
    base_offset: int = 0,
    compression: int = Compression.NONE,
    producer_id: int = wire.NO_PRODUCER_ID,
    producer_epoch: int = wire.NO_PRODUCER_EPOCH,
    base_sequence: int = wire.NO_SEQUENCE,
    transactional: bool = False,
    control: bool = False,
    timestamp_type: TimestampType = TimestampType.CREATE_TIME,
    partition_leader_epoch: int = -1,
    last_offset_delta: int | None = None,
    max_timestamp: int | None = None,
    delete_horizon_ms: int | None = None,
) -> bytes:
    """One batch, byte for byte as Kafka's `MemoryRecordsBuilder` lays it out.

    Records without an offset (-1) are numbered from `base_offset`. `last_offset_delta` and
    `max_timestamp` default to what the records say and are given only for compacted batches (an empty one
    keeps both) and for hostile ones.
    """
    base_timestamp = delete_horizon_ms if delete_horizon_ms is not None else (records[0].timestamp if records else -1)
    block = _encode_records(records, base_offset, base_timestamp)
    if last_offset_delta is None:
        last = records[-1].offset if records else -1
        last_offset_delta = last - base_offset if last >= 0 else len(records) - 1
    if max_timestamp is None:
        max_timestamp = max((record.timestamp for record in records), default=-1)
    attributes = (
        compression
        | (wire.LOG_APPEND_TIME if timestamp_type == TimestampType.LOG_APPEND_TIME else 0)
        | (wire.TRANSACTIONAL if transactional else 0)
        | (wire.CONTROL if control else 0)
        | (wire.DELETE_HORIZON if delete_horizon_ms is not None else 0)
    )
    payload = compress(compression, block) if records else b""
    out = bytearray(
        wire.HEADER.pack(
            base_offset, wire.HEADER_BYTES - wire.LENGTH_PREFIX_BYTES + len(payload),
            partition_leader_epoch, wire.MAGIC, 0, attributes, last_offset_delta, base_timestamp,
            max_timestamp, producer_id, producer_epoch, base_sequence, len(records),
        )
    )  # fmt: skip
    out += payload
    wire.seal(out)
    return bytes(out)


def _encode_records(records: Iterable[Record], base_offset: int, base_timestamp: int) -> bytearray:
    block = bytearray()
    for index, record in enumerate(records):
        body = bytearray(b"\x00")
        write_varint(body, record.timestamp - base_timestamp)
        write_varint(body, record.offset - base_offset if record.offset >= 0 else index)
        _write_bytes(body, record.key)
        _write_bytes(body, record.value)
        write_varint(body, len(record.headers))
        for name, content in record.headers:
            _write_bytes(body, name.encode())
            _write_bytes(body, content)
        write_varint(block, len(body))
        block += body
    return block


def _write_bytes(out: bytearray, field: bytes | None) -> None:
    if field is None:
        out.append(1)  # zigzag of -1
    else:
        write_varint(out, len(field))
        out += field


# ------------------------------------------------------------------------------------------------ control
# batches


class ControlType(IntEnum):
    """Second int16 of a control record's key. 2 to 6 belong to KRaft and are passed on unread."""

    ABORT = 0
    COMMIT = 1


class EndTransactionMarker(NamedTuple):
    """What a transaction marker says. `producer_id` and `producer_epoch` stand in the batch header."""

    commit: bool
    coordinator_epoch: int


_CONTROL_KEY: Final = struct.Struct(">hh")
_MARKER_VALUE: Final = struct.Struct(">hi")


def encode_end_transaction_marker(
    producer_id: int,
    producer_epoch: int,
    coordinator_epoch: int,
    commit: bool,
    timestamp: int,
    *,
    base_offset: int = 0,
    partition_leader_epoch: int = -1,
) -> bytes:
    """The 78-byte control batch that ends a transaction (`MemoryRecords.withEndTransactionMarker`)."""
    key = _CONTROL_KEY.pack(0, ControlType.COMMIT if commit else ControlType.ABORT)
    return encode_batch(
        [Record(-1, timestamp, key, _MARKER_VALUE.pack(0, coordinator_epoch))],
        base_offset=base_offset, producer_id=producer_id, producer_epoch=producer_epoch, transactional=True,
        control=True, partition_leader_epoch=partition_leader_epoch,
    )  # fmt: skip


def decode_control_record(record: Record) -> EndTransactionMarker | None:
    """The transaction marker in `record`, or None for a control type that is not a marker (KRaft's, or future
    ones).

    `CorruptMessage` when key or value is cut. Later versions may append fields, which are ignored.
    """
    if record.key is None or len(record.key) < _CONTROL_KEY.size:
        raise CorruptMessage(f"a control record with key {record.key!r}")
    kind: int = _CONTROL_KEY.unpack_from(record.key)[1]
    if kind not in (ControlType.ABORT, ControlType.COMMIT):
        return None
    if record.value is None or len(record.value) < _MARKER_VALUE.size:
        raise CorruptMessage(f"a transaction marker with value {record.value!r}")
    return EndTransactionMarker(kind == ControlType.COMMIT, _MARKER_VALUE.unpack_from(record.value)[1])
