"""Blocks of producer ids: what holds, what happens, both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.producer_ids import MACHINE, model
from nilometer_models.tlc.twin import compare


def test_ids_are_unique_and_everything_happens() -> None:
    run = explore(model(blocks=2))
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (3_522, 11_186, 18)
    assert set(run.witnesses) == set(MACHINE.witnesses)
    assert all(run.fired.values()), run.fired


def test_guards_say_why_a_step_is_not_possible() -> None:
    small = model(brokers=1, blocks=1)
    start = next(small.initial())
    assert small.why_not(start, "GiveId", broker=1) == "it has no id"
    assert small.why_not(start, "Allocate", broker=1) == "it has not asked"
    promised = small.take(small.take(start, "AskForBlock", broker=1), "Allocate", broker=1)
    assert small.why_not(promised, "TakeBlock", broker=1) == "the answer waits for the log of the controllers"
    assert small.why_not(small.take(promised, "Persist"), "TakeBlock", broker=1) is None


def test_a_block_that_was_only_promised_goes_with_its_controller() -> None:
    small = model(brokers=1, blocks=2)
    state = next(small.initial())
    for action in ("AskForBlock", "Allocate"):
        state = small.take(state, action, broker=1)
    after = small.take(state, "ElectController")
    assert (after.answers, after.next_id) == (((),), 0)


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bounds["two brokers, no faults"].config), MACHINE.module)
    assert twin.equal, twin
    assert twin.python_states == 236
