"""DescribeGroups (key 15), versions 0-6: state, protocol and members of classic groups.

Behaviour    Metadata of members, and the protocol, are told of stable groups only: in a rebalance neither is
             settled. A group that is not known is Dead.
Versions     1 throttle time; 3 authorized operations (KIP-430); 4 group instance id (KIP-345); 5 flexible;
             6 an error and a message for groups that are not known (KIP-1043), which were Dead without error
Errors       GROUP_ID_NOT_FOUND (69), from version 6 on; NOT_COORDINATOR (16) if the log of the group has failed
Left out     Access control: everybody may do everything, and is told so when it asks.
Source       `GroupMetadataManager.describeGroups`, `AclEntry.java`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.describe_groups import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)

from .api import Api

FIRST_VERSION_WITH_OPERATIONS: Final = 3
FIRST_VERSION_WITH_NOT_FOUND: Final = 6

READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS = 3, 6, 8, 10, 11
GROUP_OPERATIONS: Final = sum(1 << code for code in (READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS))
"""What may be done with a group (`AclOperation.java`), one bit each."""


def handle(broker: Broker, request: DescribeGroupsRequest, context: RequestContext) -> Answer:
    groups = [_describe(broker, group_id, context.api_version) for group_id in request.groups]
    if request.include_authorized_operations and context.api_version >= FIRST_VERSION_WITH_OPERATIONS:
        for group in groups:
            if not group.error_code:
                group.authorized_operations = GROUP_OPERATIONS
    return DescribeGroupsResponse(groups=groups)


def _describe(broker: Broker, group_id: str, version: int) -> DescribedGroup:
    try:
        group = broker.groups.find(group_id)
    except KafkaError as error:
        if error.code is not ErrorCode.GROUP_ID_NOT_FOUND:
            return DescribedGroup(group_id=group_id, error_code=error.code)
        unknown = DescribedGroup(group_id=group_id, group_state=GroupState.DEAD.value)
        if version >= FIRST_VERSION_WITH_NOT_FOUND:
            unknown.error_code, unknown.error_message = error.code, error.message
        return unknown
    protocol = group.protocol_name if group.state is GroupState.STABLE else None
    return DescribedGroup(
        group_id=group_id,
        group_state=group.state.value,
        protocol_type=group.protocol_type or "",
        protocol_data=protocol or "",
        members=[
            DescribedGroupMember(
                member_id=member.member_id,
                group_instance_id=member.group_instance_id,
                client_id=member.client_id,
                client_host=member.client_host,
                member_metadata=b"" if protocol is None else member.metadata(protocol),
                member_assignment=member.assignment,
            )
            for member in group.members.values()
        ],
    )


API = Api(DescribeGroupsRequest, DescribeGroupsResponse, (0, 6), handle)
