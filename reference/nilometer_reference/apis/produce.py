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

from collections.abc import Collection
from functools import partial
from typing import Final

from nilometer_reference.apis.api import Api
from nilometer_reference.apis.produce_again import learn
from nilometer_reference.apis.produced_batch import (
    ATTRIBUTES_AT,
    FRAME,
    PRODUCER,
    PRODUCER_AT,
    RecordSet,
    Terms,
    append_batch,
    refused,
)
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import NO_RESPONSE, Answer, CloseConnection, RequestContext
from nilometer_reference.log.log import Log
from nilometer_reference.wire.chunks import RecordChunks
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.produce import (
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceResponse,
)
from nilometer_reference.wire.records import LENGTH_PREFIX_BYTES, TRANSACTIONAL

FIRST_VERSION_WITH_TOPIC_IDS: Final = 13
_BYTES_UP_TO_PRODUCER: Final = PRODUCER_AT + PRODUCER.size


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
        terms = Terms(context.api_version, request.acks, request.transactional_id, context.client_id)
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
                    answer = refused(data.index, error)
                else:
                    answer = append_batch(broker, partition, _record_set(data), terms, context.now_ms)
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
                and records[ATTRIBUTES_AT] & TRANSACTIONAL
                and FRAME.unpack_from(records)[0] + LENGTH_PREFIX_BYTES <= len(records)
            ):
                producers.add(PRODUCER.unpack_from(records, PRODUCER_AT))
    if not producers:
        return
    if request.transactional_id is None:
        raise KafkaError(
            ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "a transactional batch without a transactional id"
        )
    if sum(producer_id >= 0 for producer_id, _ in producers) > 1:
        raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING, f"transactional batches of {producers}")


def _record_set(data: PartitionProduceData) -> RecordSet:
    """A null record set is as good as an empty one."""
    records = data.records
    assert not isinstance(records, RecordChunks)
    return b"" if records is None else records


def _refuse(request: ProduceRequest, error: KafkaError) -> ProduceResponse:
    return ProduceResponse(
        [
            TopicProduceResponse(
                topic.name, topic.topic_id, [refused(data.index, error) for data in topic.partition_data]
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


API = Api(ProduceRequest, ProduceResponse, (3, 13), handle, advertised_from=0, learn=learn)
