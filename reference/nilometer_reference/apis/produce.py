"""Produce (key 0), versions 3-13: append a batch to each of some partitions.

    3     the first version that is served; advertised from 0, as librdkafka expects (KAFKA-18659)
    7     zstd; in an older request it is UNSUPPORTED_COMPRESSION_TYPE (76) (KIP-110)
    8     which records are at fault, and a message (KIP-467)
    10    a client that is wrong about the leader is told who it is (KIP-951)
    11    TRANSACTION_ABORTABLE (120) is known (KIP-890)
    12    a transactional batch adds its partition to the transaction (KIP-890)
    13    topic ids in the place of names (KIP-516)

Checks, in the order that clients see when they break two rules at once:

    the request        transactional batch without transactional id     TRANSACTIONAL_ID_AUTHORIZATION_FAILED (53)
    each partition     topic id, topic, index unknown                   100, 3
                       no whole batch, magic, more than one batch       INVALID_RECORD (87)
    the request        transactional batches of two producers           INVALID_PRODUCER_ID_MAPPING (49)
    each partition     not part of the open transaction                 47, 48, 49, 51, 120 …
    the request        acks other than -1, 0, 1                         INVALID_REQUIRED_ACKS (21)
    each partition     internal topic, but from Kafka's admin client    INVALID_TOPIC_EXCEPTION (17)
                       acks=-1, too few replicas in sync                NOT_ENOUGH_REPLICAS (19)
                       the batch                                        `log/append_check.py`

acks=0 has no answer; an error closes the connection. acks=1 and -1 are answered once the log is written: the leader
is the only replica so far. A retry is answered as its original was; with CreateTime that is a log_append_time_ms of
-1, where Kafka answers the time of the batch. Left out: quotas.
Sources: `KafkaApis.scala` (handleProduceRequest), `ReplicaManager.scala` (handleProduceAppend), `ProduceRequest.java`.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from functools import partial
from typing import Final, NoReturn

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.record_faults import faulty_records
from nilometer_reference.broker.requests import NO_RESPONSE, Answer, CloseConnection, RequestContext
from nilometer_reference.broker.topics import INTERNAL
from nilometer_reference.log.log import Log
from nilometer_reference.wire.chunks import RecordChunks
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.produce import (
    BatchIndexAndErrorMessage,
    LeaderIdAndEpoch,
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceResponse,
)
from nilometer_reference.wire.record_errors import CorruptMessage, InvalidRecord, UnsupportedCompressionType
from nilometer_reference.wire.records import COMPRESSION_MASK, LENGTH_PREFIX_BYTES, MAGIC, TRANSACTIONAL

FIRST_VERSION_WITH_ZSTD: Final = 7
FIRST_VERSION_THAT_ADDS_PARTITIONS: Final = 12
FIRST_VERSION_WITH_TOPIC_IDS: Final = 13
ALL_REPLICAS: Final = -1
ADMIN_CLIENT_ID: Final = "__admin_client"
"""The client id with which Kafka's own tools may write to internal topics (`AdminUtils.java`)."""

_FRAME: Final = struct.Struct(">8xi4xb4xh")
"""batch_length, magic and attributes of a batch, which say what must be known before any batch is appended."""
_FRAME_BYTES_MIN: Final = 17
_BATCH_LENGTH_MIN: Final = 14
"""Kafka's smallest record, of magic 0: what claims to be shorter is no batch of any age."""
_PRODUCER: Final = struct.Struct(">qh")
_PRODUCER_AT: Final = 43
_BYTES_UP_TO_PRODUCER: Final = _PRODUCER_AT + _PRODUCER.size
_ATTRIBUTES_AT: Final = 22
"""The second byte of the attributes, which has all bits that are defined."""
_ZSTD: Final = int(Compression.ZSTD)
_NO_LEADER: Final = LeaderIdAndEpoch()

_RecordSet = bytes | bytearray | memoryview


def handle(broker: Broker, request: ProduceRequest, context: RequestContext) -> Answer:
    response = ProduceResponse()
    logs: list[tuple[PartitionProduceResponse, Log]] = []
    failed = False
    try:
        _check_producers(request)
    except KafkaError as error:
        response = _refuse(request, error)
        failed = True
    else:
        uses_topic_ids = context.api_version >= FIRST_VERSION_WITH_TOPIC_IDS
        for topic in request.topic_data:
            answers: list[PartitionProduceResponse] = []
            response.responses.append(TopicProduceResponse(topic.name, topic.topic_id, answers))
            for data in topic.partition_data:
                try:
                    if uses_topic_ids:
                        partition = broker.partition_by_id(topic.topic_id, data.index)
                    else:
                        partition = broker.partition(topic.name, data.index)
                except KafkaError as error:
                    answer = _error(data.index, error)
                else:
                    answer = _append(broker, partition, _record_set(data), request, context)
                    logs.append((answer, partition.log))
                if answer.error_code:
                    failed = True
                answers.append(answer)
    if request.acks == 0:
        if failed:
            raise CloseConnection("a produce with acks=0 failed")
        return NO_RESPONSE
    context.if_storage_fails = partial(_with_storage_errors, response, logs)
    return response


