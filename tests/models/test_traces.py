"""Traces: what changed in each step, as people read it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from nilometer_models.explore import explore
from nilometer_models.traces import changes, replay, show
from tests.models.toy import instance


class Nested(NamedTuple):
    log: tuple[int, ...]
    isr: frozenset[int]
    ends: tuple[int, int]


def test_changes_name_the_field_and_the_place() -> None:
    before = Nested((1,), frozenset({1, 2}), (0, 0))
    after = Nested((1, 2), frozenset({1}), (0, 7))
    assert list(changes(before, after)) == ["log + 2", "isr: {1, 2} -> {1}", "ends[2]: 0 -> 7"]
    assert list(changes(before, before)) == []


def test_what_comes_and_goes_in_a_set_of_records_is_shown_one_by_one() -> None:
    before, after = frozenset({(1, "a"), (2, "b")}), frozenset({(1, "a"), (3, "c")})
    assert list(changes(before, after, "messages")) == ["messages - <2, b>", "messages + <3, c>"]
    assert list(changes(frozenset(), frozenset({1}), "isr")) == ["isr: {} -> {1}"]


def test_values_are_shown_in_few_characters() -> None:
    assert show(Nested((1,), frozenset({2, 1}), (0, 0))) == "(log=<1>, isr={1, 2}, ends=<0, 0>)"


def test_a_trace_is_a_table_with_its_last_row_marked() -> None:
    text = str(explore(instance()).violations["never_four"])
    lines = text.splitlines()
    assert lines[1].split() == ["1", "(start)"]
    assert lines[-2].startswith("!    7")
    assert lines[-1] == "  breaks never_four"
    assert "<table>" in explore(instance()).violations["never_four"]._repr_html_()


def test_a_trace_can_be_replayed_and_asked() -> None:
    trace = explore(instance()).violations["never_four"]
    again = replay(trace.instance, trace.labels)
    assert again.states == trace.states
    assert trace.why_not(1, "Pour", source="big") == "big is empty"
    assert any("big is empty" in str(one) for one in trace.disabled(1))
    with pytest.raises(IndexError, match="steps 1 to 7"):
        trace.at(8)
