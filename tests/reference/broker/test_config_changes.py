import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.config_changes import (
    VALUE_LENGTH_MAX,
    ConfigChange,
    Operation,
    apply_changes,
    check_well_formed,
)
from nilometer_reference.broker.topic_configs import TOPIC_CONFIGS
from nilometer_reference.wire.errors import ErrorCode, KafkaError

SET, DELETE, APPEND, SUBTRACT = Operation
POLICY = "cleanup.policy"
REPLICAS = "follower.replication.throttled.replicas"


def after(before: dict[str, str], *changes: tuple[str, int, str | None]) -> dict[str, str]:
    return apply_changes(before, [ConfigChange(*change) for change in changes], TOPIC_CONFIGS)


@pytest.mark.parametrize(
    ("before", "operation", "value", "expected"),
    [
        # Measured on Apache Kafka 4.3.1.
        (None, APPEND, "compact", "delete,compact"),
        ("compact", APPEND, "delete", "compact,delete"),
        ("compact,delete", APPEND, "delete", "compact,delete"),
        ("compact, delete", SUBTRACT, "delete", "compact, delete"),
        ("compact, delete", SUBTRACT, " delete", "compact"),
        ("compact,delete", SUBTRACT, "delete,compact", ""),
        (None, SUBTRACT, "delete", ""),
        ("", APPEND, "compact, delete", "compact, delete"),
    ],
)
def test_words_are_added_to_and_taken_from_what_was_set_or_from_the_default(
    before: str | None, operation: int, value: str, expected: str
) -> None:
    assert after({} if before is None else {POLICY: before}, (POLICY, operation, value)) == {POLICY: expected}


@pytest.mark.parametrize(
    ("before", "operation", "value", "expected"),
    [
        ("", APPEND, "0:1,0:1", "0:1"),
        ("0:1", APPEND, "", "0:1,"),
        ("0:1,", SUBTRACT, "0:1", ""),
        ("0:1,0:1", SUBTRACT, "0:1", "0:1"),
        ("0:1", APPEND, "0:2,", "0:1,0:2"),
        ("0:1", APPEND, ",", "0:1"),
    ],
)
def test_empty_words_and_double_ones_are_handled_as_javas_split_does(
    before: str, operation: int, value: str, expected: str
) -> None:
    assert after({REPLICAS: before}, (REPLICAS, operation, value)) == {REPLICAS: expected}


def test_set_and_delete_work_on_every_name_and_leave_the_others() -> None:
    before = {"retention.ms": "1", "segment.ms": "2"}
    changes = [("retention.ms", DELETE, None), ("no.such", SET, "3"), ("nor.this", DELETE, "x")]
    assert after(before, *changes) == {"segment.ms": "2", "no.such": "3"}
    assert before == {"retention.ms": "1", "segment.ms": "2"}


@pytest.mark.parametrize("operation", [APPEND, SUBTRACT])
@pytest.mark.parametrize("name", ["retention.ms", "no.such.setting"])
def test_only_lists_can_be_added_to(name: str, operation: int) -> None:
    with pytest.raises(KafkaError, match=f"Can't {Operation(operation).name} to key {name}") as refused:
        after({}, (name, operation, "1"))
    assert refused.value.code == ErrorCode.INVALID_CONFIG


def test_a_value_fits_a_string_of_the_protocol() -> None:
    assert VALUE_LENGTH_MAX == 32_767
    word = "1" * (VALUE_LENGTH_MAX - 2)
    assert len(after({REPLICAS: "0"}, (REPLICAS, APPEND, word))[REPLICAS]) == VALUE_LENGTH_MAX
    with pytest.raises(KafkaError) as refused:
        after({REPLICAS: "00"}, (REPLICAS, APPEND, word))
    assert refused.value.code == ErrorCode.INVALID_CONFIG


@pytest.mark.parametrize(
    "changes",
    [
        [("retention.ms", SET, "1"), ("retention.ms", DELETE, None)],
        [("retention.ms", SET, None)],
        [(POLICY, APPEND, None)],
        [("retention.ms", 4, "1")],
        [("retention.ms", -1, "1")],
    ],
)
def test_changes_that_make_no_sense_are_refused_with_code_42(changes: list[tuple[str, int, str | None]]) -> None:
    with pytest.raises(KafkaError) as refused:
        check_well_formed([ConfigChange(*change) for change in changes])
    assert refused.value.code == ErrorCode.INVALID_REQUEST


def test_a_double_name_is_told_before_a_null() -> None:
    with pytest.raises(KafkaError, match="duplicate"):
        check_well_formed([ConfigChange("a", SET, None), ConfigChange("a", SET, None)])


def test_a_null_may_be_deleted() -> None:
    check_well_formed([ConfigChange("a", DELETE, None), ConfigChange("b", DELETE, "x"), ConfigChange("c", SET, "")])


WORDS = st.lists(st.text("ab1:", min_size=1, max_size=3), unique=True, max_size=4)


@given(WORDS, WORDS)
def test_what_was_added_can_be_taken_away_again(before: list[str], added: list[str]) -> None:
    new = [word for word in added if word not in before]
    text = ",".join(before)
    grown = after({REPLICAS: text}, (REPLICAS, APPEND, ",".join(new))) if new else {REPLICAS: text}
    assert grown == {REPLICAS: ",".join(before + new)}
    shrunk = after(grown, (REPLICAS, SUBTRACT, ",".join(new))) if new else grown
    assert shrunk == {REPLICAS: text}
