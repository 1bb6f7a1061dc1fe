"""What each missing rule breaks; the whole campaign is `nilometer prove log_append`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.log_append import MACHINE, Rules


def test_every_promise_can_be_broken_and_every_rule_is_needed() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)
    assert {rule for bug in MACHINE.bugs.values() for rule in bug.rules} == set(Rules._fields)


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_refused_marker_gives_its_offset_to_the_next_batch() -> None:
    """KAFKA-7866: the log end stayed where it was when the transaction index refused the marker."""
    bug = MACHINE.bugs["B055"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert [batch.base_offset for batch in trace.states[-1].log] == [0, 0]
    assert [label.action for label in trace.labels][:3] == ["WriteMarker", "Index", "TransactionIndexFails"]
