"""Today's rules hold in the smallest bounds; a bug is found in the shortest way; both readings are one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.compaction import MACHINE
from nilometer_models.tlc.twin import compare

SMALLEST = Instance(MACHINE, MACHINE.bounds["tombstones"].config)


def test_the_smallest_bounds_are_whole_and_hold() -> None:
    run = explore(SMALLEST)
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (1_717, 3_957, 13)
    assert "a_late_reader_keeps_a_deleted_value" in run.witnesses


@pytest.mark.parametrize(("bug", "length"), [("B071", 6), ("B072", 7), ("B073", 8)])
def test_a_bug_breaks_its_property_and_nothing_is_broken_without_it(bug: str, length: int) -> None:
    known = MACHINE.bugs[bug]
    right = Instance(MACHINE, known.config)
    trace = shortest(right.with_bug(bug), known.breaks)
    assert trace is not None
    assert len(trace) == length
    assert shortest(right, known.breaks) is None


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bugs["B071"].config), MACHINE.module)
    assert twin.equal, twin
