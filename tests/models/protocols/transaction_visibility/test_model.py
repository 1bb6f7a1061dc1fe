"""Right rules show exactly what is committed, guards say why, and both readings are one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, wedged
from nilometer_models.protocols.transaction_visibility import MACHINE, model
from nilometer_models.tlc.twin import compare


def test_readers_see_what_is_committed_over_an_election() -> None:
    run = explore(model(producers=1, slots=3), keep_graph=True)
    assert run.holds, run.violations
    assert wedged(run, MACHINE.can_always["all_becomes_stable"].claim) is None
    assert all(run.fired.values())


def test_guards_say_why() -> None:
    one = model(producers=1, slots=2)
    s = one.take(next(one.initial()), "AppendRecord", producer=1)
    assert one.why_not(s, "AppendRecord", producer=1) == "bound: slots, with room for markers"
    s = one.take(s, "IncreaseHighWatermark")
    assert one.why_not(s, "Fetch", end=1) == "not stable yet"
    s = one.take(s, "Mark", producer=1, outcome="abort")
    assert one.why_not(s, "AppendRecord", producer=1) == "its last transaction is not complete"
    cut = one.take(s, "FailOver", end=1)
    assert one.why_not(cut, "Fetch", end=1) == "the leader reads its log"
    cut = one.take(cut, "Replay")
    assert one.why_not(cut, "Mark", producer=1, outcome="commit") == "it was decided otherwise"
    assert one.why_not(cut, "Mark", producer=1, outcome="abort") is None


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(model(producers=1, slots=2), MACHINE.module)
    assert twin.equal, twin
