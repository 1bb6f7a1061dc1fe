"""What each missing rule breaks; the whole campaign is `nilometer prove eligible_leaders`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest, wedged
from nilometer_models.machine import Instance
from nilometer_models.protocols.eligible_leaders import MACHINE

QUICK = [bug for bug in MACHINE.bugs.values() if bug.breaks not in MACHINE.can_always]


def test_every_promise_can_be_broken() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)


@pytest.mark.parametrize("bug", QUICK, ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_the_last_replica_standing_is_elected_without_its_records() -> None:
    bug = MACHINE.bugs["B013"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert [label.action for label in trace.labels[-2:]] == ["Register", "Unfence"]
    last = trace.states[-1]
    assert last.partition.isr == {last.partition.leader}
    assert last.committed == {1}
    assert [len(broker.log) for broker in last.brokers].count(0) == 1


def test_without_its_last_known_leader_a_partition_may_never_be_led_again() -> None:
    bug = MACHINE.bugs["nobody_returns"]
    run = explore(Instance(MACHINE, bug.config).with_bug(bug.name), keep_graph=True)
    stuck = wedged(run, MACHINE.can_always[bug.breaks].claim)
    assert stuck is not None
    assert stuck.states[-1].partition.leader is None
