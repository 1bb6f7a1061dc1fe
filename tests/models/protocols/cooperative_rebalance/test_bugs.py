"""Each bug breaks its property in its configuration; the right rules do not."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.cooperative_rebalance import MACHINE

LENGTHS = {
    "B081": 14,
    "kept_twice": 13,
    "silent_owners": 9,
    "moved_at_once": 8,
    "eager_revocation": 7,
    "equal_claims": 17,
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_bug_breaks_what_it_says_and_the_right_rules_do_not(name: str) -> None:
    bug = MACHINE.bugs[name]
    right = Instance(MACHINE, bug.config)
    trace = shortest(right.with_bug(name), bug.breaks)
    assert trace is not None
    assert len(trace) == LENGTHS[name]
    assert shortest(right, bug.breaks) is None


def test_a_partition_that_was_given_up_stays_without_owner_if_nobody_joins_again() -> None:
    bug = MACHINE.bugs["nobody_is_called"]
    right = Instance(MACHINE, bug.config)
    lasso = explore(right.with_bug(bug.name)).what_never_comes(bug.breaks)
    assert lasso is not None
    assert explore(right).what_never_comes(bug.breaks) is None


def test_every_bug_is_here() -> None:
    assert set(MACHINE.bugs) == {*LENGTHS, "nobody_is_called"}
