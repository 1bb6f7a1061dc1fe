"""Today's rules hold in small bounds; bugs are found in the shortest way; both readings are one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.coordinator_log import MACHINE
from nilometer_models.tlc.twin import compare


def test_small_bounds_are_whole_and_hold_and_reach_every_witness() -> None:
    run = explore(Instance(MACHINE, MACHINE.bounds["fail-over"].config))
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (1_412, 3_706, 15)
    assert set(run.witnesses) == set(MACHINE.witnesses)


@pytest.mark.parametrize("bug", sorted(MACHINE.bugs))
def test_a_bug_breaks_its_property_and_nothing_is_broken_without_it(bug: str) -> None:
    known = MACHINE.bugs[bug]
    right = Instance(MACHINE, known.config)
    assert shortest(right.with_bug(bug), known.breaks) is not None
    assert explore(right).holds


def test_an_acknowledgement_of_another_leaders_record_takes_eleven_states() -> None:
    known = MACHINE.bugs["B090"]
    trace = shortest(Instance(MACHINE, known.config).with_bug("B090"), known.breaks)
    assert trace is not None
    assert len(trace) == 11


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bugs["B084"].config), MACHINE.module)
    assert twin.equal, twin
