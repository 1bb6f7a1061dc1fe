"""What a leader accepts: every rule that a batch must pass before it is appended, in Kafka's order.

    1  one whole batch of magic 2                   InvalidRecord (87), CorruptMessage (2) when it is cut
    2  base offset 0 (from a client)                InvalidRecord
    3  at most max.message.bytes                    MessageTooLarge (10)
    4  the CRC is right                             CorruptMessage (2)
    5  no control batch (from a client)             InvalidRecord
    6  n records, last offset delta n - 1           InvalidRecord
    7  a known codec                                UnsupportedCompressionType (76)
    8  timestamps near the broker's clock           InvalidTimestamp (32)
    9  the records, where they are looked at        InvalidRecord, InvalidTimestamp
    10 at most segment.bytes                        RecordListTooLarge (18)
    11 sequence, epoch, transaction                 45, 47, 48, 52, or the answer to a retry: `producer_state`

Clients see the order when they break two rules at once. Nothing here changes the log; a batch that has to
be changed (a codec of the topic's own, a max_timestamp that lies) comes back as new bytes.

Sources: `ProduceRequest.validateRecords`, `UnifiedLog.append`, `LogValidator.validateBatch`.
"""

from __future__ import annotations

import struct
from enum import Enum
from typing import Final, NamedTuple

from crc32c import crc32c

from nilometer_reference.log.config import LogConfig
from nilometer_reference.log.errors import RecordListTooLarge
from nilometer_reference.log.producer_state import BatchMemory, ProducerState
from nilometer_reference.log.record_walk import plain_facts, record_facts
from nilometer_reference.log.segment import HeaderFields
from nilometer_reference.log.storage import Buffer
from nilometer_reference.wire.compression import compress
from nilometer_reference.wire.record_encoding import (
    EndTransactionMarker,
    TimestampType,
    check_structure,
    decode_control_record,
    decode_records,
    records_block,
)
from nilometer_reference.wire.record_errors import CorruptMessage, InvalidRecord, InvalidTimestamp, MessageTooLarge
from nilometer_reference.wire.records import (
    COMPRESSION_MASK,
    CONTROL,
    CRC_FROM,
    DELETE_HORIZON,
    HEADER,
    HEADER_BYTES,
    LENGTH_PREFIX_BYTES,
    LOG_APPEND_TIME,
    MAGIC,
    TRANSACTIONAL,
    Batch,
    BatchHeader,
    set_max_timestamp,
)

_unpack: Final = HEADER.unpack_from
_checked: Final = tuple.__new__
_UNLIMITED_MS: Final = 2**62
_OWN_TO_A_LOG: Final = LOG_APPEND_TIME | DELETE_HORIZON
"""Attribute bits that a log sets, whatever a producer says."""


class AppendOrigin(Enum):
    """Who appends: it decides which rules apply (`AppendOrigin.java`)."""

    CLIENT = "client"
    COORDINATOR = "coordinator"
    """Group offsets and transaction markers: no sequences, control batches allowed."""


_CLIENT: Final = AppendOrigin.CLIENT
"""Looked up once: an attribute of an Enum costs as much as three of its comparisons."""


class CheckedBatch(NamedTuple):
    """A batch that may be appended."""

    data: Buffer
    fields: HeaderFields
    marker: EndTransactionMarker | None


