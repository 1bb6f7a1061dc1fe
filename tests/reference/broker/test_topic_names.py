import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.topic_names import (
    CLUSTER_METADATA,
    CONSUMER_OFFSETS,
    INTERNAL,
    NAME_LENGTH_MAX,
    TRANSACTION_STATE,
    check_topic_name,
    metric_name,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"


@pytest.mark.parametrize("name", ["", ".", "..", "a" * (NAME_LENGTH_MAX + 1), "a b", "a/b", "é", "a\n", "a\0", "٣"])
def test_these_names_are_refused_with_code_17(name: str) -> None:
    with pytest.raises(KafkaError) as refused:
        check_topic_name(name)
    assert refused.value.code == ErrorCode.INVALID_TOPIC_EXCEPTION == 17


@pytest.mark.parametrize("name", ["a", "...", "a.b", "_", "-", "a" * NAME_LENGTH_MAX, *sorted(INTERNAL)])
def test_these_names_are_taken(name: str) -> None:
    check_topic_name(name)


@given(st.text(LETTERS, min_size=3, max_size=NAME_LENGTH_MAX))
def test_every_other_word_of_the_alphabet_is_a_name(name: str) -> None:
    check_topic_name(name)


@given(st.text(min_size=1, max_size=20).filter(lambda text: not set(text) <= set(LETTERS)))
def test_a_character_outside_of_the_alphabet_is_refused_wherever_it_stands(name: str) -> None:
    with pytest.raises(KafkaError):
        check_topic_name(name)


def test_names_that_metrics_cannot_tell_apart_have_one_metric_name() -> None:
    assert metric_name("a.b_c") == metric_name("a_b.c") == "a_b_c"
    assert metric_name("a-b") != metric_name("a_b")


def test_the_metadata_log_is_not_among_the_internal_topics() -> None:
    assert {CONSUMER_OFFSETS, TRANSACTION_STATE} < INTERNAL
    assert CLUSTER_METADATA not in INTERNAL
