"""Each input is processed once over a handover, guards say why, and both readings are one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, wedged
from nilometer_models.protocols.transactional_offsets import MACHINE, model
from nilometer_models.tlc.twin import compare


def test_each_input_is_processed_once_over_a_handover() -> None:
    run = explore(model(members=2, inputs=2, generations=2), keep_graph=True)
    assert run.holds, run.violations
    assert "all_inputs_processed" in run.witnesses
    assert wedged(run, MACHINE.can_always["offsets_become_stable"].claim) is None


def test_a_handover_step_by_step() -> None:
    loop = model(members=2, inputs=1)
    s = next(loop.initial())
    for action in ("Rebalance", "Assign", "Process"):
        s = loop.take(s, action, member=1)
    staged = loop.take(s, "Stage", member=1)
    moved = loop.take(s, "Rebalance", member=2)
    assert loop.why_not(moved, "Stage", member=1) == "its generation is over (ILLEGAL_GENERATION)"
    waiting = loop.take(staged, "Rebalance", member=2)
    assert loop.why_not(waiting, "Assign", member=2) == "an offset is pending (UNSTABLE_OFFSET_COMMIT)"
    s = loop.take(waiting, "Commit", member=1)
    assert loop.why_not(s, "Assign", member=2) == "an offset is pending (UNSTABLE_OFFSET_COMMIT)"
    s = loop.take(s, "WriteMarker", member=1)
    s = loop.take(s, "Assign", member=2)
    assert s.members[1].position == 1
    assert loop.why_not(s, "Process", member=2) == "there is no input left"


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(model(members=1, inputs=1, generations=1, plain_commits=1, reloads=1), MACHINE.module)
    assert twin.equal, twin
