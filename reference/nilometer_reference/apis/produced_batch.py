"""One record set of a Produce request, appended to its partition: the checks of one batch, and what is answered.

The order of the checks stands in `produce`, which looks at the request as a whole; `produce_again` comes here
with requests that it has seen before.
Sources: `ReplicaManager.scala` (appendToLocalLog), `ProduceRequest.java` (validateRecords).
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple, NoReturn

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.record_faults import faulty_records
from nilometer_reference.broker.topics import INTERNAL
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.produce import (
    BatchIndexAndErrorMessage,
    LeaderIdAndEpoch,
    PartitionProduceResponse,
)
from nilometer_reference.wire.record_errors import CorruptMessage, InvalidRecord, UnsupportedCompressionType
from nilometer_reference.wire.records import COMPRESSION_MASK, LENGTH_PREFIX_BYTES, MAGIC, TRANSACTIONAL

FIRST_VERSION_WITH_ZSTD: Final = 7
FIRST_VERSION_THAT_ADDS_PARTITIONS: Final = 12
ALL_REPLICAS: Final = -1
ADMIN_CLIENT_ID: Final = "__admin_client"
"""The client id with which Kafka's own tools may write to internal topics (`AdminUtils.java`)."""

FRAME: Final = struct.Struct(">8xi4xb4xh")
"""batch_length, magic and attributes of a batch, which say what must be known before any batch is appended."""
_FRAME_BYTES_MIN: Final = 17
_BATCH_LENGTH_MIN: Final = 14
"""Kafka's smallest record, of magic 0: what claims to be shorter is no batch of any age."""
PRODUCER: Final = struct.Struct(">qh")
PRODUCER_AT: Final = 43
ATTRIBUTES_AT: Final = 22
"""The second byte of the attributes, which has all bits that are defined."""
_ZSTD: Final = int(Compression.ZSTD)
_NO_LEADER: Final = LeaderIdAndEpoch()

RecordSet = bytes | bytearray | memoryview


class Terms(NamedTuple):
    """What a Produce request says of all its batches."""

    version: int
    acks: int
    transactional_id: str | None
    client_id: str | None


_WITHOUT_LOG_START_OFFSET: Final = frozenset(
    {ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.CORRUPT_MESSAGE, ErrorCode.KAFKA_STORAGE_ERROR}
)
"""Errors of a log that are answered without its log start offset (`ReplicaManager.appendToLocalLog`)."""


def append_batch(
    broker: Broker, partition: Partition, records: RecordSet, terms: Terms, now_ms: int
) -> PartitionProduceResponse:
    """Append one record set, or say why not."""
    version, acks, _, client_id = terms
    reached_log = False
    try:
        is_transactional = _check_frame(records, version) & TRANSACTIONAL
        if is_transactional:
            _check_transaction(broker, partition, records, terms, now_ms)
        if not -1 <= acks <= 1:
            raise KafkaError(ErrorCode.INVALID_REQUIRED_ACKS, f"{acks=}")
        if partition.topic in INTERNAL and client_id != ADMIN_CLIENT_ID:
            raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"'{partition.topic}' is written by the broker")
        reached_log = True
        if acks == ALL_REPLICAS:
            partition.check_min_insync_replicas()
        if is_transactional and version >= FIRST_VERSION_THAT_ADDS_PARTITIONS:
            result = partition.append(records, now_ms, new_producer_starts_at_zero=True)
        else:
            result = partition.append(records, now_ms)
    except KafkaError as error:
        answer = refused(partition.index, error)
        if reached_log and error.code not in _WITHOUT_LOG_START_OFFSET:
            answer.log_start_offset = partition.log_start_offset
            answer.record_errors = [
                BatchIndexAndErrorMessage(position, message)
                for position, message in faulty_records(error, records, partition.log.config, now_ms)
            ]
        return answer
    return PartitionProduceResponse(
        partition.index, 0, result.base_offset, result.log_append_time, result.log_start_offset, [], None, _NO_LEADER
    )


def _check_transaction(broker: Broker, partition: Partition, records: RecordSet, terms: Terms, now_ms: int) -> None:
    """The batch's partition takes part in the open transaction. What the log has seen of it is proof enough."""
    producer_id, producer_epoch = PRODUCER.unpack_from(records, PRODUCER_AT)
    if producer_id < 0 or partition.log.producers.has_open_transaction(producer_id, producer_epoch):
        return
    assert terms.transactional_id is not None
    broker.transactions.check_produce(
        terms.transactional_id,
        producer_id,
        producer_epoch,
        partition.topic,
        partition.index,
        produce_version=terms.version,
        now_ms=now_ms,
    )


def _check_frame(records: RecordSet, version: int) -> int:
    """The attributes of the one whole batch of magic 2 that a record set must be. Raises codes 87, 2 and 76.

    Source: `ProduceRequest.validateRecords`.
    """
    size = len(records)
    if size < _FRAME_BYTES_MIN:
        raise InvalidRecord(f"{size} bytes where at least one record batch is needed")
    try:
        frame: tuple[int, int, int] = FRAME.unpack_from(records)
    except struct.error:
        frame = 2**31 - 1, records[_FRAME_BYTES_MIN - 1], 0
    batch_length, magic, attributes = frame
    is_new_codec = attributes & COMPRESSION_MASK == _ZSTD and version < FIRST_VERSION_WITH_ZSTD
    if batch_length + LENGTH_PREFIX_BYTES != size or magic != MAGIC or is_new_codec:
        _refuse_frame(size, batch_length, magic, is_new_codec)
    return attributes


def _refuse_frame(size: int, batch_length: int, magic: int, is_new_codec: bool) -> NoReturn:
    """Say what is wrong, in Kafka's order."""
    batch_bytes = batch_length + LENGTH_PREFIX_BYTES
    if batch_length < _BATCH_LENGTH_MIN:
        raise CorruptMessage(f"{batch_length=}")
    if not 0 <= magic <= MAGIC:
        raise CorruptMessage(f"{magic=}")
    if size < batch_bytes:
        raise InvalidRecord(f"{size} bytes of a batch of {batch_bytes}")
    if magic != MAGIC:
        raise InvalidRecord(f"{magic=}, only record batches of magic 2 are taken")
    if is_new_codec:
        raise UnsupportedCompressionType(f"zstd before Produce {FIRST_VERSION_WITH_ZSTD}")
    raise InvalidRecord(f"{size - batch_bytes} bytes after the one batch that is allowed")


def refused(index: int, error: KafkaError) -> PartitionProduceResponse:
    """The answer of a partition whose batch was not taken."""
    return PartitionProduceResponse(index, error.code, -1, error_message=error.message)
