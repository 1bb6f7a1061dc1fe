"""Rules come and go: what holds, what happens, both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.access_rules import MACHINE, Rules, model
from nilometer_models.protocols.access_rules.state import Pattern
from nilometer_models.tlc.twin import compare


@pytest.mark.parametrize("look_up", ["jumping", "inclusive_range"])
def test_everything_holds_and_everything_happens(look_up: str) -> None:
    run = explore(model(Rules(look_up=look_up)))
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (352, 1_352, 3)
    assert set(run.witnesses) == set(MACHINE.witnesses)
    assert all(run.fired.values()), run.fired


def test_guards_say_why_a_step_is_not_possible() -> None:
    small = model(size=1)
    start = next(small.initial())
    rule = {"pattern": Pattern((3,), "literal"), "principal": 1, "operation": "read", "permission": "deny"}
    assert small.why_not(start, "Delete", **rule) == "there is no such rule"
    created = small.take(start, "Create", **rule)
    assert small.why_not(created, "Create", **rule) == "there is such a rule"
    assert small.why_not(created, "Create", **{**rule, "permission": "allow"}) == "bound: size"
    assert small.take(created, "Delete", **rule) == start


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bugs["B099"].config), MACHINE.module)
    assert twin.equal, twin
    assert twin.python_states == 7
