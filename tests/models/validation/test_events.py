"""The event log: what is written is read again; what is no event is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.validation.events import BadEvent, Event, from_lines, to_line

FIELDS = st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5))
EVENTS = st.builds(Event, st.text(max_size=5), st.text(max_size=5), st.integers(1), FIELDS, FIELDS)


@given(st.lists(EVENTS))
def test_what_is_written_is_read_again(events: list[Event]) -> None:
    assert list(from_lines(map(to_line, events))) == events


def test_lines_of_other_kinds_and_empty_ones_are_skipped() -> None:
    event = Event("b", "Append", 1)
    assert list(from_lines(['{"kind":"invoke"}', "", to_line(event)])) == [event]


@pytest.mark.parametrize("line", ["{", "[]", '{"kind":"event","source":"b"}', '{"kind":"event","data":{}}'])
def test_a_line_that_is_no_event_is_named(line: str) -> None:
    with pytest.raises(BadEvent, match="line 2 is no event"):
        list(from_lines([to_line(Event("b", "Append", 1)), line]))
