"""The bugs that are shown in a few milliseconds; `nilometer prove transactions` shows all, by each engine."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.transactions import MACHINE


@pytest.mark.parametrize(
    ("name", "length"), [("B036", 11), ("B037", 18), ("B039", 19), ("B040", 9), ("B044", 10), ("B048", 13)]
)
def test_a_bug_breaks_its_property(name: str, length: int) -> None:
    bug = MACHINE.bugs[name]
    trace = shortest(Instance(MACHINE, bug.config).with_bug(name), bug.breaks)
    assert trace is not None
    assert len(trace) == length


def test_a_time_out_that_fences_is_what_b040_lacks() -> None:
    bug = MACHINE.bugs["B040"]
    fences = Instance(MACHINE, bug.config).with_rules(version=1, verification=False)
    assert "fenced_writes_nothing" not in explore(fences).violations


def test_every_property_is_broken_by_some_bug() -> None:
    assert {bug.breaks for bug in MACHINE.bugs.values()} == set(MACHINE.properties)
