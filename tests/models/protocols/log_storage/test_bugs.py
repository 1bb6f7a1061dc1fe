"""What each missing rule breaks; the whole campaign is `nilometer prove log_storage`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.log_storage import MACHINE, Rules


def test_every_promise_can_be_broken_and_every_rule_is_needed() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)
    assert {rule for bug in MACHINE.bugs.values() for rule in bug.rules} == set(Rules._fields)


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_torn_log_is_served_after_a_start_that_failed() -> None:
    """KAFKA-15375: the failed start leaves the mark, and the next start believes it."""
    bug = MACHINE.bugs["B076"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    actions = [label.action for label in trace.labels]
    assert actions == ["Crash", "BeginStart", "StartFails", "FinishStop", "BeginStart", "Load"]
