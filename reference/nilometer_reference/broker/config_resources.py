"""Whose settings a request changes, and how: one resource at a time, each wholly or not at all.

    type            name                    may be changed        kept by
    2 topic         its name                yes                   `Topics`
    4 broker        the node id, or ""      yes                   `Topics`, for every broker if the name is empty
    8 logger        the node id             no: none is there     nobody
    others                                  no (42)

    refused, in this order                                                   code
    the resource stands in the request twice                                 42, for each of them
    a setting twice, a null that is not deleted, an operation that is none   42
    the type is not known; the broker is another one, or no number           42
    a broker's setting that is unknown, or no list, and is added to          40
    a broker's value that is wrong, a setting that is fixed                  42 (KAFKA-13609)
    a topic's name that is empty (42), or impossible                         17
    a topic's value that is wrong, a setting that does not exist             40
    a topic that does not exist                                              3

Sources: `ConfigAdminManager.scala`, `ConfigurationControlManager.java`, `ControllerConfigurationValidator.scala`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from nilometer_reference.broker.broker_configs import BROKER_CONFIGS
from nilometer_reference.broker.config_changes import ConfigChange, apply_changes, check_well_formed
from nilometer_reference.broker.topic_configs import TOPIC_CONFIGS
from nilometer_reference.broker.topics import Topics, check_topic_name
from nilometer_reference.wire.errors import ErrorCode, KafkaError


class ResourceType(IntEnum):
    """Numbers of Kafka's config APIs (`ConfigResource.java`)."""

    TOPIC = 2
    BROKER = 4
    BROKER_LOGGER = 8
    CLIENT_METRICS = 16
    GROUP = 32


@dataclass(frozen=True, slots=True)
class Alteration:
    """What is asked of one resource. `replaces`: the changes are all SET, and all that is left (AlterConfigs)."""

    type: int
    name: str
    changes: Sequence[ConfigChange]
    replaces: bool = False


def check_broker_id(name: str, node_id: int) -> None:
    """Whether the name of a broker resource is the number of this broker. Raises INVALID_REQUEST (42)."""
    digits = name[1:] if name[:1] in {"+", "-"} else name
    if not (digits.isascii() and digits.isdigit()):
        raise KafkaError(ErrorCode.INVALID_REQUEST, f"Node id must be an integer, but it is: {name}")
    if int(name) != node_id:
        raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unexpected broker id, expected {node_id}, but received {name}")


def alter(
    topics: Topics, node_id: int, alterations: Sequence[Alteration], *, validate_only: bool, now_ms: int
) -> list[KafkaError | None]:
    """Do what is asked of each resource, or with `validate_only` only say whether it may be done.

    Answers, in the order of `alterations`, why one was refused, and None for what is done.
    """
    times = Counter((alteration.type, alteration.name) for alteration in alterations)
    outcomes: list[KafkaError | None] = []
    for alteration in alterations:
        try:
            if times[alteration.type, alteration.name] > 1:
                raise KafkaError(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.")
            check_well_formed(alteration.changes)
            _alter(topics, node_id, alteration, validate_only=validate_only, now_ms=now_ms)
        except KafkaError as error:
            outcomes.append(error.with_traceback(None))
        else:
            outcomes.append(None)
    return outcomes


def _alter(topics: Topics, node_id: int, alteration: Alteration, *, validate_only: bool, now_ms: int) -> None:
    if alteration.type == ResourceType.BROKER:
        if alteration.name:
            check_broker_id(alteration.name, node_id)
        _alter_broker(topics, alteration, validate_only=validate_only, now_ms=now_ms)
    elif alteration.type == ResourceType.TOPIC:
        _alter_topic(topics, alteration, validate_only=validate_only, now_ms=now_ms)
    elif alteration.type == ResourceType.BROKER_LOGGER and not alteration.replaces:
        check_broker_id(alteration.name, node_id)
        for change in alteration.changes:
            raise KafkaError(ErrorCode.INVALID_CONFIG, f"Logger {change.name} does not exist!")
    else:
        raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown resource type {alteration.type}")


def _alter_broker(topics: Topics, alteration: Alteration, *, validate_only: bool, now_ms: int) -> None:
    resource = str(int(alteration.name)) if alteration.name else ""
    before = {} if alteration.replaces else topics.broker_configs.dynamic.get(resource, {})
    after = apply_changes(before, alteration.changes, BROKER_CONFIGS)
    if validate_only:
        topics.check_broker_configs(resource, after)
    else:
        topics.set_broker_configs(resource, after, now_ms)


def _alter_topic(topics: Topics, alteration: Alteration, *, validate_only: bool, now_ms: int) -> None:
    topic = topics.get(alteration.name)
    before = {} if topic is None or alteration.replaces else topic.configs
    after = apply_changes(before, alteration.changes, TOPIC_CONFIGS)
    if not alteration.name:
        raise KafkaError(ErrorCode.INVALID_REQUEST, "Default topic resources are not allowed.")
    check_topic_name(alteration.name)
    if validate_only:
        topics.check_topic_configs(alteration.name, after)
    else:
        topics.set_topic_configs(alteration.name, after, now_ms)
