"""The bugs that are shown in a few milliseconds; `nilometer prove transaction_visibility` shows all, by each engine."""

from __future__ import annotations

import pytest

from nilometer_models.explore import shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.transaction_visibility import MACHINE


@pytest.mark.parametrize("name", ["B046", "B047", "B052", "B064"])
def test_a_bug_breaks_its_property(name: str) -> None:
    bug = MACHINE.bugs[name]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(name), bug.breaks)
    assert trace is not None
    assert trace.broken == bug.breaks


def test_every_property_is_broken_by_some_bug() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} == set(MACHINE.properties)
