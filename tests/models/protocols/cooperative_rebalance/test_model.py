"""Cooperative rebalancing: what its guards say, what it comes to, and that both readings agree."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.cooperative_rebalance import MACHINE, model
from nilometer_models.tlc.twin import compare

SMALL = Instance(MACHINE, MACHINE.bounds["two consumers, an old one and an expiry"].config)


def test_a_partition_moves_in_two_generations() -> None:
    made = model(2, 1, 3)
    s = made.take(made.take(next(made.initial()), "Join", consumer=1), "EndRebalance")
    s = made.take(made.take(s, "Balance", target=(1,)), "Adopt", consumer=1)
    assert s.consumers[0].owned == {1}
    assert made.why_not(s, "Join", consumer=1) == "nothing asks for it"
    s = made.take(made.take(s, "Join", consumer=2), "Join", consumer=1)
    assert s.consumers[0].owned == {1}  # it goes on
    assert made.why_not(s, "Balance", target=(1,)) is None
    s = made.take(s, "Balance", target=(2,))
    s = made.take(made.take(s, "Adopt", consumer=2), "Adopt", consumer=1)
    assert [consumer.owned for consumer in s.consumers] == [frozenset(), frozenset()]
    assert MACHINE.witnesses["a_partition_waits"].claim(made.view(s))
    s = made.take(made.take(s, "Join", consumer=1), "Join", consumer=2)
    s = made.take(made.take(s, "Balance", target=(2,)), "Adopt", consumer=2)
    assert s.consumers[1].owned == {1}
    assert s.group.generation == 3


def test_a_guard_says_why_a_step_is_not_possible() -> None:
    s = SMALL.take(next(SMALL.initial()), "Join", consumer=1)
    assert SMALL.why_not(s, "Expire", consumer=1) == "its JoinGroup is parked: it counts as alive"
    assert SMALL.why_not(s, "Adopt", consumer=1) == "nothing is assigned"
    assert SMALL.why_not(s, "Balance", target=(1,)) == "no assignment is awaited"
    s = SMALL.take(s, "EndRebalance")
    assert SMALL.why_not(s, "Balance", target=(2,)) == "only members get partitions"
    assert SMALL.why_not(s, "EndRebalance") == "no rebalance is under way"
    s = SMALL.take(s, "Expire", consumer=1)
    assert SMALL.why_not(s, "Join", consumer=1) == "it was removed, and has to hear of it"
    s = SMALL.take(s, "Heartbeat", consumer=1)
    assert SMALL.why_not(s, "Heartbeat", consumer=1) == "it is no member, and knows"
    assert SMALL.why_not(s, "Leave", consumer=1) == "it is no member"


def test_the_smallest_bounds_hold_and_everything_happens() -> None:
    run = explore(SMALL)
    assert run.holds, run.violations
    assert all(run.fired.values()), run.fired
    assert {"a_partition_waits", "a_removed_member_still_processes", "a_claim_is_outdated"} <= set(run.witnesses)
    assert run.what_never_comes("every_partition_comes_to_be_owned") is None


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(model(2, 1, 2), MACHINE.module)
    assert twin.equal, twin
