"""What each missing rule breaks; the whole campaign is `nilometer prove replication`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.replication import MACHINE, model
from nilometer_models.protocols.replication.bugs import ONE_RECORD, TWO_RECORDS

SMALL = [
    bug
    for bug in MACHINE.bugs.values()
    if bug.config in (ONE_RECORD, TWO_RECORDS) and bug.breaks not in MACHINE.leading_to
]


def test_every_promise_can_be_broken() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)


@pytest.mark.parametrize("bug", SMALL, ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    right = Instance(MACHINE, bug.config)
    trace = shortest(right.with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_the_ladder_begins_where_a_fail_over_loses_an_acknowledged_record() -> None:
    trace = shortest(model(2, 1, 1, 1).with_bug("B001"), "committed_within_isr")
    assert trace is not None
    assert len(trace) == 10


def test_an_unclean_election_alone_keeps_high_watermarks_within_logs() -> None:
    run = explore(model(2, 1, 1, 1, clean_election=False))
    assert "high_watermark_within_log" not in run.violations
    assert "committed_within_isr" in run.violations


def test_without_fences_two_epochs_are_not_enough_to_lose_a_record() -> None:
    unfenced = model(3, 1, 1, 1).with_bug("unfenced")
    assert shortest(unfenced, "committed_within_isr") is None


def test_logs_that_are_not_cut_never_become_equal() -> None:
    run = explore(model(2, 1, 1, 1, truncation="none"), keep_graph=True)
    assert run.what_never_comes("followers_come_to_equal_the_leader") is not None
    right = explore(model(2, 1, 1, 1), keep_graph=True)
    assert right.what_never_comes("followers_come_to_equal_the_leader") is None
