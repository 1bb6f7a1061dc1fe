"""The guards of committed offsets, and the smallest bounds by both readings."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.committed_offsets import MACHINE, model
from nilometer_models.tlc.twin import compare

SMALL = model(1, generations=1, topic_ids=2, deletions=1)


def test_the_offset_of_a_former_topic_is_not_told_and_then_forgotten() -> None:
    s = SMALL.take(next(SMALL.initial()), "Commit", generation=0)
    s = SMALL.take(SMALL.take(SMALL.take(s, "DeleteTopic"), "CreateTopic"), "Fetch")
    assert s.offset is not None
    assert s.answer is not None
    assert s.answer.found is None
    assert SMALL.take(s, "HearDeletion").offset is None


def test_a_guard_says_why_a_step_is_not_possible() -> None:
    s = next(SMALL.initial())
    assert SMALL.why_not(s, "Commit", generation=1) == "UNKNOWN_MEMBER_ID"
    assert SMALL.why_not(s, "Expire") == "there is no offset"
    assert SMALL.why_not(s, "DeleteOffset") == "there is no offset"
    assert SMALL.why_not(s, "HearDeletion") == "it has heard of every deletion"
    assert SMALL.why_not(s, "CreateTopic") == "there is one"
    assert SMALL.why_not(s, "Stage") == "bound: transactions"
    assert SMALL.why_not(s, "Abort") == "nothing is staged"
    assert SMALL.why_not(s, "UpdateCopy") == "it is up to date"
    s = SMALL.take(SMALL.take(s, "Commit", generation=0), "StartRebalance")
    assert SMALL.why_not(s, "Commit", generation=0) == "UNKNOWN_MEMBER_ID"
    assert SMALL.why_not(s, "DeleteGroup") == "NON_EMPTY_GROUP"
    assert SMALL.why_not(s, "BecomeStable", subscribed=True) == "no assignment is awaited"
    s = SMALL.take(SMALL.take(s, "CompleteJoin"), "BecomeStable", subscribed=True)
    assert SMALL.why_not(s, "DeleteOffset") == "GROUP_SUBSCRIBED_TO_TOPIC"
    assert SMALL.why_not(s, "StartRebalance") == "bound: generations"
    assert SMALL.why_not(s, "Commit", generation=1) == "bound: commits"
    s = SMALL.take(s, "DeleteTopic")
    assert SMALL.why_not(s, "Fetch") == "there is no topic"


@pytest.mark.parametrize("name", ["one generation", "two topics"])
def test_the_smallest_bounds_hold(name: str) -> None:
    run = explore(Instance(MACHINE, MACHINE.bounds[name].config))
    assert run.holds, run.violations
    assert "an_offset_has_expired" in run.witnesses


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(model(1, generations=1, ticks=1, deletions=1), MACHINE.module)
    assert twin.equal, twin
