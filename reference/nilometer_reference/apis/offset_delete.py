"""OffsetDelete (key 47), version 0: forget committed offsets of a group, its members notwithstanding (KIP-496).

Behaviour    Each partition has its own result, unless the request is refused as a whole. Offsets that an open
             transaction has staged go too.
Errors       whole: INVALID_GROUP_ID (24), GROUP_ID_NOT_FOUND (69), NON_EMPTY_GROUP (68) for a group with members
             that are not consumers; per partition: UNKNOWN_TOPIC_OR_PARTITION (3), GROUP_SUBSCRIBED_TO_TOPIC (86)
Source       `KafkaApis.scala`, `OffsetMetadataManager.deleteOffsets`
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.offset_delete import OffsetDeleteRequest, OffsetDeleteResponse

from .api import Api


def handle(broker: Broker, request: OffsetDeleteRequest, context: RequestContext) -> Answer:
    try:
        return broker.groups.offsets.delete(request, context.now_ms)
    except KafkaError as error:
        return OffsetDeleteResponse(error_code=error.code)


API = Api(OffsetDeleteRequest, OffsetDeleteResponse, (0, 0), handle)
