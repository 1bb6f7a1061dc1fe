"""Values of TLA+ and of Python meet in one form."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.tlc.values import Record, camel_case, canonical, canonical_state, parse_state, parse_value


class Entry(NamedTuple):
    leader_epoch: int
    record: str | None


class Interval(NamedTuple):
    isr: frozenset[int]
    none: frozenset[int]


class State(NamedTuple):
    high_watermark: tuple[int, ...]
    log: tuple[Entry, ...]
    isr: frozenset[int]


def printed(value: object) -> str:
    """As TLC prints it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "<<" + ", ".join(map(printed, value)) + ">>"
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(printed, value)) + "}"
    return str(value)


values = st.recursive(
    st.integers(-9, 99) | st.booleans() | st.text("abc", max_size=3) | st.none(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_what_tlc_prints_is_read_as_the_value_that_python_has(value: object) -> None:
    assert parse_value(printed(value)) == canonical(value)


def test_records_and_functions_have_their_fields_in_no_order() -> None:
    assert parse_value('[leaderEpoch |-> 1, record |-> "a"]') == canonical(Entry(1, "a"))
    assert parse_value("(1 :> 2 @@ 5 :> <<>>)") == canonical({5: (), 1: 2})


def test_an_interval_is_a_set() -> None:
    assert parse_value("[isr |-> 1..3, none |-> 2..1]") == canonical_state(Interval(frozenset({1, 2, 3}), frozenset()))


def test_a_state_is_its_variables() -> None:
    state = State((0, 1), (Entry(0, None),), frozenset({2, 1}))
    text = "/\\ isr = {1, 2}\n/\\ log = <<[leaderEpoch |-> 0,\n   record |-> None]>>\n/\\ highWatermark = <<0, 1>>\n"
    assert parse_state(text) == canonical_state(state)
    assert parse_state("x = 1\n") == Record(frozenset({("x", 1)}))


@pytest.mark.parametrize("text", ["<<1", "{1,,}", "1 2", "(1 -> 2)", "?"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each says something else
        parse_value(text)


def test_names_change_their_case() -> None:
    assert camel_case("high_watermark") == "highWatermark"
    assert camel_case("log") == "log"
