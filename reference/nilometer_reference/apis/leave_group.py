"""LeaveGroup (key 13), versions 0-5: members leave, or an administrator removes them.

Behaviour    Each member has its own result; one rebalance follows for all of them. A static member can be
             removed by its instance id alone.
Versions     1 throttle time; 3 several members, group instance ids (KIP-345); 4 flexible; 5 reason (KIP-800),
             which is not used. Before 3 the result of the one member stands at the top.
Errors       INVALID_GROUP_ID (24); per member UNKNOWN_MEMBER_ID (25), FENCED_INSTANCE_ID (82)
Source       `GroupMetadataManager.classicGroupLeave`, `LeaveGroupResponse.java`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.leave_group import LeaveGroupRequest, LeaveGroupResponse, MemberIdentity

from .api import Api

FIRST_VERSION_WITH_MANY_MEMBERS: Final = 3


def handle(broker: Broker, request: LeaveGroupRequest, context: RequestContext) -> Answer:
    is_many = context.api_version >= FIRST_VERSION_WITH_MANY_MEMBERS
    identities = request.members if is_many else [MemberIdentity(request.member_id)]
    try:
        results = broker.groups.leave(request.group_id, identities, context.now_ms)
    except KafkaError as error:
        return LeaveGroupResponse(error_code=error.code)
    if is_many:
        return LeaveGroupResponse(members=results)
    return LeaveGroupResponse(error_code=results[0].error_code)


API = Api(LeaveGroupRequest, LeaveGroupResponse, (0, 5), handle)
