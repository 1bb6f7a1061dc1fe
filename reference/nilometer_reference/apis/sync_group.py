"""SyncGroup (key 14), versions 0-5: the leader hands in the assignment, every member gets its part.

Behaviour    Waits for the leader's assignment, which is written down before anybody is told; at once while the
             group is stable. See broker/groups/membership.py.
Versions     1 throttle time; 3 group instance id (KIP-345); 4 flexible; 5 protocol type and name, mandatory in
             the request (KIP-559)
Errors       INCONSISTENT_GROUP_PROTOCOL (23), INVALID_GROUP_ID (24), UNKNOWN_MEMBER_ID (25),
             FENCED_INSTANCE_ID (82), ILLEGAL_GENERATION (22), REBALANCE_IN_PROGRESS (27)
Source       `KafkaApis.scala`, `SyncGroupRequest.java`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.groups.reply import Reply
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.sync_group import SyncGroupRequest, SyncGroupResponse

from .api import Api

FIRST_VERSION_WITH_PROTOCOL: Final = 5


def handle(broker: Broker, request: SyncGroupRequest, context: RequestContext) -> Answer:
    names_protocol = request.protocol_type is not None and request.protocol_name is not None
    if context.api_version >= FIRST_VERSION_WITH_PROTOCOL and not names_protocol:
        return SyncGroupResponse(error_code=ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    reply: Reply[SyncGroupResponse] = Reply(context)
    broker.groups.sync(request, context.now_ms, reply)
    return reply.end_of_handler()


API = Api(SyncGroupRequest, SyncGroupResponse, (0, 5), handle)
