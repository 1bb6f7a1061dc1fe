"""OffsetFetch (key 9), versions 1-10: how far groups have read.

Behaviour    -1 for a partition without a commit, also when the group or the topic is not known. Null topics ask
             for all offsets of the group. See broker/groups/offset_requests.py.
Versions     2 null topics, error at the top (KIP-88); 3 throttle time; 5 leader epoch (KIP-320); 6 flexible;
             7 stable offsets only (KIP-447); 8 many groups (KIP-709); 9 member id and epoch (KIP-848), which
             classic groups do not look at; 10 topic ids instead of names (KIP-848): all offsets leave out topics
             that have gone
Errors       per partition: UNSTABLE_OFFSET_COMMIT (88), UNKNOWN_TOPIC_ID (100); per group: NOT_COORDINATOR (16) if
             its log has failed; in version 1 that stands at each partition
Left out     Groups of the consumer protocol, and with them STALE_MEMBER_EPOCH and UNKNOWN_MEMBER_ID.
Source       `KafkaApis.scala`, `OffsetMetadataManager.java`, `OffsetFetchRequest.java`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from nilometer_reference.wire.uuids import ZERO_UUID

from .api import Api

FIRST_VERSION_WITH_ERROR_AT_THE_TOP: Final = 2
FIRST_VERSION_WITH_MANY_GROUPS: Final = 8
FIRST_VERSION_WITH_TOPIC_IDS: Final = 10


def handle(broker: Broker, request: OffsetFetchRequest, context: RequestContext) -> Answer:
    if context.api_version < FIRST_VERSION_WITH_MANY_GROUPS:
        return _fetch_one_group(broker, request, context.api_version)
    groups = [_fetch(broker, group, request.require_stable) for group in request.groups]
    if context.api_version >= FIRST_VERSION_WITH_TOPIC_IDS:
        for wanted, found in zip(request.groups, groups, strict=True):
            if wanted.topics is None:
                found.topics = [topic for topic in found.topics if topic.topic_id != ZERO_UUID]
    return OffsetFetchResponse(groups=groups)


def _fetch(broker: Broker, group: OffsetFetchRequestGroup, require_stable: bool) -> OffsetFetchResponseGroup:
    try:
        return broker.groups.offsets.fetch(group.group_id, group.topics, require_stable=require_stable)
    except KafkaError as error:
        return OffsetFetchResponseGroup(group_id=group.group_id, error_code=error.code)


def _fetch_one_group(broker: Broker, request: OffsetFetchRequest, version: int) -> OffsetFetchResponse:
    topics = None
    if request.topics is not None:
        topics = [
            OffsetFetchRequestTopics(name=topic.name, partition_indexes=topic.partition_indexes)
            for topic in request.topics
        ]
    wanted = OffsetFetchRequestGroup(request.group_id, topics=topics)
    found = _fetch(broker, wanted, request.require_stable)
    if found.error_code and version < FIRST_VERSION_WITH_ERROR_AT_THE_TOP:
        _tell_every_partition(found, topics or [])
    return OffsetFetchResponse(
        topics=[
            OffsetFetchResponseTopic(
                name=topic.name,
                partitions=[
                    OffsetFetchResponsePartition(
                        partition_index=partition.partition_index,
                        committed_offset=partition.committed_offset,
                        committed_leader_epoch=partition.committed_leader_epoch,
                        metadata=partition.metadata,
                        error_code=partition.error_code,
                    )
                    for partition in topic.partitions
                ],
            )
            for topic in found.topics
        ],
        error_code=found.error_code,
    )


def _tell_every_partition(found: OffsetFetchResponseGroup, topics: list[OffsetFetchRequestTopics]) -> None:
    code, found.error_code = found.error_code, 0
    for topic in topics:
        partitions = [
            OffsetFetchResponsePartitions(partition_index=index, committed_offset=-1, error_code=code)
            for index in topic.partition_indexes
        ]
        found.topics.append(OffsetFetchResponseTopics(name=topic.name, partitions=partitions))


API = Api(OffsetFetchRequest, OffsetFetchResponse, (1, 10), handle)
