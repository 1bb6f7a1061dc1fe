"""What each missing rule breaks; the whole campaign is `nilometer prove schema_ids`."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.schema_ids import MACHINE, Rules


def test_every_promise_can_be_broken_and_every_rule_is_needed() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} >= set(MACHINE.properties)
    assert {rule for bug in MACHINE.bugs.values() for rule in bug.rules} == set(Rules._fields)


@pytest.mark.parametrize("bug", MACHINE.bugs.values(), ids=lambda bug: bug.name)
def test_a_missing_rule_breaks_its_promise(bug) -> None:  # type: ignore[no-untyped-def]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_a_stale_registry_gives_an_id_again() -> None:
    """karapace #876: neither registry has read what the other wrote."""
    bug = MACHINE.bugs["B101"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert trace.states[-1].given == {(1, 1), (1, 2)}


def test_an_id_that_compaction_forgot_is_given_again() -> None:
    bug = MACHINE.bugs["counter_from_the_topic"]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(bug.name), bug.breaks)
    assert trace is not None
    assert {"HardDelete", "Compact", "Restart"} <= {label.action for label in trace.labels}
    for less in (bug.config._replace(restarts=0), bug.config._replace(compactions=0)):
        assert shortest(Instance(MACHINE, less).with_bug(bug.name), bug.breaks) is None