def check_batch(
    data: Buffer,
    config: LogConfig,
    producers: ProducerState,
    now_ms: int,
    *,
    origin: AppendOrigin = AppendOrigin.CLIENT,
    transaction_version: int = 1,
    new_producer_starts_at_zero: bool = False,
) -> CheckedBatch | BatchMemory:
    """The batch, ready to append; or the memory of an earlier append, when this is a retry; or an exception."""
    size = len(data)
    if size < HEADER_BYTES:
        _refuse_cut(data)
    fields: HeaderFields = _unpack(data)
    (
        base_offset, batch_length, _, magic, crc, attributes, last_delta, base_timestamp, max_timestamp,
        producer_id, producer_epoch, base_sequence, record_count,
    ) = fields  # fmt: skip
    is_client = origin is _CLIENT
    if batch_length != size - LENGTH_PREFIX_BYTES or magic != MAGIC or (base_offset and is_client):
        _refuse_frame(fields, size)
    if size > config.max_message_bytes:
        raise MessageTooLarge(f"a batch of {size} bytes, {config.max_message_bytes=}")
    computed = crc32c((data if type(data) is memoryview else memoryview(data))[CRC_FROM:])
    if computed != crc:
        raise CorruptMessage(f"the batch says crc {crc:#010x}, its bytes have {computed:#010x}")
    if attributes & CONTROL:
        return _check_control(Batch.parse(data), producers, origin, transaction_version)
    if record_count < 1 or last_delta != record_count - 1 or attributes:
        check_structure(Batch(BatchHeader(*fields), memoryview(data)))
    # What only some topics want, and what is wrong, goes its own way.
    if (
        not config.judges_headers_only
        or attributes & _OWN_TO_A_LOG
        or max_timestamp - now_ms > config.timestamp_after_max_ms
        or now_ms - base_timestamp > config.timestamp_before_max_ms
    ):
        data, fields = _look_inside(data, fields, config, now_ms)
        size = len(data)
    if size > config.segment_bytes:
        raise RecordListTooLarge(f"a batch of {size} bytes, {config.segment_bytes=}")
    if producer_id >= 0:
        if base_sequence < 0 and is_client:
            raise InvalidRecord(f"{base_sequence=} with {producer_id=}")
        memory = producers.check_batch(
            producer_id, producer_epoch, base_sequence, record_count,
            transactional=bool(attributes & TRANSACTIONAL),
            from_client=is_client,
            new_producer_starts_at_zero=new_producer_starts_at_zero,
        )  # fmt: skip
        if memory is not None:
            return memory
    return _checked(CheckedBatch, (data, fields, None))


def _refuse_cut(data: Buffer) -> None:
    size = len(data)
    if size == 0:
        raise InvalidRecord("an empty record set")
    if size > 16 and data[16] != MAGIC:
        raise InvalidRecord(f"magic {data[16]} where {MAGIC} is served")
    raise CorruptMessage(f"{size} bytes where a batch header has {HEADER_BYTES}")


def _refuse_frame(fields: HeaderFields, size: int) -> None:
    base_offset, batch_length, _, magic = fields[:4]
    rest = size - batch_length - LENGTH_PREFIX_BYTES
    if magic != MAGIC:
        raise InvalidRecord(f"{magic=} where {MAGIC} is served")
    if batch_length < HEADER_BYTES - LENGTH_PREFIX_BYTES or rest < 0:
        raise CorruptMessage(f"{batch_length=} in a record set of {size} bytes")
    if rest > 0:
        raise InvalidRecord(f"{rest} bytes after the first batch; one batch is allowed")
    raise InvalidRecord(f"{base_offset=} in a produced batch, not 0")


def _check_timestamps(fields: HeaderFields, config: LogConfig, now_ms: int) -> None:
    """What the header says about time against the broker's clock, where nobody asks the records."""
    if config.timestamp_type is not TimestampType.CREATE_TIME:
        if fields[5] & LOG_APPEND_TIME:
            raise InvalidTimestamp("a producer does not set the timestamp type LogAppendTime")
        return
    if config.validates_records:
        return
    base_timestamp, max_timestamp = fields[7], fields[8]
    if max_timestamp - now_ms > config.timestamp_after_max_ms:
        raise InvalidTimestamp(f"{max_timestamp=} is more than {config.timestamp_after_max_ms=} after {now_ms=}")
    if now_ms - base_timestamp > config.timestamp_before_max_ms and base_timestamp >= 0:
        raise InvalidTimestamp(f"{base_timestamp=} is more than {config.timestamp_before_max_ms=} before {now_ms=}")


