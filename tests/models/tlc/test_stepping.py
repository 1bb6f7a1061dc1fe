"""TLC a state at a time."""

from __future__ import annotations

import subprocess
import sys
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


SHARED = """
import sys
from pathlib import Path
import jpype
from nilometer_models.java import find_java
from nilometer_models.tlc.stepping import Stepper
from tests.models.toy import instance

jpype.startJVM(str(find_java().library), "-Djava.io.tmpdir=" + sys.argv[1], convertStrings=False)
Stepper(instance(), Path(sys.argv[2]))
print(*Path(sys.argv[1]).glob("*.tla"))
"""


def test_in_a_jvm_that_others_started_nothing_is_unpacked_where_other_processes_unpack(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SHARED, str(tmp_path), str(MODULE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=MODULE.parents[2])
    assert ran.stdout.strip() == ""


def test_an_invariant_is_judged_in_any_state() -> None:
    stepper = Stepper(instance(), MODULE)
    (start,) = stepper.initial()
    assert stepper.is_true("NeverFour", start)


def test_an_action_without_parameters_has_none() -> None:
    assert _bindings("[]") == {}
    assert _bindings('[jug->"big", by->2]') == {"jug": "big", "by": 2}
