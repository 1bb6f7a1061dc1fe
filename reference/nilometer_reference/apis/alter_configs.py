"""AlterConfigs (key 33), versions 0-2: replace all settings of topics and brokers (KIP-133).

Behaviour    What is given are all settings that the resource has of its own afterwards. Each resource is changed
             wholly or not at all, and has its own result, in the order of the request; what is changed is in force at
             once. `validate_only` judges and changes nothing.
Versions     1 nothing new; 2 flexible
Errors       see `broker/config_resources.py`: INVALID_REQUEST (42), INVALID_CONFIG (40), INVALID_TOPIC_EXCEPTION (17),
             UNKNOWN_TOPIC_OR_PARTITION (3), KAFKA_STORAGE_ERROR (56)
Differs      A resource given twice is 42, as in IncrementalAlterConfigs; Kafka 4.3.1 never answers such a request.
Left out     As in IncrementalAlterConfigs; loggers may not be changed in this way in Kafka either.
Source       `ConfigAdminManager.scala`, `ConfigurationControlManager.java`; orders measured on Kafka 4.3.1
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config_changes import ConfigChange, Operation
from nilometer_reference.broker.config_resources import Alteration, alter
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.alter_configs import (
    AlterConfigsRequest,
    AlterConfigsResourceResponse,
    AlterConfigsResponse,
)

from .api import Api


def handle(broker: Broker, request: AlterConfigsRequest, context: RequestContext) -> Answer:
    alterations = [
        Alteration(
            resource.resource_type,
            resource.resource_name,
            [ConfigChange(config.name, Operation.SET, config.value) for config in resource.configs],
            replaces=True,
        )
        for resource in request.resources
    ]
    outcomes = alter(
        broker.topics, broker.config.node_id, alterations,
        validate_only=request.validate_only, now_ms=context.now_ms,
    )  # fmt: skip
    return AlterConfigsResponse(
        responses=[
            AlterConfigsResourceResponse(
                error_code=ErrorCode.NONE if error is None else error.code,
                error_message=None if error is None else error.message,
                resource_type=alteration.type,
                resource_name=alteration.name,
            )
            for alteration, error in zip(alterations, outcomes, strict=True)
        ]
    )


API = Api(AlterConfigsRequest, AlterConfigsResponse, (0, 2), handle)
