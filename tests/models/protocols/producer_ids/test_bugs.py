"""What each missing rule breaks; the whole campaign is `nilometer prove producer_ids`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.producer_ids import MACHINE, Rules


def test_every_promise_can_be_broken_and_every_rule_is_needed() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)
    assert {rule for bug in MACHINE.bugs.values() for rule in bug.rules} == set(Rules._fields)


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_repeated_answer_gives_the_last_id_again() -> None:
    """KAFKA-20031, with blocks of one id: the first id of the block is the last one in use."""
    bug = MACHINE.bugs["B035"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.states[-1].given == (0, 0)
    assert "RepeatAnswer" in [label.action for label in trace.labels]
