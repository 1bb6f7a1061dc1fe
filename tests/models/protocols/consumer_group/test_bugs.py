"""Each bug breaks its property in its configuration; the right rules do not."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.consumer_group import MACHINE

LENGTHS = {
    "B079": 11, "granted_early": 7, "B083": 17, "unreported_grant": 14, "owned_and_free": 11, "counting_anew": 6,
    "ahead_of_target": 4, "blind_assignor": 7, "stale_commit": 14, "taken_over_alive": 3, "epoch_again": 11,
}  # fmt: skip
NEVER_COMES = ("B080", "untold_assignment")


@pytest.mark.parametrize("name", LENGTHS)
def test_a_bug_breaks_what_it_says(name: str) -> None:
    bug = MACHINE.bugs[name]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(name), bug.breaks)
    assert trace is not None
    assert len(trace) == LENGTHS[name]


@pytest.mark.parametrize("name", [name for name in LENGTHS if name != "B083"])
def test_the_right_rules_do_not(name: str) -> None:
    bug = MACHINE.bugs[name]
    assert shortest(Instance(MACHINE, bug.config), bug.breaks) is None


@pytest.mark.parametrize("name", NEVER_COMES)
def test_a_member_never_comes_to_its_target(name: str) -> None:
    bug = MACHINE.bugs[name]
    right = Instance(MACHINE, bug.config)
    assert explore(right.with_bug(name)).what_never_comes(bug.breaks) is not None
    assert explore(right).what_never_comes(bug.breaks) is None


def test_every_bug_is_here() -> None:
    assert set(MACHINE.bugs) == {*LENGTHS, *NEVER_COMES}
