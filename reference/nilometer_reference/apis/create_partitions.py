"""CreatePartitions (key 37), versions 0-3: more partitions for topics, each with its own result (KIP-195).

Behaviour    `count` is the number of partitions after the change. New partitions begin empty at offset 0; what is in
             the others stays where it is. A list of replicas may be given for each new partition. `validate_only`
             judges and changes nothing. `timeout_ms` of 0 or less is over at once: nothing is done.
Versions     2 flexible; 3 nothing new (KIP-599)
Errors       of all topics: REQUEST_TIMED_OUT (7);
             of one, in this order: INVALID_REQUEST (42) for a topic given twice, UNKNOWN_TOPIC_OR_PARTITION (3),
             INVALID_PARTITIONS (37) for no increase, POLICY_VIOLATION (44) for more than 10,000 new ones,
             INVALID_REPLICA_ASSIGNMENT (39), KAFKA_STORAGE_ERROR (56)
Differs      Kafka 4.3.1 answers UNKNOWN_SERVER_ERROR (-1) to more than 10,000, and has then added 10,000 of them.
Left out     Quotas of mutations (KIP-599)
Source       `ControllerApis.scala`, `ReplicationControlManager.java`; measured on Kafka 4.3.1
"""

from __future__ import annotations

from collections import Counter

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.replica_assignment import check_replicas
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
    CreatePartitionsTopicResult,
)

from .api import Api


def handle(broker: Broker, request: CreatePartitionsRequest, context: RequestContext) -> Answer:
    times = Counter(topic.name for topic in request.topics)
    outcomes: dict[str, KafkaError | None] = {}
    for topic in request.topics:
        try:
            if request.timeout_ms <= 0:
                raise KafkaError(ErrorCode.REQUEST_TIMED_OUT, f"{request.timeout_ms=}")
            if times[topic.name] > 1:
                raise KafkaError(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
            _check(broker, topic)
            if not request.validate_only:
                broker.topics.add_partitions(topic.name, topic.count, context.now_ms)
        except KafkaError as error:
            outcomes[topic.name] = error.with_traceback(None)
        else:
            outcomes[topic.name] = None
    return CreatePartitionsResponse(
        results=[
            CreatePartitionsTopicResult(name=name)
            if error is None
            else CreatePartitionsTopicResult(name=name, error_code=error.code, error_message=error.message)
            for name, error in outcomes.items()
        ]
    )


def _check(broker: Broker, topic: CreatePartitionsTopic) -> None:
    additional = broker.topics.check_add_partitions(topic.name, topic.count)
    if topic.assignments is None:
        return
    if len(topic.assignments) != additional:
        raise KafkaError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"Attempted to add {additional} additional partition(s), but only {len(topic.assignments)} "
            f"assignment(s) were specified.",
        )
    first = broker.partition(topic.name, 0)
    for assignment in topic.assignments:
        check_replicas(assignment.broker_ids, {broker.config.node_id}, len(first.replicas))


API = Api(CreatePartitionsRequest, CreatePartitionsResponse, (0, 3), handle)
