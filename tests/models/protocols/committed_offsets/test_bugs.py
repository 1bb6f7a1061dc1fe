"""Each bug breaks its property in its configuration; the right rules do not."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.committed_offsets import MACHINE

LENGTHS = {
    "B091": 3, "B092": 3, "B093": 5, "B095": 5, "expires_while_read": 7, "expires_by_commit": 6,
    "expires_while_staged": 5, "unfenced": 2, "early_commit": 4, "deleted_while_read": 6,
}  # fmt: skip


@pytest.mark.parametrize("name", LENGTHS)
def test_a_bug_breaks_what_it_says_and_the_right_rules_do_not(name: str) -> None:
    bug = MACHINE.bugs[name]
    right = Instance(MACHINE, bug.config)
    trace = shortest(right.with_bug(name), bug.breaks)
    assert trace is not None
    assert len(trace) == LENGTHS[name]
    assert shortest(right, bug.breaks) is None


def test_every_bug_is_here() -> None:
    assert set(MACHINE.bugs) == set(LENGTHS)
