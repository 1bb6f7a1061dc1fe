"""Parsing and printing, by the rows of Kafka's `ConfigDef`; against its classes in `test_configs_against_java.py`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.config_keys import (
    Check,
    ConfigKey,
    ConfigType,
    Value,
    at_least,
    between,
    gzip_level,
    list_of,
    one_of,
    show,
    throttled_replicas,
    unlimited_or_at_least,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError


def key(type_: ConfigType, check: Check | None = None) -> ConfigKey:
    return ConfigKey("name", type_, None, check)


@pytest.mark.parametrize(
    ("type_", "text", "value", "shown"),
    [
        (ConfigType.BOOLEAN, " TRUE ", True, "true"),
        (ConfigType.BOOLEAN, "False", False, "false"),
        (ConfigType.STRING, " a b ", "a b", "a b"),
        (ConfigType.INT, " +7 ", 7, "7"),
        (ConfigType.INT, "-2147483648", -(1 << 31), "-2147483648"),
        (ConfigType.SHORT, "32767", 32767, "32767"),
        (ConfigType.LONG, "9223372036854775807", (1 << 63) - 1, "9223372036854775807"),
        (ConfigType.DOUBLE, "0.5", 0.5, "0.5"),
        (ConfigType.DOUBLE, "1", 1.0, "1.0"),
        (ConfigType.DOUBLE, "1e-5", 1e-5, "1.0E-5"),
        (ConfigType.DOUBLE, "12345678", 12345678.0, "1.2345678E7"),
        (ConfigType.DOUBLE, "1e22", 1e22, "1.0E22"),
        (ConfigType.LIST, "a , b,c", ["a", "b", "c"], "a,b,c"),
        (ConfigType.LIST, "  ", [], ""),
        (ConfigType.LIST, "a,,b", ["a", "", "b"], "a,,b"),
    ],
)
def test_a_text_is_read_and_shown_as_kafka_does(type_: ConfigType, text: str, value: Value, shown: str) -> None:
    assert key(type_).parse(text) == value
    assert key(type_).shown(text) == shown


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (ConfigType.BOOLEAN, "yes"),
        (ConfigType.BOOLEAN, ""),
        (ConfigType.INT, "2147483648"),
        (ConfigType.INT, "-2147483649"),
        (ConfigType.INT, "1.0"),
        (ConfigType.INT, "1_000"),
        (ConfigType.INT, ""),
        (ConfigType.INT, "٣x"),
        (ConfigType.SHORT, "32768"),
        (ConfigType.LONG, "9223372036854775808"),
        (ConfigType.LONG, "9" * 5000),
        (ConfigType.DOUBLE, "half"),
        (ConfigType.DOUBLE, ""),
    ],
)
def test_a_text_that_is_no_value_is_refused_with_code_40(type_: ConfigType, text: str) -> None:
    with pytest.raises(KafkaError) as refused:
        key(type_).parse(text)
    assert refused.value.code == ErrorCode.INVALID_CONFIG == 40


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (at_least(0), [0, 1], [-1]),
        (between(1, 3), [1, 3], [0, 4]),
        (gzip_level, [-1, 1, 9], [-2, 0, 10]),
        (one_of("a", "b"), ["a"], ["c", "A"]),
        (list_of("a", "b"), [[], ["a"], ["b", "a"]], [["c"], ["a", "a"], ["a", ""]]),
        (
            throttled_replicas,
            [[], ["*"], ["0:1"], ["0:1", "12:34"], ["0:1", ""]],
            [["x"], ["*", "0:1"], ["0:"], ["0:1 "]],
        ),
        (unlimited_or_at_least(1), [-1, 1, 2], [-2, 0]),
    ],
)
def test_a_check_says_what_is_wrong_and_nothing_else(check: Check, good: list[Value], bad: list[Value]) -> None:
    assert [check(value) for value in good] == [None] * len(good)
    assert all(check(value) for value in bad)


def test_a_value_that_the_check_does_not_take_is_refused_by_its_name_and_text() -> None:
    with pytest.raises(KafkaError, match="Invalid value 0 for configuration name: Value must be at least 1") as refused:
        key(ConfigType.INT, at_least(1)).parse("0")
    assert refused.value.code == ErrorCode.INVALID_CONFIG


VALUES = st.one_of(
    st.tuples(st.just(ConfigType.BOOLEAN), st.booleans()),
    st.tuples(st.just(ConfigType.LONG), st.integers(-(1 << 63), (1 << 63) - 1)),
    st.tuples(st.just(ConfigType.DOUBLE), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just(ConfigType.LIST), st.lists(st.text("abc", min_size=1), max_size=3)),
)


@given(VALUES)
def test_what_is_shown_reads_as_the_same_value(row: tuple[ConfigType, Value]) -> None:
    type_, value = row
    assert key(type_).parse(show(value)) == value
