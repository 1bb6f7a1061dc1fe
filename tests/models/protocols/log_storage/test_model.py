"""Starts, stops and crashes: what holds, what happens, both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.log_storage import MACHINE, model
from nilometer_models.tlc.twin import compare


def test_everything_holds_and_everything_happens() -> None:
    run = explore(model())
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (2_564, 4_147, 17)
    assert set(run.witnesses) == set(MACHINE.witnesses)
    assert all(run.fired.values()), run.fired


def test_guards_say_why_a_step_is_not_possible() -> None:
    small = model(logs=1)
    up = next(small.initial())
    assert small.why_not(up, "Flush", log=1) == "nothing is new"
    assert small.why_not(up, "Checkpoint") == "nothing is new"
    assert small.why_not(up, "Load", log=1) == "the broker does not start"
    assert small.why_not(up, "BeginStart") == "the broker is not down"
    assert small.why_not(up, "FinishStop") == "the broker does not stop"
    written = small.take(up, "Write", log=1)
    assert small.why_not(written, "Crash", log=1, whole=2) == "the disk has more, or never had so many"
    assert small.why_not(small.take(written, "Flush", log=1), "Crash", log=1, whole=0) is not None
    stopping = small.take(written, "Stop")
    assert small.why_not(stopping, "Crash", log=1, whole=1) == "nothing is being written"
    assert small.why_not(stopping, "Write", log=1) == "the broker is not up"


def test_a_failed_start_leaves_the_mark_only_if_it_found_one() -> None:
    small = model(logs=1)
    up = next(small.initial())
    for ends, marked in ((("Stop", "FinishStop"), True), (("Crash",), False)):
        state = up
        for action in ends:
            arguments = {"log": 1, "whole": 0} if action == "Crash" else {}
            state = small.take(state, action, **arguments)
        for action in ("BeginStart", "StartFails", "FinishStop"):
            state = small.take(state, action)
        assert state.mark is marked


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bounds["one log"].config), MACHINE.module)
    assert twin.equal, twin
    assert twin.python_states == 365
