"""Each bug breaks its property in its configuration; the right rules do not."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.classic_group import MACHINE

LENGTHS = {
    "B077": 8, "two_processes_one_member": 6, "B078": 5, "B082": 10, "B085": 10, "old_id_stays": 3,
    "replacement_unwritten": 5, "ids_count_at_once": 4, "stale_commit": 12, "counting_anew": 8, "early_assignment": 9,
}  # fmt: skip


@pytest.mark.parametrize("name", LENGTHS)
def test_a_bug_breaks_what_it_says_and_the_right_rules_do_not(name: str) -> None:
    bug = MACHINE.bugs[name]
    right = Instance(MACHINE, bug.config)
    trace = shortest(right.with_bug(name), bug.breaks)
    assert trace is not None
    assert len(trace) == LENGTHS[name]
    assert shortest(right, bug.breaks) is None


def test_a_retry_that_is_ignored_leaves_its_process_waiting_for_ever() -> None:
    bug = MACHINE.bugs["retry_is_ignored"]
    right = Instance(MACHINE, bug.config)
    assert explore(right.with_bug(bug.name)).what_never_comes(bug.breaks) is not None
    assert explore(right).what_never_comes(bug.breaks) is None


def test_every_bug_is_here() -> None:
    assert set(MACHINE.bugs) == {*LENGTHS, "retry_is_ignored"}
