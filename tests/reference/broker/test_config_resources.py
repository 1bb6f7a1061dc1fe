"""Each row of the module's table of refusals, and two rules broken at once for their order."""

from __future__ import annotations

import pytest

from nilometer_reference.broker.config_changes import ConfigChange, Operation
from nilometer_reference.broker.config_resources import Alteration, ResourceType, alter, check_broker_id
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.harness import Harness

SET, DELETE, APPEND, SUBTRACT = Operation
TOPIC, BROKER, LOGGER, METRICS, GROUP = ResourceType
INVALID_REQUEST, INVALID_CONFIG = ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_CONFIG

Change = tuple[str, int, str | None]


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    harness.broker.topics.create("a", 1, configs={"retention.ms": "5", "segment.ms": "6"}, now_ms=harness.now_ms)
    harness.broker.topics.set_broker_configs("", {"log.cleanup.policy": "compact"}, harness.now_ms)
    return harness


def test_the_numbers_of_the_types_are_kafkas() -> None:
    assert (TOPIC, BROKER, LOGGER, METRICS, GROUP) == (2, 4, 8, 16, 32)


def own(harness: Harness) -> dict[str, dict[str, str]]:
    topics = harness.broker.topics
    return {**topics.broker_configs.dynamic, **{topic.name: dict(topic.configs) for topic in topics.all()}}


def run(
    harness: Harness, *alterations: tuple[int, str, list[Change]], replaces: bool = False, validate_only: bool = False
) -> list[ErrorCode]:
    outcomes = alter(
        harness.broker.topics,
        harness.broker.config.node_id,
        [
            Alteration(kind, name, [ConfigChange(*change) for change in changes], replaces)
            for kind, name, changes in alterations
        ],
        validate_only=validate_only,
        now_ms=harness.now_ms,
    )
    return [ErrorCode.NONE if outcome is None else outcome.code for outcome in outcomes]


RIGHT: list[Change] = [("retention.ms", SET, "7")]
RIGHT_OF_BROKER: list[Change] = [("log.retention.ms", SET, "7")]


