"""Appends that fail on the way: what holds, what happens, both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.log_append import MACHINE, model
from nilometer_models.tlc.twin import compare


def test_everything_holds_and_everything_happens() -> None:
    run = explore(model(failures=2))
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (3_522, 4_359, 12)
    assert set(run.witnesses) == set(MACHINE.witnesses)
    assert all(run.fired.values()), run.fired


def test_guards_say_why_a_step_is_not_possible() -> None:
    small = model(appends=1)
    start = next(small.initial())
    assert small.why_not(start, "Index") == "no append is written"
    assert small.why_not(start, "Finish") == "no append is indexed"
    assert small.why_not(start, "Recover") == "the log is online"
    written = small.take(start, "WriteBatch", size=2)
    assert small.why_not(written, "WriteMarker") == "an append is under way"
    indexed = small.take(written, "Index")
    assert small.why_not(indexed, "TransactionIndexFails") == "the batch ends no transaction"
    assert small.why_not(small.take(indexed, "Finish"), "WriteMarker") == "bound: appends"
    assert small.why_not(small.take(indexed, "Crash"), "WriteMarker") == "the log is offline"


def test_a_refused_marker_keeps_its_offset_and_readers_wait() -> None:
    small = model()
    state = next(small.initial())
    for action in ("WriteMarker", "Index", "TransactionIndexFails"):
        state = small.take(state, action)
    assert (state.online, state.log_end_offset, state.unstable, state.aborted) == (True, 1, 0, ())
    after = small.take(small.take(state, "Crash"), "Recover")
    assert (after.log_end_offset, after.unstable, after.aborted) == (1, None, (0,))


def test_recovery_counts_what_the_offset_index_does_not_have() -> None:
    small = model()
    state = small.take(next(small.initial()), "WriteBatch", size=2)
    state = small.take(small.take(state, "IndexFails"), "Recover")
    assert (state.log_end_offset, state.acknowledged) == (2, frozenset())


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bounds["small"].config), MACHINE.module)
    assert twin.equal, twin
    assert twin.python_states == 213
