"""Today's rules hold where everything happens; guards say why; both readings are one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.replication import MACHINE, model
from nilometer_models.protocols.replication.state import Decision, State
from nilometer_models.tlc.twin import compare

SMALL = model(2, 1, 1, 1)


def led_by_one() -> State:
    """Replica 1 leads in epoch 0; replica 2 has not heard of it."""
    elected = SMALL.take(next(SMALL.initial()), "ElectLeader", leader=1)
    return SMALL.take(elected, "BecomeLeader", epoch=0)


def test_the_rules_of_today_hold_and_everything_happens() -> None:
    run = explore(model(2, 2, 3, 2))
    assert run.holds, run.violations
    assert set(run.witnesses) == set(MACHINE.witnesses)
    assert all(run.fired.values()), run.fired


def test_guards_say_why_a_step_is_not_possible() -> None:
    start, led = next(SMALL.initial()), led_by_one()
    full = SMALL.take(led, "Produce", leader=1)
    assert SMALL.why_not(start, "Produce", leader=1) == "it does not believe to lead"
    assert SMALL.why_not(start, "BecomeLeader", epoch=0) == "nobody was elected in that epoch"
    assert SMALL.why_not(led, "BecomeLeader", epoch=0) == "it has heard of this epoch"
    assert SMALL.why_not(full, "Produce", leader=1) == "bound: records"
    assert SMALL.why_not(full, "IncreaseHighWatermark", leader=1) == "replica 2 does not hold offset 0"
    assert SMALL.why_not(full, "Fetch", follower=2, leader=1) == "it does not follow that replica"


def test_the_last_member_stays_in_the_isr_and_leaves_office() -> None:
    alone = SMALL.take(SMALL.take(next(SMALL.initial()), "ElectLeader", leader=1), "DropReplica", replica=2)
    assert alone.decision == Decision(1, 1, frozenset({1}))
    wider = model(2, 1, 1, 2)
    dropped = wider.take(alone, "DropReplica", replica=1)
    assert dropped.decision == Decision(None, 2, frozenset({1}))


def test_a_new_leader_keeps_its_high_watermark_until_its_followers_speak() -> None:
    state = led_by_one()
    for action, arguments in [
        ("BecomeFollower", {"replica": 2, "epoch": 0}), ("Produce", {"leader": 1}),
        ("Fetch", {"follower": 2, "leader": 1}), ("IncreaseHighWatermark", {"leader": 1}),
        ("Fetch", {"follower": 2, "leader": 1}), ("ElectLeader", {"leader": 2}), ("BecomeLeader", {"epoch": 1}),
    ]:  # fmt: skip
        state = SMALL.take(state, action, **arguments)
    assert SMALL.why_not(state, "IncreaseHighWatermark", leader=2) == "the high watermark is at the end"
    forgetful = SMALL.with_rules(high_watermark_only_grows=False)
    assert forgetful.take(state, "IncreaseHighWatermark", leader=2).replicas[1].high_watermark == 0


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
@pytest.mark.parametrize("rules", [{}, {"old_decisions_ignored": False}], ids=["today", "old decisions"])
def test_both_readings_are_one_labelled_graph(rules: dict[str, object]) -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, SMALL.config).with_rules(**rules), MACHINE.module)
    assert twin.equal, twin
