"""Registries on one topic: what holds, what happens, both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.schema_ids import MACHINE, model
from nilometer_models.tlc.twin import compare


def test_everything_holds_and_everything_happens() -> None:
    run = explore(model())
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (10_491, 27_076, 12)
    assert set(run.witnesses) == set(MACHINE.witnesses)
    assert all(run.fired.values()), run.fired


def test_guards_say_why_a_step_is_not_possible() -> None:
    small = model(subjects=1)
    start = next(small.initial())
    assert small.why_not(start, "SoftDelete", registry=1, subject=1) == "the subject has no schema"
    assert small.why_not(start, "HardDelete", registry=1, subject=1) == "nothing is softly deleted"
    assert small.why_not(start, "CatchUp", registry=1) == "nothing is new"
    assert small.why_not(start, "Restart", registry=1) == "it has read nothing"
    assert small.why_not(start, "Compact") == "nothing to remove"
    written = small.take(start, "Register", registry=1, subject=1, content=1)
    assert small.why_not(written, "Register", registry=2, subject=1, content=2) == "it has not read to the end"
    known = small.take(written, "CatchUp", registry=1)
    assert small.why_not(known, "Register", registry=1, subject=1, content=2) == "the subject has a schema"
    deleted = small.take(small.take(known, "SoftDelete", registry=1, subject=1), "CatchUp", registry=1)
    reason = small.why_not(deleted, "Register", registry=1, subject=1, content=2)
    assert reason == "the subject has another schema, softly deleted"
    behind = small.take(known, "SoftDelete", registry=1, subject=1)
    assert small.why_not(behind, "Compact") == "a registry still reads: its tombstones are kept"


def test_an_id_is_not_given_again_though_no_schema_has_it() -> None:
    small = model(registries=1, subjects=1)
    state = small.take(next(small.initial()), "Register", registry=1, subject=1, content=1)
    for action in ("SoftDelete", "HardDelete"):
        state = small.take(small.take(state, "CatchUp", registry=1), action, registry=1, subject=1)
    state = small.take(small.take(state, "Restart", registry=1), "Compact")
    assert [record.kind for record in state.topic if record.kind != "hole"] == ["mark"]
    state = small.take(small.take(state, "CatchUp", registry=1), "Register", registry=1, subject=1, content=2)
    assert state.given == {(1, 1), (2, 2)}


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bounds["one registry"].config), MACHINE.module)
    assert twin.equal, twin
    assert twin.python_states == 185
