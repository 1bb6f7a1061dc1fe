"""DeleteTopics (key 20), versions 1-6: topics by name or by id, each with its own result.

Behaviour    A deleted topic is gone from every API as soon as it is answered, and stays gone after a crash; fetches
             that wait on it are answered. `timeout_ms` of 0 or less is over at once: nothing is done.
Versions     3 TOPIC_DELETION_DISABLED; 4 flexible; 5 messages (KIP-599); 6 ids, in which exactly one of name and id
             is given (KIP-516). A result has the name and the id that are known.
Errors       of all topics: TOPIC_DELETION_DISABLED (73; INVALID_REQUEST 42 before version 3) with
             `delete.topic.enable=false`, REQUEST_TIMED_OUT (7);
             of one: INVALID_REQUEST (42) for neither or both, and for a topic given twice, also once by name and once
             by id; UNKNOWN_TOPIC_ID (100), UNKNOWN_TOPIC_OR_PARTITION (3), KAFKA_STORAGE_ERROR (56)
Left out     Kafka shuffles the results to hide what the caller may not see; nothing is hidden here.
Source       `ControllerApis.scala`
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.broker.topics import Topic
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.delete_topics import (
    DeletableTopicResult,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from nilometer_reference.wire.uuids import ZERO_UUID

from .api import Api

FIRST_VERSION_WITH_DISABLED: Final = 3
FIRST_VERSION_WITH_IDS: Final = 6


def handle(broker: Broker, request: DeleteTopicsRequest, context: RequestContext) -> Answer:
    wanted = request.topics
    if context.api_version < FIRST_VERSION_WITH_IDS:
        wanted = [DeleteTopicState(name=name) for name in request.topic_names]
    try:
        _check_whole(broker, request.timeout_ms, context.api_version)
    except KafkaError as error:
        return DeleteTopicsResponse(responses=[_result(topic.name, topic.topic_id, error) for topic in wanted])
    doomed, responses = _resolve(broker, wanted)
    for topic in doomed:
        try:
            broker.topics.delete(topic.name, context.now_ms)
        except KafkaError as error:
            responses.append(_result(topic.name, topic.topic_id, error))
        else:
            responses.append(_result(topic.name, topic.topic_id))
    return DeleteTopicsResponse(responses=responses)


def _check_whole(broker: Broker, timeout_ms: int, version: int) -> None:
    if not broker.config.delete_topic_enable:
        if version < FIRST_VERSION_WITH_DISABLED:
            raise KafkaError(ErrorCode.INVALID_REQUEST, "This version does not support topic deletion.")
        raise KafkaError(ErrorCode.TOPIC_DELETION_DISABLED, "Topic deletion is disabled.")
    if timeout_ms <= 0:
        raise KafkaError(ErrorCode.REQUEST_TIMED_OUT, f"{timeout_ms=}")


def _resolve(broker: Broker, wanted: list[DeleteTopicState]) -> tuple[list[Topic], list[DeletableTopicResult]]:
    """The topics to delete, and the results of what is refused. Changes nothing."""
    refused = []
    for topic in wanted:
        if topic.name is not None and topic.topic_id != ZERO_UUID:
            refused.append(_result(topic.name, topic.topic_id, _invalid("Both a topic name and a topic id.")))
        elif topic.name is None and topic.topic_id == ZERO_UUID:
            refused.append(_result(None, ZERO_UUID, _invalid("Neither topic name nor id were specified.")))
    ids = Counter(topic.topic_id for topic in wanted if topic.name is None and topic.topic_id != ZERO_UUID)
    names = Counter(topic.name for topic in wanted if topic.name is not None and topic.topic_id == ZERO_UUID)
    doomed: dict[bytes, Topic] = {}
    for topic_id, times in ids.items():
        try:
            doomed[topic_id] = _by_id(broker, topic_id, times)
        except KafkaError as error:
            refused.append(_result(None, topic_id, error))
    for name, times in names.items():
        try:
            found = _by_name(broker, name, times)
        except KafkaError as error:
            refused.append(_result(name, ZERO_UUID, error))
            continue
        if found.topic_id in ids:
            doomed.pop(found.topic_id, None)
            refused.append(_result(name, found.topic_id, _invalid("The name maps to an id that was supplied too.")))
        else:
            doomed[found.topic_id] = found
    return list(doomed.values()), refused


def _by_id(broker: Broker, topic_id: bytes, times: int) -> Topic:
    if times > 1:
        raise _invalid("Duplicate topic id.")
    topic = broker.topics.by_id(topic_id)
    if topic is None:
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_ID, "This server does not host this topic ID.")
    return topic


def _by_name(broker: Broker, name: str, times: int) -> Topic:
    if times > 1:
        raise _invalid("Duplicate topic name.")
    topic = broker.topics.get(name)
    if topic is None:
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.")
    return topic


def _invalid(message: str) -> KafkaError:
    return KafkaError(ErrorCode.INVALID_REQUEST, message)


def _result(name: str | None, topic_id: bytes, error: KafkaError | None = None) -> DeletableTopicResult:
    code, message = (ErrorCode.NONE, None) if error is None else (error.code, error.message)
    return DeletableTopicResult(name=name, topic_id=topic_id, error_code=code, error_message=message)


API = Api(DeleteTopicsRequest, DeleteTopicsResponse, (1, 6), handle)
