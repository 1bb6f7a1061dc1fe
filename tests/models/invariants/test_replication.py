"""Goals that are proved are written in words that mean the same on states and on terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.explore import explore
from nilometer_models.invariants import replication as goals
from nilometer_models.logic import goal_words
from nilometer_models.protocols.replication import MACHINE, Config, model
from nilometer_models.protocols.replication.model import GOALS, STEP_GOALS
from nilometer_models.protocols.replication.state import Decision, Entry, Replica, State, View


@pytest.mark.parametrize("goal", [*GOALS.values(), *STEP_GOALS.values()])
def test_a_goal_uses_no_word_that_terms_would_misread(goal: object) -> None:
    assert goal_words(goal) == []  # type: ignore[arg-type]


logs = st.lists(st.builds(Entry, st.integers(1, 2), st.integers(0, 2)), max_size=2).map(tuple)
isrs = st.frozensets(st.integers(1, 3))
replicas = st.builds(
    Replica, st.integers(0, 2), st.integers(-1, 2), st.sampled_from([None, 1, 2, 3]), isrs, st.integers(0, 2)
)
states = st.builds(
    State, st.tuples(logs, logs, logs), st.tuples(replicas, replicas, replicas),
    st.builds(Decision, st.sampled_from([None, 1, 2, 3]), st.integers(-1, 2), isrs), st.just(frozenset()), st.just(2),
)  # fmt: skip


@given(states)
def test_the_fast_form_of_an_invariant_is_its_goal_in_any_state(state: State) -> None:
    view = View(Config(), state)
    for name, goal in GOALS.items():
        assert MACHINE.invariants[name].claim(view) == goal(view), name


@given(states, states)
def test_the_fast_form_of_a_property_of_steps_is_its_goal_for_any_two_states(state: State, following: State) -> None:
    before, after = View(Config(), state), View(Config(), following)
    for name, goal in STEP_GOALS.items():
        assert MACHINE.step_properties[name].claim(before, after) == goal(before, after), name


def test_the_goals_tell_good_states_from_bad_ones() -> None:
    bad = explore(model(2, 1, 1, 1, high_watermark_waits_for_isr=False)).violations["committed_within_isr"]
    assert not goals.committed_within_isr(bad.instance.view(bad.states[-1]))
    assert goals.committed_within_isr(bad.instance.view(bad.states[0]))
