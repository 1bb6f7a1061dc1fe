"""Walking through a model by hand."""

from __future__ import annotations

import pytest

from nilometer_models.machine import Instance, Label
from tests.models import toy
from tests.models.crossing import State, crossing


def test_steps_lead_to_other_positions_and_nothing_is_taken_back() -> None:
    start = crossing().initial_state()
    s = start.take("TurnGreen", light=1).take("Arrive", light=1)
    assert s.state == State(("green", "red"), (1, 0), 1, 1)
    assert s.view() == s.state
    assert [str(label) for label in s.trace.labels] == ["TurnGreen(light=1)", "Arrive(light=1)"]
    assert start.state == State(("red", "red"), (0, 0), 0, 1)


def test_what_is_not_possible_says_why_and_is_refused() -> None:
    start = crossing().initial_state()
    assert start.why_not("TurnGreen", light=2) == "it is not its turn"
    assert start.why_not("TurnGreen", light=1) is None
    with pytest.raises(ValueError, match=r"TurnGreen.light=2. is not possible: it is not its turn"):
        start.take("TurnGreen", light=2)
    assert Label("TurnGreen", (("light", 1),)) in start.enabled()
    assert "TurnGreen(light=2): it is not its turn" in map(str, start.disabled())


def test_it_shows_the_state_and_what_is_possible() -> None:
    s = crossing().initial_state().take("Arrive", light=2)
    assert repr(s).splitlines() == [
        "step 2",
        "  lights = <red, red>",
        "  waiting = <0, 1>",
        "  arrived = 1",
        "  turn = 1",
        "  possible: TurnGreen(light=1)",
    ]
    assert "<td>&lt;0, 1&gt;</td>" in s._repr_html_()
    assert "state = 0" in repr(Instance(numbers(), None).initial_state())


def numbers() -> toy.Machine[None, int, int]:
    return toy.Machine("numbers", lambda _: [0], lambda _, s: s)


def test_trouble_is_found_from_here_with_the_way_to_here() -> None:
    s = crossing(takes_turns=False).initial_state().take("Arrive", light=1)
    trace = s.hunt("never_both_green")
    assert trace is not None
    assert trace.labels[:1] == s.trace.labels
    assert len(trace) == 4
    assert trace.broken == "never_both_green"
    assert trace.states[-1].lights == ("green", "green")


def test_where_there_is_no_trouble_none_is_found_and_a_cut_search_says_so() -> None:
    s = crossing(2).initial_state().take("TurnGreen", light=1)
    assert s.hunt("never_both_green") is None
    with pytest.raises(ValueError, match="not all were seen"):
        s.hunt("never_both_green", states=3)
