"""What each missing rule breaks; the whole campaign is `nilometer prove replication_messages`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.replication_messages import MACHINE


def test_every_promise_can_be_broken() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_follower_shows_what_it_is_about_to_cut() -> None:
    bug = MACHINE.bugs["B007"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    reads = [step for step, label in enumerate(trace.labels, start=2) if label.action == "Read"]
    first, second = (trace.states[step - 1].reader.shown for step in reads)
    assert first[0].epoch != second[0].epoch
