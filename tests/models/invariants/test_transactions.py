"""Goals that are proved are written in words that mean the same on states and on terms."""

from __future__ import annotations

from typing import Any

import pytest

from nilometer_models.explore import explore
from nilometer_models.logic import goal_words
from nilometer_models.machine import Instance
from nilometer_models.protocols.transactions import MACHINE
from nilometer_models.protocols.transactions.model import GOALS, STEP_GOALS


@pytest.mark.parametrize("goal", [*GOALS.values(), *STEP_GOALS.values()])
def test_a_goal_uses_no_word_that_terms_would_misread(goal: Any) -> None:
    assert goal_words(goal) == []


@pytest.mark.parametrize("bug", [None, "B036", "B037", "B039", "B041", "B048"])  # bugs that write no record twice
def test_the_fast_form_of_an_invariant_is_its_goal(bug: str | None) -> None:
    instance = Instance(MACHINE, MACHINE.bugs[bug or "B037"].config)
    run = explore(instance.with_bug(bug) if bug else instance)
    for number in range(run.states):
        view = run.instance.view(run.state(number))
        for name, goal in GOALS.items():
            assert bool(MACHINE.invariants[name].claim(view)) == bool(goal(view)), (name, run.state(number))


@pytest.mark.parametrize("rules", [{}, {"version": 1, "verification": False}])
def test_the_fast_form_of_a_property_of_steps_is_its_goal(rules: dict[str, int]) -> None:
    run = explore(Instance(MACHINE, MACHINE.bugs["zombie_write"].config).with_rules(**rules))
    view, seen = run.instance.view, set()
    for number in range(run.states):
        before = run.state(number)
        for _, _, after in run.instance.steps(before):
            for name, goal in STEP_GOALS.items():
                truth = bool(goal(view(before), view(after)))
                assert bool(MACHINE.step_properties[name].claim(view(before), view(after))) == truth, (name, before)
                seen.add(truth)
    assert seen == ({True, False} if rules else {True})
