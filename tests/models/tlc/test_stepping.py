"""TLC a state at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from nilometer_models.machine import Label
from nilometer_models.tlc.stepping import Stepper, _bindings
from nilometer_models.tlc.values import canonical_state
from tests.models.toy import State, instance

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("jvm")]
MODULE = Path(__file__).parents[1] / "Jugs.tla"


def test_two_specifications_step_side_by_side() -> None:
    for _ in range(2):
        stepper = Stepper(instance(), MODULE)
        (start,) = stepper.initial()
        assert start.values == canonical_state(State(0, 0))
        steps = {label: after.values for label, after in stepper.steps(start)}
        assert steps == {
            Label("Fill", (("jug", "small"),)): canonical_state(State(3, 0)),
            Label("Fill", (("jug", "big"),)): canonical_state(State(0, 5)),
        }


def test_an_invariant_is_judged_in_any_state() -> None:
    stepper = Stepper(instance(), MODULE)
    (start,) = stepper.initial()
    assert stepper.is_true("NeverFour", start)


def test_an_action_without_parameters_has_none() -> None:
    assert _bindings("[]") == {}
    assert _bindings('[jug->"big", by->2]') == {"jug": "big", "by": 2}
