"""The guards of the consumer group, how a partition moves, and the smallest bounds by both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.consumer_group import MACHINE, model
from nilometer_models.protocols.consumer_group.state import UNRELEASED, UNREVOKED, State, member
from nilometer_models.tlc.twin import compare

TWO = model(2, partitions=1, group_epochs=2)


def settled(s: State, m: int) -> State:
    """A member heartbeats, hears, and reconciles if there is something to reconcile."""
    s = TWO.take(TWO.take(s, "Heartbeat", member=m), "Hear", member=m)
    return s if TWO.why_not(s, "Reconcile", member=m) else TWO.take(s, "Reconcile", member=m)


def test_a_partition_moves_when_it_has_been_given_up() -> None:
    s = TWO.take(TWO.take(next(TWO.initial()), "Join", member=1), "ComputeTarget", assignment=(1,))
    s = settled(s, 1)
    assert s.consumers[0].owned == {1}
    s = TWO.take(TWO.take(s, "Join", member=2), "ComputeTarget", assignment=(2,))
    s = settled(settled(settled(s, 2), 1), 2)
    assert (member(s, 1).state, member(s, 2).state) == (UNREVOKED, UNRELEASED)
    assert TWO.why_not(s, "Heartbeat", member=2) == "there is nothing new"
    s = settled(settled(s, 1), 2)
    assert [consumer.owned for consumer in s.consumers] == [frozenset(), {1}]
    assert [member(s, m).epoch for m in (1, 2)] == [2, 2]


def test_a_static_member_comes_back_without_a_rebalance() -> None:
    made = model(2, group_epochs=1, static=2)
    s = made.take(made.take(next(made.initial()), "Join", member=1), "ComputeTarget", assignment=(1,))
    s = made.take(made.take(made.take(s, "Heartbeat", member=1), "Hear", member=1), "Reconcile", member=1)
    assert made.why_not(s, "Join", member=2) == "UNRELEASED_INSTANCE_ID"
    assert model(1).why_not(next(model(1).initial()), "LeaveForNow", member=1) == "it has no instance id"
    s = made.take(made.take(s, "LeaveForNow", member=1), "Join", member=2)
    s = made.take(made.take(made.take(s, "Heartbeat", member=2), "Hear", member=2), "Reconcile", member=2)
    assert s.consumers[1].owned == {1}
    assert s.group_epoch == 1


def test_a_guard_says_why_a_step_is_not_possible() -> None:
    s = next(TWO.initial())
    assert TWO.why_not(s, "Heartbeat", member=1) == "it has to join"
    assert TWO.why_not(s, "ComputeTarget", assignment=(0,)) == "the target is of this epoch"
    s = TWO.take(s, "Join", member=1)
    assert TWO.why_not(s, "Join", member=1) == "it is a member"
    assert TWO.why_not(s, "Heartbeat", member=1) == "the target is computed first"
    assert TWO.why_not(s, "ComputeTarget", assignment=(2,)) == "partitions go to members that want them"
    s = TWO.take(TWO.take(s, "ComputeTarget", assignment=(1,)), "Heartbeat", member=1)
    assert TWO.why_not(s, "Heartbeat", member=1) == "an answer is on its way"
    assert TWO.why_not(s, "LoseAnswer", member=1) == "bound: lost answers"
    assert TWO.why_not(s, "Expire", member=1) == "bound: expiries"
    assert TWO.why_not(s, "Expire", member=2) == "it is no member"
    s = TWO.take(s, "Hear", member=1)
    assert TWO.why_not(s, "Hear", member=1) == "no answer is on its way"
    assert TWO.why_not(s, "Join", member=1) == "it believes to be a member"
    assert TWO.why_not(s, "ChangeSubscription", member=1) == "bound: changes"
    assert TWO.why_not(s, "SendCommit", member=1, partition=1) == "it does not own the partition"
    assert TWO.why_not(s, "HandleCommit") == "no commit is on its way"


def test_the_smallest_bounds_hold_and_everything_happens() -> None:
    run = explore(Instance(MACHINE, MACHINE.bounds["one member, every fault"].config))
    assert run.holds, run.violations
    assert [name for name, count in run.fired.items() if not count] == ["LeaveForNow"]
    assert run.what_never_comes("members_converge_to_target") is None


def test_static_members_hold_and_come_back() -> None:
    run = explore(Instance(MACHINE, MACHINE.bounds["a static member and its successor"].config))
    assert run.holds, run.violations
    assert {"a_static_member_is_back", "a_static_member_locks_itself_out"} <= set(run.witnesses)


def test_members_wait_for_each_other_and_are_fenced() -> None:
    run = explore(Instance(MACHINE, MACHINE.bounds["two members, lost answers"].config))
    assert run.holds, run.violations
    assert {"a_member_waits_for_another", "a_lost_answer_is_forgiven", "a_member_is_fenced"} <= set(run.witnesses)


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(model(1, group_epochs=2, lost=1, commits=1), MACHINE.module)
    assert twin.equal, twin
