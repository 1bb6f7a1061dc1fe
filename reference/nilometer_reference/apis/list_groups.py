"""ListGroups (key 16), versions 0-5: every group of this coordinator.

Behaviour    Filters are sets of names in any case; an empty one filters nothing, and a name that is not known
             fits no group.
Versions     1 throttle time; 3 flexible; 4 state, and a filter by it (KIP-518); 5 type, and a filter by it
             (KIP-848)
Errors       none
Left out     Groups of other types than classic.
Source       `GroupMetadataManager.listGroups`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.messages.list_groups import ListedGroup, ListGroupsRequest, ListGroupsResponse

from .api import Api

CLASSIC: Final = "classic"


def handle(broker: Broker, request: ListGroupsRequest, _context: RequestContext) -> Answer:
    states = {name.strip().lower() for name in request.states_filter}
    types = {name.lower() for name in request.types_filter}
    return ListGroupsResponse(
        groups=[
            ListedGroup(
                group_id=group.group_id,
                protocol_type=group.protocol_type or "",
                group_state=group.state.value,
                group_type=CLASSIC,
            )
            for group in broker.groups.groups()
            if (not states or group.state.value.lower() in states) and (not types or CLASSIC in types)
        ]
    )


API = Api(ListGroupsRequest, ListGroupsResponse, (0, 5), handle)
