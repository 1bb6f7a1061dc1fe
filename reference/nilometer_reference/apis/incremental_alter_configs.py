"""IncrementalAlterConfigs (key 44), versions 0-1: change single settings of topics and brokers (KIP-339).

Behaviour    Each resource is changed wholly or not at all, and has its own result, in the order of the request; what
             is changed is in force at once. `validate_only` judges and changes nothing.
Versions     1 flexible
Errors       see `broker/config_resources.py`: INVALID_REQUEST (42), INVALID_CONFIG (40), INVALID_TOPIC_EXCEPTION (17),
             UNKNOWN_TOPIC_OR_PARTITION (3), KAFKA_STORAGE_ERROR (56)
Differs      An operation that is none is 42; Kafka 4.3.1 answers that for brokers, and -1 for topics.
Left out     Client metrics and groups (types 16 and 32): what they would configure is not there. Loggers (8): there
             are none. ELR, which would forbid `min.insync.replicas` of a broker.
Source       `ConfigAdminManager.scala`, `ConfigurationControlManager.java`; orders measured on Kafka 4.3.1
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config_changes import ConfigChange
from nilometer_reference.broker.config_resources import Alteration, alter
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.incremental_alter_configs import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)

from .api import Api


def handle(broker: Broker, request: IncrementalAlterConfigsRequest, context: RequestContext) -> Answer:
    alterations = [
        Alteration(
            resource.resource_type,
            resource.resource_name,
            [ConfigChange(config.name, config.config_operation, config.value) for config in resource.configs],
        )
        for resource in request.resources
    ]
    outcomes = alter(
        broker.topics, broker.config.node_id, alterations,
        validate_only=request.validate_only, now_ms=context.now_ms,
    )  # fmt: skip
    return IncrementalAlterConfigsResponse(
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


API = Api(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, (0, 1), handle)
