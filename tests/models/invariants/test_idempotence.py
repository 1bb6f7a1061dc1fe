"""Goals that are proved are written in words that mean the same on states and on terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.invariants import idempotence as goals
from nilometer_models.logic import goal_words
from nilometer_models.protocols.idempotence import MACHINE, Config
from nilometer_models.protocols.idempotence.properties import GOALS
from nilometer_models.protocols.idempotence.state import Request, State, View, initial

requests = st.builds(Request, st.integers(1, 3), st.integers(0, 1), st.integers(0, 3))


@st.composite
def states(draw: st.DrawFn) -> State:
    """Any log, well formed or not, and any claim of the client about what is replicated of it."""
    log = tuple(draw(st.lists(requests, max_size=4)))
    replicated = draw(st.integers(0, len(log)))
    acked = tuple(draw(st.lists(st.integers(-1, len(log)), min_size=3, max_size=3)))
    return next(initial(Config()))._replace(log=log, replicated=replicated, acked=acked)


@pytest.mark.parametrize("goal", GOALS.values(), ids=list(GOALS))
def test_a_goal_uses_no_word_that_terms_would_misread(goal: object) -> None:
    assert goal_words(goal) == []  # type: ignore[arg-type]


@given(states())
def test_the_fast_form_of_an_invariant_is_its_goal_in_any_state(state: State) -> None:
    view = View(Config(), state)
    for name, goal in GOALS.items():
        assert MACHINE.invariants[name].claim(view) == goal(view), name


def test_the_goals_tell_good_logs_from_bad_ones() -> None:
    state = next(initial(Config()))
    twice = View(Config(), state._replace(log=(Request(1, 0, 0), Request(1, 1, 0))))
    assert goals.no_hole(twice)
    assert not goals.no_duplicate(twice)
    late = View(Config(), state._replace(log=(Request(2, 0, 1), Request(1, 1, 0))))
    assert not goals.order_kept(late)
    assert not goals.no_hole(late)
    unreplicated = View(Config(), state._replace(log=(Request(1, 0, 0),), acked=(0, -1, -1)))
    assert not goals.acked_at_its_offset(unreplicated)
