"""DescribeTopicPartitions (key 75), version 0: topics page by page, with all that Metadata tells of them (KIP-966).

Behaviour    Topics come in the order of their names, each once; an empty list asks for all. At most
             `response_partition_limit` partitions, between 1 and 2,000, are answered; the next cursor says where to
             go on: in the middle of a topic, or at the first partition of the next one. A cursor skips the topics
             before its own, and the partitions of its own before its index. Topics that do not exist take no room.
Versions     0
Errors       of all topics: INVALID_REQUEST (42) for a cursor with a negative index, or whose topic is not asked for;
             of one: UNKNOWN_TOPIC_OR_PARTITION (3), INVALID_TOPIC_EXCEPTION (17)
Left out     Eligible leader replicas: with one replica there is none beside the leader; both lists are empty.
Source       `DescribeTopicPartitionsRequestHandler.java`, `KRaftMetadataCache.java`
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nilometer_reference.broker import authorized_operations
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.broker.topics import INTERNAL, Topic, check_topic_name
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.describe_topic_partitions import (
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
    RequestCursor,
    ResponseCursor,
)

from .api import Api

PARTITIONS_MAX: Final = 2_000
"""Kafka's default of `max.request.partition.size.limit`."""


def handle(broker: Broker, request: DescribeTopicPartitionsRequest, _context: RequestContext) -> Answer:
    wanted = [topic.name for topic in request.topics]
    cursor = request.cursor
    if cursor is not None and (cursor.partition_index < 0 or (wanted and cursor.topic_name not in wanted)):
        refused = [_refused(name, ErrorCode.INVALID_REQUEST) for name in wanted]
        return DescribeTopicPartitionsResponse(topics=refused)
    names = sorted(set(wanted)) if wanted else [topic.name for topic in broker.topics.all()]
    limit = max(1, min(PARTITIONS_MAX, request.response_partition_limit))
    return _page(broker, names, cursor or RequestCursor(), limit)


def _page(broker: Broker, names: Sequence[str], cursor: RequestCursor, limit: int) -> DescribeTopicPartitionsResponse:
    response = DescribeTopicPartitionsResponse()
    room = limit
    for name in names:
        if name < cursor.topic_name:
            continue
        if room == 0:
            response.next_cursor = ResponseCursor(topic_name=name, partition_index=0)
            break
        topic = broker.topics.get(name)
        if topic is None:
            response.topics.append(_unknown(name))
            continue
        first = cursor.partition_index if name == cursor.topic_name else 0
        partitions = topic.partitions[first : first + room]
        response.topics.append(_topic(topic, partitions))
        room -= len(partitions)
        if first + len(partitions) < len(topic.partitions):
            response.next_cursor = ResponseCursor(topic_name=name, partition_index=first + len(partitions))
            break
    return response


def _topic(topic: Topic, partitions: Sequence[Partition]) -> DescribeTopicPartitionsResponseTopic:
    return DescribeTopicPartitionsResponseTopic(
        name=topic.name,
        topic_id=topic.topic_id,
        is_internal=topic.is_internal,
        partitions=[
            DescribeTopicPartitionsResponsePartition(
                partition_index=partition.index,
                leader_id=partition.leader_id,
                leader_epoch=partition.leader_epoch,
                replica_nodes=partition.replicas,
                isr_nodes=partition.isr,
                eligible_leader_replicas=[],
                last_known_elr=[],
            )
            for partition in partitions
        ],
        topic_authorized_operations=authorized_operations.TOPIC,
    )


def _unknown(name: str) -> DescribeTopicPartitionsResponseTopic:
    try:
        check_topic_name(name)
    except KafkaError as error:
        code = error.code
    else:
        code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    unknown = _refused(name, code)
    unknown.is_internal, unknown.topic_authorized_operations = name in INTERNAL, authorized_operations.TOPIC
    return unknown


def _refused(name: str, code: ErrorCode) -> DescribeTopicPartitionsResponseTopic:
    return DescribeTopicPartitionsResponseTopic(error_code=code, name=name)


API = Api(DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, (0, 0), handle)
