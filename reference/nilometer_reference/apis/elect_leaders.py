"""ElectLeaders (key 43), versions 0-2: let the preferred replica lead, or any (KIP-460).

Behaviour    The only replica is the preferred one and leads already: no election is ever needed. `topic_partitions`
             null asks for all partitions, of which those without a need are left out, though not their topics.
             `timeout_ms` of 0 or less is over at once.
Versions     0 preferred only; 1 a type, and an error for all; 2 flexible
Errors       of all partitions, told in each too: INVALID_REQUEST (42) for another type than preferred (0) and unclean
             (1), REQUEST_TIMED_OUT (7); of one: UNKNOWN_TOPIC_OR_PARTITION (3), ELECTION_NOT_NEEDED (84)
Source       `ReplicationControlManager.electLeaders`, `ElectLeadersRequest.java`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.elect_leaders import (
    ElectLeadersRequest,
    ElectLeadersResponse,
    PartitionResult,
    ReplicaElectionResult,
)

from .api import Api

PREFERRED: Final = 0
UNCLEAN: Final = 1
FIRST_VERSION_WITH_TYPE: Final = 1


def handle(broker: Broker, request: ElectLeadersRequest, context: RequestContext) -> Answer:
    election_type = request.election_type if context.api_version >= FIRST_VERSION_WITH_TYPE else PREFERRED
    error = None
    if election_type not in {PREFERRED, UNCLEAN}:
        error = KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown election type {election_type}")
    elif request.timeout_ms <= 0:
        error = KafkaError(ErrorCode.REQUEST_TIMED_OUT, f"{request.timeout_ms=}")
    if request.topic_partitions is None:
        topics = [] if error is not None else broker.topics.all()
        results = [ReplicaElectionResult(topic=topic.name) for topic in topics]
    else:
        results = [
            ReplicaElectionResult(
                topic=topic.topic,
                partition_result=[_elect(broker, topic.topic, index, error) for index in topic.partitions],
            )
            for topic in request.topic_partitions
        ]
    code = ErrorCode.NONE if error is None else error.code
    return ElectLeadersResponse(error_code=code, replica_election_results=results)


def _elect(broker: Broker, topic: str, index: int, error: KafkaError | None) -> PartitionResult:
    if error is None:
        try:
            broker.partition(topic, index)
        except KafkaError as unknown:
            return _refused(index, unknown)
        error = KafkaError(ErrorCode.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition.")
    return _refused(index, error)


def _refused(index: int, error: KafkaError) -> PartitionResult:
    return PartitionResult(partition_id=index, error_code=error.code, error_message=error.message)


API = Api(ElectLeadersRequest, ElectLeadersResponse, (0, 2), handle)