def _check_control(
    batch: Batch, producers: ProducerState, origin: AppendOrigin, transaction_version: int
) -> CheckedBatch:
    if origin is AppendOrigin.CLIENT:
        raise InvalidRecord("clients do not write control batches")
    check_structure(batch)
    marker = decode_control_record(decode_records(batch)[0])
    header = batch.header
    if marker is not None:
        producers.check_marker(header.producer_id, header.producer_epoch, marker.coordinator_epoch, transaction_version)
    return CheckedBatch(batch.data, _unpack(batch.data), marker)


def _look_inside(data: Buffer, fields: HeaderFields, config: LogConfig, now_ms: int) -> tuple[Buffer, HeaderFields]:
    """Check the records where the topic asks for it, and give the batch the form that the topic asks for."""
    _check_timestamps(fields, config, now_ms)
    attributes = fields[5]
    max_timestamp = fields[8]
    if config.validates_records:
        max_timestamp = _check_records(data, fields, config, now_ms)
    codec = config.compression_type
    recompresses = codec is not None and codec != attributes & COMPRESSION_MASK
    if max_timestamp == fields[8] and not attributes & _OWN_TO_A_LOG and not recompresses:
        return data, fields
    batch = _batch(data, fields)
    changed = bytearray(data)
    attributes = batch.header.attributes
    if codec is not None and recompresses:
        attributes = attributes & ~COMPRESSION_MASK | codec
        changed[HEADER_BYTES:] = compress(codec, records_block(batch))
        struct.pack_into(">i", changed, 8, len(changed) - LENGTH_PREFIX_BYTES)
    struct.pack_into(">h", changed, 21, attributes)
    set_max_timestamp(changed, max_timestamp)  # and a new CRC
    return memoryview(changed), _unpack(changed)


def _batch(data: Buffer, fields: HeaderFields) -> Batch:
    """The batch without the attribute bits that a producer has no say in."""
    batch = Batch(BatchHeader(*fields), memoryview(data))
    batch.header.attributes &= ~_OWN_TO_A_LOG
    return batch


def _check_records(data: Buffer, fields: HeaderFields, config: LogConfig, now_ms: int) -> int:
    """Refuse records that are not well-formed or that the topic does not take; their largest timestamp.

    Of a batch with both, Kafka tells the timestamp that is out of range, not the key that is missing.
    """
    plain = None
    if not fields[5] & COMPRESSION_MASK:
        # Nearly every batch: it is judged without becoming an object.
        plain = plain_facts(bytes(memoryview(data)[HEADER_BYTES:]), fields[12])
    if plain is not None:
        max_timestamp, first_null_key_index = fields[7] + plain[0], plain[2]
    else:
        max_timestamp, _, first_null_key_index = record_facts(_batch(data, fields))
    uses_create_time = config.timestamp_type is TimestampType.CREATE_TIME
    if uses_create_time and (
        config.timestamp_before_max_ms < _UNLIMITED_MS or max_timestamp - now_ms > config.timestamp_after_max_ms
    ):
        _check_each_timestamp(_batch(data, fields), config, now_ms)
    if config.cleanup_compact and first_null_key_index >= 0:
        raise InvalidRecord(f"record {first_null_key_index} has no key, the topic is compacted", first_null_key_index)
    return max_timestamp if uses_create_time else fields[8]


def _check_each_timestamp(batch: Batch, config: LogConfig, now_ms: int) -> None:
    for index, record in enumerate(decode_records(batch)):
        if record.key is None and config.cleanup_compact:
            continue  # the key is what is wrong with this one
        if record.timestamp - now_ms > config.timestamp_after_max_ms or (
            record.timestamp >= 0 and now_ms - record.timestamp > config.timestamp_before_max_ms
        ):
            raise InvalidTimestamp(f"record {index} has {record.timestamp=}, the broker's clock says {now_ms=}")
