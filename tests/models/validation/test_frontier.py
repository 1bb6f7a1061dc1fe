"""Runs of the model are accepted however little they say; what the model cannot do is refused, with what differs."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.validation.corrupt import corruptions
from nilometer_models.validation.events import Event
from nilometer_models.validation.frontier import validate
from tests.models.validation.jugs import reading, unnamed, walk

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_every_run_is_accepted_whether_its_actions_are_named_or_not(seed: int) -> None:
    events = walk(30, random.Random(seed))
    assert validate(reading(), events).width == 1
    assert validate(reading(translate=unnamed), events).accepted


@given(SEEDS)
def test_a_run_of_which_half_is_silent_is_accepted(seed: int) -> None:
    events = [event for event in walk(30, random.Random(seed)) if event.name != "poured"]
    assert validate(reading(silent=("Pour",)), events).accepted


def test_a_silent_step_may_not_change_what_an_event_would_tell_of() -> None:
    events = [Event("kitchen", "filled", 1, {"jug": "big"}, {}), Event("kitchen", "emptied", 2, {"jug": "small"}, {})]
    assert validate(reading(silent=("Pour",)), events).accepted
    shown = reading(silent=("Pour",), hidden=lambda before, after: before.small == after.small)
    assert validate(shown, events).reason == "small is empty"


def test_a_run_that_shows_one_jug_only_keeps_every_state_of_the_other() -> None:
    runs = [walk(30, random.Random(seed), fields=("big",)) for seed in range(50)]
    verdicts = [validate(reading(translate=unnamed), run) for run in runs]
    assert all(verdict.accepted for verdict in verdicts)
    assert max(verdict.width for verdict in verdicts) > 1


@given(SEEDS)
def test_altered_observations_of_named_steps_are_refused(seed: int) -> None:
    chance = random.Random(seed)
    events = walk(30, chance)
    for (kind, _, log), _ in zip(corruptions(events, chance), range(20), strict=False):
        verdict = validate(reading(), log)
        assert not (kind == "alter" and verdict.accepted)


def test_a_refusal_names_the_event_and_what_differs() -> None:
    events = walk(5, random.Random(1))
    events[3] = replace(events[3], observed={"small": 9, "big": events[3].observed["big"]})
    verdict = validate(reading(), events)
    assert not verdict.accepted
    assert verdict.event is events[3]
    assert verdict.events == 3
    assert "small is 9 where the model has" in verdict.reason
    assert str(verdict).startswith("refused at kitchen #4")


def test_a_step_that_is_not_possible_is_refused_with_the_guards_reason() -> None:
    verdict = validate(reading(), [Event("kitchen", "emptied", 1, {"jug": "big"}, {})])
    assert verdict.reason == "big is empty"


def test_an_argument_that_the_model_does_not_know_is_refused() -> None:
    verdict = validate(reading(), [Event("kitchen", "filled", 1, {"cup": "big"}, {})])
    assert verdict.reason == "the model has no Fill with cup"


def test_events_of_others_are_skipped_and_counted() -> None:
    verdict = validate(reading(), [Event("kitchen", "heartbeat", 1), *walk(2, random.Random(0))])
    assert (verdict.word, verdict.events, verdict.skipped) == ("accepted", 2, 1)


@pytest.mark.parametrize("silent", [(), ("Fill", "Empty", "Pour")])
def test_too_many_states_are_no_verdict_but_a_piece_of_advice(silent: tuple[str, ...]) -> None:
    events = [Event("kitchen", "any", clock) for clock in range(1, 9)]
    verdict = validate(reading(translate=unnamed, silent=silent), events, width_max=3)
    assert verdict.word == "unknown"
    assert "observe what tells values of" in verdict.reason
