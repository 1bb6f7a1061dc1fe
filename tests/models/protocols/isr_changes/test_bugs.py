"""What each missing rule breaks; the whole campaign is `nilometer prove isr_changes`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.isr_changes import MACHINE, model

QUICK = [bug for bug in MACHINE.bugs.values() if bug.breaks not in MACHINE.leading_to]


def test_every_promise_can_be_broken() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)


@pytest.mark.parametrize("bug", QUICK, ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_granted_expansion_is_not_counted_with_in_three_steps() -> None:
    trace = shortest(model(records=0, changes=1).with_bug("B009"), "maximal_isr_covers_controller_isr")
    assert trace is not None
    assert [label.action for label in trace.labels] == ["Fetch", "RequestExpand", "Decide"]


def test_metadata_that_says_nothing_new_may_cost_a_committed_record() -> None:
    bug = MACHINE.bugs["known_metadata_loses"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    last = trace.states[-1]
    lagging = [member for member in last.controller.isr if last.log_ends[member - 1] < last.leader.high_watermark]
    assert lagging
    assert len(last.controller.isr) > trace.instance.config.minimum
