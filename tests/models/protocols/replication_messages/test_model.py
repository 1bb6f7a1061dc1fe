"""Fetches as messages in small bounds: what requests and answers do, guards, both readings as one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.replication_messages import MACHINE, model
from nilometer_models.protocols.replication_messages.bugs import TWO_RECORDS
from nilometer_models.protocols.replication_messages.state import State
from nilometer_models.tlc.twin import compare

SMALL = model(readers=True)
Steps = list[tuple[str, dict[str, int]]]


def taken(steps: Steps, state: State | None = None) -> State:
    state = state or next(SMALL.initial())
    for action, arguments in steps:
        state = SMALL.take(state, action, **arguments)
    return state


HEARD: Steps = [("Learn", {"follower": 1}), ("Learn", {"follower": 2})]
FETCH: Steps = [("SendFetch", {"follower": 2}), ("HandleFetch", {"follower": 2, "epoch": 0})]
RECEIVE: Steps = [("ReceiveResponse", {"follower": 2, "epoch": 0})]
ONE_RECORD: Steps = [*HEARD, ("Produce", {"leader": 1}), *FETCH, *RECEIVE]


def test_the_rules_hold_and_what_is_in_bounds_happens() -> None:
    run = explore(model())
    assert run.holds, run.violations
    idle = {name for name, count in run.fired.items() if not count}
    assert idle == {"Restart", "ShrinkIsr", "Delete", "Read", "AskEnd", "Redirect"}


def test_the_leader_learns_of_a_record_with_the_fetch_after_it() -> None:
    state = taken(ONE_RECORD)
    assert state.replicas[1].log == state.replicas[0].log
    assert SMALL.why_not(state, "IncreaseHighWatermark", leader=1) == "a member of the ISR does not have it"
    state = taken([*FETCH, ("IncreaseHighWatermark", {"leader": 1})], state)
    assert state.replicas[0].high_watermark == 1
    assert state.replicas[1].high_watermark == 0


def diverged() -> State:
    """Replica 1 has a record of epoch 0, replica 2 leads in epoch 1 and has another; 1 has fetched."""
    return taken([
        ("Learn", {"follower": 1}), ("Produce", {"leader": 1}), ("ElectLeader", {"leader": 2}),
        ("Learn", {"follower": 2}), ("Learn", {"follower": 1}), ("Produce", {"leader": 2}),
        ("SendFetch", {"follower": 1}), ("HandleFetch", {"follower": 1, "epoch": 1}),
    ])  # fmt: skip


def test_a_fetch_that_shows_that_logs_diverge_is_answered_with_a_cut_and_not_counted() -> None:
    state = diverged()
    assert state.replicas[1].known_ends == (0, 0)
    state = taken([("ReceiveResponse", {"follower": 1, "epoch": 1})], state)
    assert state.replicas[0].cut == 0
    assert SMALL.why_not(state, "SendFetch", follower=1) == "it has to cut its log first"
    state = taken([("Truncate", {"follower": 1})], state)
    assert state.replicas[0].log == ()
    assert state.replicas[0].epochs == ()


def test_an_answer_of_an_earlier_epoch_is_dropped() -> None:
    state = taken(
        [*HEARD, ("Produce", {"leader": 1}), *FETCH, ("ElectLeader", {"leader": 2}), ("Learn", {"follower": 2})]
    )
    after = taken(RECEIVE, state)
    assert after.replicas == state.replicas
    assert not after.responses


def test_a_request_of_an_earlier_epoch_gets_no_answer() -> None:
    state = taken([
        *HEARD, ("SendFetch", {"follower": 2}), ("ElectLeader", {"leader": 2}), ("Learn", {"follower": 2}),
        ("Learn", {"follower": 1}), ("HandleFetch", {"follower": 2, "epoch": 0}),
    ])  # fmt: skip
    assert not state.requests
    assert not state.responses


def test_a_new_leader_does_not_say_where_the_log_ends() -> None:
    state = taken([*ONE_RECORD, ("ElectLeader", {"leader": 2}), ("Learn", {"follower": 2})])
    assert SMALL.why_not(state, "AskEnd", leader=2) == "OFFSET_NOT_AVAILABLE"


def test_guards_say_why_a_step_is_not_possible() -> None:
    start, state = next(SMALL.initial()), taken([*HEARD, ("SendFetch", {"follower": 2})])
    assert SMALL.why_not(start, "Restart", follower=1) == "it knows of nothing yet"
    assert SMALL.why_not(start, "SendFetch", follower=2) == "it follows nobody"
    assert SMALL.why_not(state, "SendFetch", follower=2) == "a fetch is under way"
    assert SMALL.why_not(state, "HandleFetch", follower=1, epoch=0) == "it has not asked"
    assert SMALL.why_not(state, "ReceiveResponse", follower=2, epoch=0) == "there is no answer"
    assert SMALL.why_not(state, "Truncate", follower=2) == "there is nothing to cut"
    assert SMALL.why_not(state, "Redirect", leader=1, follower=1) == "it does not lead the other"


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, TWO_RECORDS), MACHINE.module)
    assert twin.equal, twin
