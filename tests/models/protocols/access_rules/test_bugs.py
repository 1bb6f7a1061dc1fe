"""What each missing rule breaks; the whole campaign is `nilometer prove access_rules`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.access_rules import MACHINE, Rules


def test_every_promise_can_be_broken_and_every_rule_is_needed() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)
    assert {rule for bug in MACHINE.bugs.values() for rule in bug.rules} == set(Rules._fields)


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_one_rule_of_one_letter_is_not_found() -> None:
    """KAFKA-7702."""
    bug = MACHINE.bugs["B099"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    (rule,) = trace.states[-1].rules
    assert (rule.pattern.kind, rule.permission, len(rule.pattern.name)) == ("prefixed", "allow", 1)
