"""One producer and one partition: today's promise holds, everything happens, both readings are one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, wedged
from nilometer_models.machine import Instance
from nilometer_models.protocols.idempotence import MACHINE, model
from nilometer_models.protocols.idempotence.bugs import KAFKA
from nilometer_models.tlc.twin import compare

SMALL = [bounds for bounds in MACHINE.bounds.values() if bounds.edges]


@pytest.mark.parametrize("bounds", SMALL, ids=lambda bounds: bounds.name)
def test_the_promise_holds_in_small_bounds(bounds) -> None:  # type: ignore[no-untyped-def]
    run = explore(Instance(MACHINE, bounds.config), keep_graph=True)
    assert run.holds, run.violations
    for claim in MACHINE.can_always.values():
        assert wedged(run, claim.claim) is None


def test_a_break_has_these_many_states() -> None:
    run = explore(model(batches=2))
    assert (run.states, run.edges, run.depth) == (95, 176, 12)


def test_kafkas_own_rules_hold_with_one_batch_in_flight() -> None:
    run = explore(model(KAFKA, batches=3, in_flight=1, window=1, failures=1, restarts=1), keep_graph=True)
    assert run.holds, run.violations
    assert wedged(run, MACHINE.can_always["all_acknowledged"].claim) is None


def test_a_cycle_below_window_and_flight_takes_a_new_batch_for_an_old_one() -> None:
    """Why the modulus has to be at least window + in flight."""
    run = explore(model(batches=3, in_flight=1, window=2, modulus=2, breaks=0))
    assert "acked_at_its_offset" in run.violations
    assert explore(model(batches=4, in_flight=1, window=2, modulus=3, breaks=0)).holds


def test_guards_say_why_a_step_is_not_possible() -> None:
    small = model(batches=2)
    start = next(small.initial())
    assert small.why_not(start, "Resend") == "nothing is in flight"
    assert small.why_not(start, "Deliver", on=1) == "nothing is under way"
    sent = small.take(start, "Send")
    assert small.why_not(sent, "Resend") == "its answer is awaited"
    assert small.why_not(sent, "Evict") == "bound: evictions"
    broken = small.take(sent, "Break")
    assert small.why_not(broken, "Send") == "a retry goes first"
    appended = small.take(sent, "Deliver", on=1)
    assert small.why_not(appended, "TakeAnswer") == "it is not replicated: acks=all"


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    bounds = MACHINE.bounds["a break"]
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, bounds.config), MACHINE.module)
    assert twin.equal, twin
    assert twin.python_states == 95
