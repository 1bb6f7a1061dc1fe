"""What each missing rule breaks; the whole campaign is `nilometer prove idempotence`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest, wedged
from nilometer_models.machine import Instance
from nilometer_models.protocols.idempotence import MACHINE, Rules
from nilometer_models.protocols.idempotence.bugs import KAFKA


def test_every_promise_can_be_broken() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)


def test_every_rule_is_needed_by_some_bug() -> None:
    assert {rule for bug in MACHINE.bugs.values() for rule in bug.rules} == set(Rules._fields)


def test_every_difference_of_kafka_is_a_bug_with_several_batches_in_flight() -> None:
    changed = {name for name in Rules._fields if getattr(KAFKA, name) != getattr(Rules(), name)}
    assert changed <= {rule for bug in MACHINE.bugs.values() for rule in bug.rules}


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    wrong = Instance(MACHINE, bug.config).with_bug(bug.name)
    if bug.breaks in MACHINE.can_always:
        assert wedged(explore(wrong, keep_graph=True), MACHINE.can_always[bug.breaks].claim) is not None
        return
    trace = shortest(wrong, bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_first_batch_that_fails_lets_the_second_one_in_before_it() -> None:
    """KAFKA-14359: the leader knows nothing of the producer, so any sequence will do."""
    bug = MACHINE.bugs["first_sequence_unchecked"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), "no_hole")
    assert trace is not None
    assert [label.action for label in trace.labels] == ["Send", "Send", "FailAppend", "Deliver"]
