"""Eligible leaders in small bounds: what holds, why a step is not possible, both readings as one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, wedged
from nilometer_models.machine import Instance
from nilometer_models.protocols.eligible_leaders import MACHINE, model
from nilometer_models.protocols.eligible_leaders.bugs import ONE_BROKER
from nilometer_models.tlc.twin import compare

SMALL = model(replicas=2)
START = next(SMALL.initial())


def test_the_rules_hold_and_everything_happens() -> None:
    run = explore(SMALL, keep_graph=True)
    assert run.holds, run.violations
    assert all(run.fired.values()), run.fired
    assert wedged(run, MACHINE.can_always["somebody_leads"].claim) is None


def test_guards_say_why_a_step_is_not_possible() -> None:
    written = SMALL.take(START, "Produce")
    down = SMALL.take(START, "Stop", replica=1)
    assert SMALL.why_not(written, "Produce") == "bound: records"
    assert SMALL.why_not(written, "IncreaseHighWatermark") == "a member of the ISR does not have it"
    assert SMALL.why_not(START, "IncreaseHighWatermark") == "the high watermark is at the end"
    assert SMALL.why_not(START, "ShrinkIsr", follower=2) == "it has everything"
    assert SMALL.why_not(START, "Fetch", follower=1) == "it follows nobody"
    assert SMALL.why_not(down, "Produce") == "nobody leads"
    assert SMALL.why_not(down, "Crash", replica=1) == "it is down"
    shrunk = SMALL.take(written, "ShrinkIsr", follower=2)
    assert SMALL.why_not(shrunk, "IncreaseHighWatermark") == "the ISR is below the minimum"


def test_a_broker_that_is_up_registers_again_and_nothing_changes() -> None:
    assert SMALL.take(START, "Register", replica=1) == START


def test_a_crash_shows_its_loss_when_the_broker_comes_back() -> None:
    crashed = SMALL.take(SMALL.take(START, "Produce"), "Crash", replica=1)
    assert crashed.brokers[0].log == (1,)
    back = SMALL.take(crashed, "Register", replica=1)
    assert back.brokers[0].log == ()
    assert back.broker_epochs == (2, 1)
    assert (back.partition.leader, back.partition.isr, back.partition.elr) == (2, frozenset({2}), frozenset())


def test_a_clean_stop_keeps_a_place_among_the_eligible_leaders() -> None:
    back = SMALL.take(SMALL.take(START, "Stop", replica=1), "Register", replica=1)
    assert (back.partition.leader, back.partition.elr) == (2, frozenset({1}))


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, ONE_BROKER), MACHINE.module)
    assert twin.equal, twin