def _check_producers(request: ProduceRequest) -> None:
    """Whether the transactional batches are those of one producer that says its id. Raises codes 53 and 49."""
    producers: set[tuple[int, int]] = set()
    for topic in request.topic_data:
        for data in topic.partition_data:
            records = _record_set(data)
            if (
                len(records) >= _BYTES_UP_TO_PRODUCER
                and records[_ATTRIBUTES_AT] & TRANSACTIONAL
                and _FRAME.unpack_from(records)[0] + LENGTH_PREFIX_BYTES <= len(records)
            ):
                producers.add(_PRODUCER.unpack_from(records, _PRODUCER_AT))
    if not producers:
        return
    if request.transactional_id is None:
        raise KafkaError(
            ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "a transactional batch without a transactional id"
        )
    if sum(producer_id >= 0 for producer_id, _ in producers) > 1:
        raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING, f"transactional batches of {producers}")


def _append(
    broker: Broker, partition: Partition, records: _RecordSet, request: ProduceRequest, context: RequestContext
) -> PartitionProduceResponse:
    """Append one record set, or say why not."""
    version, now_ms, acks = context.api_version, context.now_ms, request.acks
    reached_log = False
    try:
        is_transactional = _check_frame(records, version) & TRANSACTIONAL
        if is_transactional:
            _check_transaction(broker, partition, records, request, context)
        if not -1 <= acks <= 1:
            raise KafkaError(ErrorCode.INVALID_REQUIRED_ACKS, f"{acks=}")
        if partition.topic in INTERNAL and context.client_id != ADMIN_CLIENT_ID:
            raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"'{partition.topic}' is written by the broker")
        reached_log = True
        if acks == ALL_REPLICAS:
            partition.check_min_insync_replicas()
        if is_transactional and version >= FIRST_VERSION_THAT_ADDS_PARTITIONS:
            result = partition.append(records, now_ms, new_producer_starts_at_zero=True)
        else:
            result = partition.append(records, now_ms)
    except KafkaError as error:
        answer = _error(partition.index, error)
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


def _check_transaction(
    broker: Broker, partition: Partition, records: _RecordSet, request: ProduceRequest, context: RequestContext
) -> None:
    """The batch's partition takes part in the open transaction. What the log has seen of it is proof enough."""
    producer_id, producer_epoch = _PRODUCER.unpack_from(records, _PRODUCER_AT)
    if producer_id < 0 or partition.log.producers.has_open_transaction(producer_id, producer_epoch):
        return
    assert request.transactional_id is not None
    broker.transactions.check_produce(
        request.transactional_id,
        producer_id,
        producer_epoch,
        partition.topic,
        partition.index,
        produce_version=context.api_version,
        now_ms=context.now_ms,
    )


def _record_set(data: PartitionProduceData) -> _RecordSet:
    """A null record set is as good as an empty one."""
    records = data.records
    assert not isinstance(records, RecordChunks)
    return b"" if records is None else records


def _check_frame(records: _RecordSet, version: int) -> int:
    """The attributes of the one whole batch of magic 2 that a record set must be. Raises codes 87, 2 and 76.

    Source: `ProduceRequest.validateRecords`.
    """
    size = len(records)
    if size < _FRAME_BYTES_MIN:
        raise InvalidRecord(f"{size} bytes where at least one record batch is needed")
    try:
        frame: tuple[int, int, int] = _FRAME.unpack_from(records)
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


_WITHOUT_LOG_START_OFFSET: Final = frozenset(
    {ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.CORRUPT_MESSAGE, ErrorCode.KAFKA_STORAGE_ERROR}
)
"""Errors of a log that are answered without its log start offset (`ReplicaManager.appendToLocalLog`)."""


def _error(index: int, error: KafkaError) -> PartitionProduceResponse:
    return PartitionProduceResponse(index, error.code, -1, error_message=error.message)


def _refuse(request: ProduceRequest, error: KafkaError) -> ProduceResponse:
    return ProduceResponse(
        [
            TopicProduceResponse(
                topic.name, topic.topic_id, [_error(data.index, error) for data in topic.partition_data]
            )
            for topic in request.topic_data
        ]
    )


def _with_storage_errors(
    response: ProduceResponse, logs: list[tuple[PartitionProduceResponse, Log]], failed: Collection[Log]
) -> ProduceResponse:
    """The same answer, but for what could not be written."""
    for answer, log in logs:
        if log in failed and answer.error_code == ErrorCode.NONE:
            answer.error_code = ErrorCode.KAFKA_STORAGE_ERROR
            answer.base_offset = answer.log_append_time_ms = answer.log_start_offset = -1
    return response


API = Api(ProduceRequest, ProduceResponse, (3, 13), handle, advertised_from=0)
