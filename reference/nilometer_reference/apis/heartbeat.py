"""Heartbeat (key 12), versions 0-4: a member of a classic group is alive, and asks whether to join again.

Behaviour    Keeps the session of the member alive, also when the answer is REBALANCE_IN_PROGRESS.
Versions     1 throttle time; 3 group instance id (KIP-345); 4 flexible
Errors       INVALID_GROUP_ID (24), UNKNOWN_MEMBER_ID (25), FENCED_INSTANCE_ID (82), ILLEGAL_GENERATION (22),
             REBALANCE_IN_PROGRESS (27) while the group waits for its members to join
Source       `GroupMetadataManager.classicGroupHeartbeat`
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest, HeartbeatResponse

from .api import Api


def handle(broker: Broker, request: HeartbeatRequest, context: RequestContext) -> Answer:
    return HeartbeatResponse(error_code=broker.groups.heartbeat(request, context.now_ms))


API = Api(HeartbeatRequest, HeartbeatResponse, (0, 4), handle)
