"""ListConfigResources (key 74), versions 0-1: the names of everything that has settings (KIP-714, KIP-1142).

Behaviour    No types ask for all types. Topics are told in the order of their names, the broker by its number.
Versions     0 asks for subscriptions of client metrics only: there are none; 1 any types
Errors       UNSUPPORTED_VERSION (35) if one of the types is not known
Source       `KafkaApis.scala`, `ListConfigResourcesRequest.java`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config_resources import ResourceType
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.list_config_resources import (
    ConfigResource,
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)

from .api import Api

FIRST_VERSION_WITH_TYPES: Final = 1


def handle(broker: Broker, request: ListConfigResourcesRequest, context: RequestContext) -> Answer:
    wanted = set(request.resource_types) or set(ResourceType)
    if context.api_version < FIRST_VERSION_WITH_TYPES:
        wanted = {ResourceType.CLIENT_METRICS}
    if wanted - set(ResourceType):
        return ListConfigResourcesResponse(error_code=ErrorCode.UNSUPPORTED_VERSION)
    node_id = str(broker.config.node_id)
    names = {
        ResourceType.BROKER_LOGGER: [node_id],
        ResourceType.BROKER: [node_id],
        ResourceType.TOPIC: [topic.name for topic in broker.topics.all()],
    }
    return ListConfigResourcesResponse(
        config_resources=[
            ConfigResource(resource_name=name, resource_type=resource_type)
            for resource_type in names
            if resource_type in wanted
            for name in names[resource_type]
        ]
    )


API = Api(ListConfigResourcesRequest, ListConfigResourcesResponse, (0, 1), handle)
