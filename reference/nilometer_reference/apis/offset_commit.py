"""OffsetCommit (key 8), versions 2-10: how far a group has read.

Behaviour    Each partition has its own result; those that can be written are written in one batch. A commit of
             a member keeps its session alive. See broker/groups/offset_requests.py.
Versions     2-4 retention time of the commit; 5 without it (KIP-211); 6 leader epoch (KIP-320); 7 group instance
             id (KIP-345); 8 flexible; 9 GROUP_ID_NOT_FOUND, which was ILLEGAL_GENERATION (KIP-848); 10 topic ids
             instead of names (KIP-848)
Errors       per partition: UNKNOWN_TOPIC_OR_PARTITION (3), UNKNOWN_TOPIC_ID (100), OFFSET_METADATA_TOO_LARGE
             (12), ILLEGAL_GENERATION (22), UNKNOWN_MEMBER_ID (25), REBALANCE_IN_PROGRESS (27),
             FENCED_INSTANCE_ID (82), GROUP_ID_NOT_FOUND (69), and what an append can fail with
Left out     Groups of the consumer protocol, and with them STALE_MEMBER_EPOCH.
Source       `KafkaApis.scala`, `OffsetMetadataManager.java`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequest, OffsetCommitResponse

from .api import Api

FIRST_VERSION_WITH_NOT_FOUND: Final = 9


def handle(broker: Broker, request: OffsetCommitRequest, context: RequestContext) -> Answer:
    response = broker.groups.offsets.commit(request, context.now_ms)
    if context.api_version < FIRST_VERSION_WITH_NOT_FOUND:
        for topic in response.topics:
            for partition in topic.partitions:
                if partition.error_code == ErrorCode.GROUP_ID_NOT_FOUND:
                    partition.error_code = ErrorCode.ILLEGAL_GENERATION
    return response


API = Api(OffsetCommitRequest, OffsetCommitResponse, (2, 10), handle)
