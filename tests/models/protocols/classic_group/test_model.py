"""The guards of the classic group, and the smallest bounds by both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.classic_group import MACHINE, model
from nilometer_models.tlc.twin import compare

SMALL = model(1, member_ids=1, generations=1)


def test_a_guard_says_why_a_step_is_not_possible() -> None:
    s = next(SMALL.initial())
    assert SMALL.why_not(s, "Sync", process=1) == "it has not joined"
    assert SMALL.why_not(s, "EndRebalance") == "no rebalance is under way"
    assert SMALL.why_not(s, "Reload") == "bound: reloads"
    s = SMALL.take(SMALL.take(SMALL.take(s, "Join", process=1), "LearnMemberId", process=1), "Join", process=1)
    assert SMALL.why_not(s, "Join", process=1) == "it has no reason to join"
    assert SMALL.why_not(s, "ExpireSession", member=1) == "bound: expiries"
    s = SMALL.take(SMALL.take(SMALL.take(s, "EndRebalance"), "Sync", process=1), "Assign", process=1)
    assert s.processes[0].owned == {1}
    assert SMALL.why_not(s, "Heartbeat", process=1) == "it is a member of this generation"
    assert SMALL.why_not(s, "Deliver", process=1, partition=1) == "bound: records"
    assert SMALL.why_not(s, "Leave", process=1) == "bound: generations"
    s = SMALL.take(s, "StopAndCommit", process=1)
    assert SMALL.why_not(s, "Join", process=1) == "bound: generations"
    assert SMALL.why_not(s, "Deliver", process=1, partition=1) == "it is about to give the partition up"


def test_a_commit_of_a_former_generation_is_refused() -> None:
    made = model(2, generations=2, member_ids=2)
    s = next(made.initial())
    for action, process in [("Join", 1), ("LearnMemberId", 1), ("Join", 1), ("EndRebalance", 0), ("Sync", 1)]:
        s = made.take(s, action, **{"process": process} if process else {})
    for action, process in [("Assign", 1), ("Join", 2), ("LearnMemberId", 2), ("Join", 2), ("EndRebalance", 0)]:
        s = made.take(s, action, **{"process": process} if process else {})
    assert s.group.generation == 2
    assert made.why_not(s, "Commit", process=1, partition=1) == "UNKNOWN_MEMBER_ID"
    assert made.with_rules(commit_checks_generation=False).why_not(s, "Commit", process=1, partition=1) is None


def test_the_smallest_bounds_hold() -> None:
    run = explore(Instance(MACHINE, MACHINE.bounds["two members"].config))
    assert run.holds, run.violations
    assert {"a_paused_member_still_processes", "two_members_share"} <= set(run.witnesses)
    assert run.what_never_comes("group_becomes_stable") is None


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(model(1, member_ids=1, generations=2, lost=1), MACHINE.module)
    assert twin.equal, twin
