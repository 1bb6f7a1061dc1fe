"""DeleteGroups (key 42), versions 0-2: forget groups without members, and their offsets (KIP-229).

Behaviour    Each group has its own result; a name that stands in the request twice is answered once.
Versions     1 nothing new; 2 flexible
Errors       GROUP_ID_NOT_FOUND (69), NON_EMPTY_GROUP (68), and what an append can fail with
Source       `GroupCoordinatorShard.deleteGroups`
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)

from .api import Api


def handle(broker: Broker, request: DeleteGroupsRequest, context: RequestContext) -> Answer:
    return DeleteGroupsResponse(
        results=[
            DeletableGroupResult(group_id=group_id, error_code=_delete(broker, group_id, context.now_ms))
            for group_id in dict.fromkeys(request.groups_names)
        ]
    )


def _delete(broker: Broker, group_id: str, now_ms: int) -> ErrorCode:
    try:
        broker.groups.delete_group(group_id, now_ms)
    except KafkaError as error:
        return error.code
    return ErrorCode.NONE


API = Api(DeleteGroupsRequest, DeleteGroupsResponse, (0, 2), handle)
