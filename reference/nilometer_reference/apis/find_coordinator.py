"""FindCoordinator (key 10), versions 0-6: which broker keeps a group or a transactional id.

Behaviour    There is one broker, so it is the coordinator of everything; the answer says where it listens. The
             internal topic comes into being with the first question, as in Kafka, but the first answer already
             names the coordinator where Kafka answers COORDINATOR_NOT_AVAILABLE once.
Versions     0 groups only; 1 key type, error message, throttle time; 3 flexible; 4 many keys in one request, one
             answer each (KIP-699); 5 TRANSACTION_ABORTABLE for clients that know it (KIP-890); 6 share groups
             (KIP-932)
Errors       INVALID_REQUEST (42) for a key type that is not known; COORDINATOR_NOT_AVAILABLE (15) if the
             internal topic cannot be created
Left out     Share coordinators (key type 2): INVALID_REQUEST, as a Kafka without share groups answers.
Source       `KafkaApis.scala` (getCoordinator)
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.broker.topics import CONSUMER_OFFSETS, TRANSACTION_STATE
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)

from .api import Api

FIRST_VERSION_WITH_MANY_KEYS: Final = 4
INTERNAL_TOPICS: Final = {0: CONSUMER_OFFSETS, 1: TRANSACTION_STATE}
"""Key type -> where such coordinators remember."""


def handle(broker: Broker, request: FindCoordinatorRequest, context: RequestContext) -> Answer:
    code = _find(broker, request.key_type, context.now_ms)
    if context.api_version >= FIRST_VERSION_WITH_MANY_KEYS:
        return FindCoordinatorResponse(
            coordinators=[_coordinator(broker, key, code) for key in request.coordinator_keys]
        )
    one = _coordinator(broker, request.key, code)
    return FindCoordinatorResponse(
        error_code=one.error_code,
        error_message=one.error_message or code.name,
        node_id=one.node_id,
        host=one.host,
        port=one.port,
    )


def _find(broker: Broker, key_type: int, now_ms: int) -> ErrorCode:
    if key_type not in INTERNAL_TOPICS:
        return ErrorCode.INVALID_REQUEST
    try:
        broker.topics.ensure_internal(INTERNAL_TOPICS[key_type], now_ms)
    except KafkaError:
        return ErrorCode.COORDINATOR_NOT_AVAILABLE
    return ErrorCode.NONE


def _coordinator(broker: Broker, key: str, code: ErrorCode) -> Coordinator:
    if code is not ErrorCode.NONE:
        return Coordinator(
            key=key, node_id=-1, host="", port=-1, error_code=code, error_message=f"no coordinator: {code.name}"
        )
    config = broker.config
    return Coordinator(key=key, node_id=config.node_id, host=config.advertised_host, port=config.advertised_port)


API = Api(FindCoordinatorRequest, FindCoordinatorResponse, (0, 6), handle)
