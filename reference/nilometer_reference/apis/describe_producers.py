"""DescribeProducers (key 61), version 0: what partitions remember of their producers (KIP-664).

Behaviour    Every producer id that is remembered, with its epoch, last sequence, the time of its last append, the
             epoch of the coordinator that wrote its last marker, and the first offset of its open transaction; -1
             stands for what there is none of. One partition may be asked about more than once.
Versions     0
Errors       of a partition: INVALID_TOPIC_EXCEPTION (17), UNKNOWN_TOPIC_OR_PARTITION (3), KAFKA_STORAGE_ERROR (56)
Differs      A partition may stand in the request again, but the connection of who does so a thousand times is closed.
Source       `KafkaApis.scala`, `Partition.activeProducerState`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, CloseConnection, RequestContext
from nilometer_reference.broker.topics import check_topic_name
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    PartitionResponse,
    ProducerState,
    TopicResponse,
)

from .api import Api

REPETITIONS_MAX: Final = 1_000
"""A few bytes ask for thousands: beyond this the connection is closed, lest one request takes all memory."""


def handle(broker: Broker, request: DescribeProducersRequest, _context: RequestContext) -> Answer:
    asked = [(topic.name, index) for topic in request.topics for index in topic.partition_indexes]
    if len(asked) - len(set(asked)) > REPETITIONS_MAX:
        raise CloseConnection(f"{len(asked)} partitions, of which {len(set(asked))} differ")
    return DescribeProducersResponse(
        topics=[
            TopicResponse(
                name=topic.name, partitions=[_describe(broker, topic.name, index) for index in topic.partition_indexes]
            )
            for topic in request.topics
        ]
    )


def _describe(broker: Broker, topic: str, index: int) -> PartitionResponse:
    try:
        check_topic_name(topic)
        log = broker.partition(topic, index).log
        if log.offline is not None:
            raise log.offline
    except KafkaError as error:
        return PartitionResponse(partition_index=index, error_code=error.code, error_message=error.message)
    return PartitionResponse(
        partition_index=index,
        active_producers=[
            ProducerState(
                producer_id=entry.producer_id,
                producer_epoch=entry.producer_epoch,
                last_sequence=entry.last_sequence,
                last_timestamp=entry.last_timestamp,
                coordinator_epoch=entry.coordinator_epoch,
                current_txn_start_offset=entry.transaction_first_offset,
            )
            for entry in log.active_producers()
        ],
    )


API = Api(DescribeProducersRequest, DescribeProducersResponse, (0, 0), handle)
