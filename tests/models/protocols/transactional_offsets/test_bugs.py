"""The bugs, each by its shortest trace; `nilometer prove transactional_offsets` shows them by each engine."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.transactional_offsets import MACHINE


@pytest.mark.parametrize("name", ["B054", "B087", "B089", "stale_generation", "unstable_fetch"])
def test_a_bug_breaks_its_property(name: str) -> None:
    bug = MACHINE.bugs[name]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(name), bug.breaks)
    assert trace is not None
    assert trace.broken in (bug.breaks, None)


def test_every_property_is_broken_by_some_bug() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} == set(MACHINE.properties)
