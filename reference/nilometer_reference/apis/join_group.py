"""JoinGroup (key 11), versions 0-9: become a member of a classic group, or stay one in its next generation.

Behaviour    Waits until the join phase of the group is over; the leader is then told all members with their
             metadata, the others only who leads. See broker/groups/joins.py and rebalance.py.
Versions     0 no rebalance timeout: the session timeout stands for it; 1 rebalance timeout; 2 throttle time;
             4 members without an id are given one first (KIP-394); 5 group instance id (KIP-345); 6 flexible;
             7 protocol type, and a null protocol name where there is none (KIP-559); 8 reason (KIP-800), which
             is not used; 9 skip assignment (KIP-814)
Errors       GROUP_ID_NOT_FOUND never: an unknown group is UNKNOWN_MEMBER_ID (25) to who claims to be in it.
             INVALID_GROUP_ID (24), INVALID_SESSION_TIMEOUT (26), GROUP_MAX_SIZE_REACHED (81),
             INCONSISTENT_GROUP_PROTOCOL (23), FENCED_INSTANCE_ID (82), MEMBER_ID_REQUIRED (79),
             REBALANCE_IN_PROGRESS (27) to a join that a later one of the same member has overtaken
Left out     Groups of the consumer protocol (KIP-848): there are none to join.
Source       `KafkaApis.scala`, `JoinGroupRequest.java`, `JoinGroupResponse.java`
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.groups.reply import Reply
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.messages.join_group import JoinGroupRequest, JoinGroupResponse

from .api import Api

FIRST_VERSION_WITH_REBALANCE_TIMEOUT: Final = 1
FIRST_VERSION_WITH_NULL_PROTOCOL: Final = 7


def handle(broker: Broker, request: JoinGroupRequest, context: RequestContext) -> Answer:
    if context.api_version < FIRST_VERSION_WITH_REBALANCE_TIMEOUT:
        request = replace(request, rebalance_timeout_ms=request.session_timeout_ms)
    reply = Reply(context, partial(_adapt, context.api_version))
    broker.groups.join(request, context, reply)
    return reply.end_of_handler()


def _adapt(version: int, response: JoinGroupResponse) -> JoinGroupResponse:
    none = None if version >= FIRST_VERSION_WITH_NULL_PROTOCOL else ""
    return replace(response, protocol_name=response.protocol_name or none)


API = Api(JoinGroupRequest, JoinGroupResponse, (0, 9), handle)
