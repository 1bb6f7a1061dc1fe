"""Readings: which moves an event may be, and where a state says something else."""

from __future__ import annotations

from nilometer_models.validation.events import Event
from nilometer_models.validation.reading import Step
from tests.models import toy
from tests.models.validation.jugs import reading


def moves(step: Step) -> list[tuple[str, tuple[object, ...]]]:
    return [(action.name, arguments) for action, arguments in reading().moves(step)]


def test_named_arguments_are_taken_and_the_others_are_tried() -> None:
    assert [(a.name, args) for a, args in reading().moves(Step(("Fill",), {"jug": "big"}))] == [("Fill", ("big",))]
    assert [(a.name, args) for a, args in reading().moves(Step(("Fill",)))] == [
        ("Fill", ("small",)),
        ("Fill", ("big",)),
    ]


def test_a_step_without_a_name_may_be_any() -> None:
    assert len(list(reading().moves(Step()))) == 6


def test_an_argument_that_the_action_does_not_have_fits_nothing() -> None:
    assert not list(reading().moves(Step(("Fill",), {"cup": 1})))


def test_differences_name_both_values_and_only_what_was_observed() -> None:
    event = Event("kitchen", "filled", 1, {}, {"big": 4})
    start = toy.State(0, 0)
    assert reading().differences(start, toy.State(1, 5), event) == {"big": (4, 5)}
    assert not reading().differences(start, toy.State(1, 4), event)


def test_silent_moves_are_those_of_the_silent_actions() -> None:
    assert {action.name for action, _ in reading(silent=("Empty",)).silent_moves()} == {"Empty"}