@pytest.mark.parametrize(
    ("kind", "name", "changes", "code"),
    [
        # malformed
        (TOPIC, "a", [("retention.ms", SET, "1"), ("retention.ms", DELETE, None)], INVALID_REQUEST),
        (TOPIC, "a", [("retention.ms", SET, None)], INVALID_REQUEST),
        (TOPIC, "a", [("retention.ms", 9, "1")], INVALID_REQUEST),
        (3, "a", [("retention.ms", SET, None)], INVALID_REQUEST),
        # types
        (0, "a", RIGHT, INVALID_REQUEST),
        (3, "a", RIGHT, INVALID_REQUEST),
        (METRICS, "a", [], INVALID_REQUEST),
        (GROUP, "a", [], INVALID_REQUEST),
        # brokers
        (BROKER, "2", RIGHT_OF_BROKER, INVALID_REQUEST),
        (BROKER, "-1", RIGHT_OF_BROKER, INVALID_REQUEST),
        (BROKER, "one", RIGHT_OF_BROKER, INVALID_REQUEST),
        (BROKER, "1_0", RIGHT_OF_BROKER, INVALID_REQUEST),
        (BROKER, "1", [("no.such", APPEND, "1")], INVALID_CONFIG),
        (BROKER, "1", [("log.retention.ms", APPEND, "1")], INVALID_CONFIG),
        (BROKER, "1", [("log.retention.ms", SET, "soon")], INVALID_REQUEST),
        (BROKER, "", [("log.retention.ms", SET, "soon")], INVALID_REQUEST),
        (BROKER, "1", [("log.cleanup.policy", APPEND, "forget")], INVALID_REQUEST),
        (BROKER, "1", [("num.partitions", SET, "3")], INVALID_REQUEST),
        (BROKER, "1", [("num.partitions", SET, "3"), ("log.retention.ms", SET, "1")], INVALID_REQUEST),
        # topics
        (TOPIC, "", RIGHT, INVALID_REQUEST),
        (TOPIC, "", [], INVALID_REQUEST),
        (TOPIC, "a b", RIGHT, ErrorCode.INVALID_TOPIC_EXCEPTION),
        (TOPIC, "a b", [("retention.ms", APPEND, "1")], INVALID_CONFIG),
        (TOPIC, "a", [("retention.ms", SUBTRACT, "1")], INVALID_CONFIG),
        (TOPIC, "a", [("no.such", APPEND, "1")], INVALID_CONFIG),
        (TOPIC, "a", [("no.such", SET, "1")], INVALID_CONFIG),
        (TOPIC, "a", [("retention.ms", SET, "soon")], INVALID_CONFIG),
        (TOPIC, "a", [("retention.ms", SET, "soon"), ("segment.ms", SET, "1")], INVALID_CONFIG),
        (TOPIC, "a", [("min.compaction.lag.ms", SET, "2"), ("max.compaction.lag.ms", SET, "1")], INVALID_CONFIG),
        (TOPIC, "b", [("retention.ms", SET, "soon")], INVALID_CONFIG),
        (TOPIC, "b", RIGHT, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        (TOPIC, "b", [], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        # loggers
        (LOGGER, "1", [("root", SET, "INFO")], INVALID_CONFIG),
        (LOGGER, "2", [], INVALID_REQUEST),
        (LOGGER, "", [], INVALID_REQUEST),
    ],
)
@pytest.mark.parametrize("validate_only", [False, True])
def test_what_is_refused_is_refused_with_its_code_and_changes_nothing(
    harness: Harness, kind: int, name: str, changes: list[Change], code: ErrorCode, validate_only: bool
) -> None:
    before = own(harness)
    assert run(harness, (kind, name, changes), validate_only=validate_only) == [code]
    assert own(harness) == before


def test_a_resource_is_changed_wholly_and_the_others_by_themselves(harness: Harness) -> None:
    asked = [
        (TOPIC, "a", [("retention.ms", SET, "9"), ("cleanup.policy", APPEND, "compact"), ("segment.ms", DELETE, None)]),
        (TOPIC, "b", RIGHT),
        (BROKER, "1", RIGHT_OF_BROKER),
        (BROKER, "", [("log.cleanup.policy", APPEND, "delete")]),
    ]
    assert run(harness, *asked) == [0, 3, 0, 0]
    assert own(harness) == {
        "a": {"retention.ms": "9", "cleanup.policy": "delete,compact"},
        "1": {"log.retention.ms": "7"},
        "": {"log.cleanup.policy": "compact,delete"},
    }


def test_validation_answers_as_the_change_would_and_changes_nothing(harness: Harness) -> None:
    before = own(harness)
    asked = [(TOPIC, "a", RIGHT), (BROKER, "1", RIGHT_OF_BROKER), (BROKER, "", RIGHT_OF_BROKER)]
    assert run(harness, *asked, validate_only=True) == [0, 0, 0]
    assert own(harness) == before


def test_a_resource_given_twice_is_refused_each_time_and_the_others_are_changed(harness: Harness) -> None:
    asked = [(TOPIC, "a", RIGHT), (BROKER, "1", RIGHT_OF_BROKER), (TOPIC, "a", RIGHT)]
    assert run(harness, *asked) == [INVALID_REQUEST, 0, INVALID_REQUEST]
    assert own(harness)["a"] == {"retention.ms": "5", "segment.ms": "6"}


def test_replacing_leaves_nothing_but_what_is_given(harness: Harness) -> None:
    assert run(harness, (TOPIC, "a", RIGHT), (BROKER, "", RIGHT_OF_BROKER), replaces=True) == [0, 0]
    assert own(harness) == {"a": {"retention.ms": "7"}, "": {"log.retention.ms": "7"}}
    assert run(harness, (TOPIC, "a", []), (BROKER, "", []), replaces=True) == [0, 0]
    assert own(harness) == {"a": {}, "": {}}


def test_loggers_are_not_replaced(harness: Harness) -> None:
    assert run(harness, (LOGGER, "1", []), replaces=True) == [INVALID_REQUEST]
    assert run(harness, (LOGGER, "1", [])) == [0]


def test_the_number_of_a_broker_is_read_as_java_reads_it() -> None:
    check_broker_id("+01", 1)
    for name in ("", "2", "1 ", "٣", "--1", "0x1"):
        with pytest.raises(KafkaError) as refused:
            check_broker_id(name, 1)
        assert refused.value.code == INVALID_REQUEST


def test_a_brokers_own_settings_are_kept_under_one_name_however_it_is_spelled(harness: Harness) -> None:
    assert run(harness, (BROKER, "01", RIGHT_OF_BROKER)) == [0]
    assert own(harness)["1"] == {"log.retention.ms": "7"}
