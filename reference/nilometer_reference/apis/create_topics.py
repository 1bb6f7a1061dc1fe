"""CreateTopics (key 19), versions 2-7: new topics, each with its own result.

Behaviour    All topics are judged by what there is before the request; then those that may be are created. A number
             of partitions or replicas of -1 is the broker's default; a list of replicas for each partition takes
             their place. `validate_only` judges and creates nothing. `timeout_ms` of 0 or less is over at once:
             nothing is done. A topic exists for every API as soon as it is answered.
Versions     1 `validate_only`; 4 -1 as a number (KIP-464; taken in 2 and 3 too); 5 flexible, with numbers and settings
             of the new topic (KIP-525); 7 its id (KIP-516)
Errors       of all topics: REQUEST_TIMED_OUT (7), POLICY_VIOLATION (44) for more than 10,000 partitions in all, and
             for more than 10,000 of topics, partitions and settings that would be made;
             of one, in this order: INVALID_REQUEST (42) for a name given twice and for `__cluster_metadata`,
             TOPIC_ALREADY_EXISTS (36), INVALID_TOPIC_EXCEPTION (17), INVALID_CONFIG (40), INVALID_REQUEST (42) for
             numbers beside lists, INVALID_REPLICA_ASSIGNMENT (39), INVALID_REPLICATION_FACTOR (38),
             INVALID_PARTITIONS (37), KAFKA_STORAGE_ERROR (56)
Left out     Policies (`create.topic.policy.class.name`), quotas of mutations (KIP-599)
Source       `ControllerApis.scala`, `ReplicationControlManager.java`; orders measured on Kafka 4.3.1
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config_descriptions import describe_topic
from nilometer_reference.broker.replica_assignment import check_numbered, resolve_counts
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.broker.topics import PARTITIONS_MAX, NewTopic, check_size_of_request
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)

from .api import Api


@dataclass(frozen=True, slots=True)
class _Plan:
    new: NewTopic
    partition_count: int
    replication_factor: int


def handle(broker: Broker, request: CreateTopicsRequest, context: RequestContext) -> Answer:
    try:
        _check_whole(broker, request)
    except KafkaError as error:
        return CreateTopicsResponse(topics=[_refused(topic.name, error) for topic in request.topics])
    outcomes = _plan(broker, request.topics)
    plans = [outcome for outcome in outcomes.values() if isinstance(outcome, _Plan)]
    try:
        check_size_of_request(sum(plan.new.record_count(plan.partition_count) for plan in plans))
    except KafkaError as error:
        return CreateTopicsResponse(topics=[_refused(topic.name, error) for topic in request.topics])
    if not request.validate_only:
        for plan in plans:
            try:
                broker.topics.add(plan.new, plan.partition_count, context.now_ms)
            except KafkaError as error:
                outcomes[plan.new.name] = error.with_traceback(None)
    return CreateTopicsResponse(
        topics=[
            _refused(name, outcome) if isinstance(outcome, KafkaError) else _created(broker, outcome)
            for name, outcome in outcomes.items()
        ]
    )


def _check_whole(broker: Broker, request: CreateTopicsRequest) -> None:
    if request.timeout_ms <= 0:
        raise KafkaError(ErrorCode.REQUEST_TIMED_OUT, f"{request.timeout_ms=}")
    times = Counter(topic.name for topic in request.topics)
    asked = sum(_asked_partitions(broker, topic) for topic in request.topics if times[topic.name] == 1)
    if asked > PARTITIONS_MAX:
        raise KafkaError(ErrorCode.POLICY_VIOLATION, f"{asked} partitions in one request, {PARTITIONS_MAX=}")


def _asked_partitions(broker: Broker, topic: CreatableTopic) -> int:
    if topic.assignments:
        return len(topic.assignments)
    return broker.config.num_partitions if topic.num_partitions == -1 else max(topic.num_partitions, 0)


def _plan(broker: Broker, topics: list[CreatableTopic]) -> dict[str, _Plan | KafkaError]:
    """By name, in the order of the request. Changes nothing."""
    times = Counter(topic.name for topic in topics)
    outcomes: dict[str, _Plan | KafkaError] = {}
    for topic in topics:
        if times[topic.name] > 1:
            outcomes[topic.name] = KafkaError(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
            continue
        try:
            outcomes[topic.name] = _plan_one(broker, topic)
        except KafkaError as error:
            outcomes[topic.name] = error.with_traceback(None)
    return outcomes


def _plan_one(broker: Broker, topic: CreatableTopic) -> _Plan:
    configs = {config.name: config.value for config in topic.configs if config.value is not None}
    nulls = [config.name for config in topic.configs if config.value is None]
    if nulls:
        broker.topics.check_new(topic.name, {})
        raise KafkaError(ErrorCode.INVALID_CONFIG, f"Null value not supported for topic configs: {','.join(nulls)}")
    new = broker.topics.plan(topic.name, configs)
    brokers = {broker.config.node_id}
    if not topic.assignments:
        partition_count, replication_factor = resolve_counts(
            topic.num_partitions,
            topic.replication_factor,
            default_partition_count=broker.config.num_partitions,
            default_replication_factor=broker.config.default_replication_factor,
            brokers=brokers,
        )
        return _Plan(new, partition_count, replication_factor)
    for number, what in ((topic.replication_factor, "replication factor"), (topic.num_partitions, "numPartitions")):
        if number != -1:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST,
                f"A manual partition assignment was specified, but {what} was not set to -1.",
            )
    assignments = [(assignment.partition_index, assignment.broker_ids) for assignment in topic.assignments]
    return _Plan(new, len(assignments), check_numbered(assignments, brokers))


def _refused(name: str, error: KafkaError) -> CreatableTopicResult:
    return CreatableTopicResult(name=name, error_code=error.code, error_message=error.message or None)


def _created(broker: Broker, plan: _Plan) -> CreatableTopicResult:
    new = plan.new
    return CreatableTopicResult(
        name=new.name,
        topic_id=new.topic_id,
        error_message=None,
        num_partitions=plan.partition_count,
        replication_factor=plan.replication_factor,
        configs=[
            CreatableTopicConfigs(
                name=config.name,
                value=new.configs.get(config.name, config.value),
                read_only=config.is_read_only,
                config_source=config.source,
                is_sensitive=config.is_sensitive,
            )
            for config in describe_topic(new.configs, broker.topics.broker_configs)
        ],
    )


API = Api(CreateTopicsRequest, CreateTopicsResponse, (2, 7), handle)
