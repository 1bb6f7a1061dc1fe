"""What each missing rule breaks; the whole campaign is `nilometer prove acknowledgements`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.acknowledgements import MACHINE, model


def test_every_promise_can_be_broken() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_leader_alone_acknowledges_for_all() -> None:
    trace = shortest(model(replicas=2, max_epoch=0).with_bug("B019"), "nothing_is_acked_below_the_minimum")
    assert trace is not None
    assert [label.action for label in trace.labels] == ["Produce", "ShrinkIsr", "IncreaseHighWatermark", "Answer"]
