"""Metadata (key 3), versions 0-13: the brokers, and topics with their partitions, leaders and epochs.

    topics asked for       version    answer
    none (empty list)      0          all
    null                   1          all
    none (empty list)      1          none
    names                  0          each; UNKNOWN_TOPIC_OR_PARTITION (3) or INVALID_TOPIC_EXCEPTION (17)
    ids, names null        12         each; UNKNOWN_TOPIC_ID (100), with a null name. With any id, names are passed over

    4     the client says whether asking may create topics; before, it may
    5     replicas that are offline
    7     leader epochs (KIP-320)
    8     what the client may do, if it asks (KIP-430); of the cluster up to 10 (KIP-700)
    10    topic ids (KIP-516)
    13    an error of the whole answer (KIP-1102), which this broker never gives

A topic that is asked for by name is created if broker and client allow it; the answer still says 3, so that the
client asks again. A partition whose log is offline has no leader: LEADER_NOT_AVAILABLE (5).
INVALID_REQUEST (42) for ids or null names in versions 10 and 11. Sources: `KafkaApis.scala`, `MetadataRequest.java`,
`DefaultAutoTopicCreationManager.java`. Left out: authorizer, listeners other than one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from nilometer_reference.apis.api import Api
from nilometer_reference.broker import authorized_operations
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.broker.topics import CONSUMER_OFFSETS, INTERNAL, TRANSACTION_STATE, Topic, check_topic_name
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from nilometer_reference.wire.uuids import ZERO_UUID

logger = logging.getLogger(__name__)

FIRST_VERSION_BY_ID = 12
NO_LEADER = -1


def handle(broker: Broker, request: MetadataRequest, context: RequestContext) -> Answer:
    config = broker.config
    asked = request.topics
    if asked is not None and _is_wrong(asked, context.api_version):
        return MetadataResponse(
            topics=[MetadataResponseTopic(ErrorCode.INVALID_REQUEST, one.name or "", one.topic_id) for one in asked]
        )
    response = MetadataResponse(
        brokers=[MetadataResponseBroker(config.node_id, config.advertised_host, config.advertised_port, config.rack)],
        cluster_id=config.cluster_id,
        controller_id=config.node_id,
    )
    if asked is None or (not asked and context.api_version == 0):
        response.topics = [_topic(topic) for topic in broker.topics.all()]
    else:
        ids = [one.topic_id for one in asked if one.topic_id != ZERO_UUID]
        if ids:
            response.topics = [_topic_by_id(broker, topic_id) for topic_id in dict.fromkeys(ids)]
        else:
            names = dict.fromkeys(one.name for one in asked if one.name is not None)
            response.topics = list(_topics_by_name(broker, names, request, context.now_ms))
    if request.include_topic_authorized_operations:
        for topic in response.topics:
            if topic.error_code != ErrorCode.UNKNOWN_TOPIC_ID:
                topic.topic_authorized_operations = authorized_operations.TOPIC
    if request.include_cluster_authorized_operations:
        response.cluster_authorized_operations = authorized_operations.CLUSTER
    return response


def _is_wrong(asked: Iterable[MetadataRequestTopic], version: int) -> bool:
    if version >= FIRST_VERSION_BY_ID:
        return any(one.name is None and one.topic_id == ZERO_UUID for one in asked)
    return any(one.name is None or one.topic_id != ZERO_UUID for one in asked)


def _topic_by_id(broker: Broker, topic_id: bytes) -> MetadataResponseTopic:
    topic = broker.topics.by_id(topic_id)
    return MetadataResponseTopic(ErrorCode.UNKNOWN_TOPIC_ID, None, topic_id) if topic is None else _topic(topic)


def _topics_by_name(
    broker: Broker, names: Iterable[str], request: MetadataRequest, now_ms: int
) -> Iterable[MetadataResponseTopic]:
    may_create = request.allow_auto_topic_creation and broker.config.auto_create_topics_enable
    for name in names:
        topic = broker.topics.get(name)
        if topic is not None:
            yield _topic(topic)
            continue
        error = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        try:
            check_topic_name(name)
            if may_create:
                _create(broker, name, now_ms)
        except KafkaError as refusal:
            error = refusal.code
        yield MetadataResponseTopic(error, name, is_internal=name in INTERNAL)


def _create(broker: Broker, name: str, now_ms: int) -> None:
    """Create a topic as the broker's defaults have it. What goes wrong is not the asking client's business."""
    try:
        if name in {CONSUMER_OFFSETS, TRANSACTION_STATE}:
            broker.topics.ensure_internal(name, now_ms)
        elif name not in INTERNAL and broker.config.default_replication_factor == 1:
            broker.topics.create(name, broker.config.num_partitions, now_ms=now_ms)
    except KafkaError as refusal:
        logger.warning("topic %s was asked for and not created: %s", name, refusal)


def _topic(topic: Topic) -> MetadataResponseTopic:
    return MetadataResponseTopic(
        ErrorCode.NONE,
        topic.name,
        topic.topic_id,
        topic.is_internal,
        [_partition(partition) for partition in topic.partitions],
    )


def _partition(partition: Partition) -> MetadataResponsePartition:
    is_online = partition.is_online
    return MetadataResponsePartition(
        ErrorCode.NONE if is_online else ErrorCode.LEADER_NOT_AVAILABLE,
        partition.index,
        partition.leader_id if is_online else NO_LEADER,
        partition.leader_epoch,
        partition.replicas,
        partition.isr,
        [] if is_online else [partition.leader_id],
    )


API = Api(MetadataRequest, MetadataResponse, (0, 13), handle)
