"""Acknowledgements in small bounds: the table of answers, guards, both readings as one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.acknowledgements import MACHINE, model
from nilometer_models.protocols.acknowledgements.bugs import ONE_EPOCH, ONE_LOSS
from nilometer_models.protocols.acknowledgements.state import ALL, LEADER, NONE, State
from nilometer_models.tlc.twin import compare

SMALL = Instance(MACHINE, ONE_LOSS)
START = next(SMALL.initial())


def taken(state: State, *steps: tuple[str, dict[str, int]]) -> State:
    for action, arguments in steps:
        state = SMALL.take(state, action, **arguments)
    return state


def answers(state: State) -> list[str]:
    return [sent.answer for sent in state.produced]


def test_the_rules_hold_and_everything_happens() -> None:
    run = explore(SMALL)
    assert run.holds, run.violations
    assert all(run.fired.values()), run.fired


@pytest.mark.parametrize(("acks", "answer"), [(NONE, "none"), (LEADER, "ok"), (ALL, "pending")])
def test_an_append_is_answered_by_its_acks(acks: int, answer: str) -> None:
    state = SMALL.take(START, "Produce", leader=1, acks=acks)
    assert answers(state) == [answer]
    assert state.replicas[0].log == (1,)


def test_acks_all_is_answered_when_the_high_watermark_has_passed_the_record() -> None:
    sent = taken(START, ("Produce", {"leader": 1, "acks": ALL}), ("Fetch", {"follower": 2, "leader": 1}))
    assert SMALL.why_not(sent, "Answer", record=1) == "the high watermark is below it"
    passed = SMALL.take(sent, "IncreaseHighWatermark", leader=1)
    assert answers(SMALL.take(passed, "Answer", record=1)) == ["ok"]
    shrunk = SMALL.take(passed, "Lose", follower=2)
    assert answers(SMALL.take(shrunk, "Answer", record=1)) == ["not_enough_replicas_after_append"]


def test_below_the_minimum_acks_all_is_refused_and_nothing_is_written() -> None:
    alone = SMALL.take(START, "Lose", follower=2)
    refused = SMALL.take(alone, "Produce", leader=1, acks=ALL)
    assert answers(refused) == ["not_enough_replicas"]
    assert refused.replicas[0].log == ()
    weak = SMALL.take(alone, "Produce", leader=1, acks=LEADER)
    assert weak.replicas[0].log == (1,)
    assert SMALL.why_not(weak, "IncreaseHighWatermark", leader=1) == "the ISR is below the minimum"


def test_a_deposed_leader_says_so_to_who_waits_and_cuts_its_log() -> None:
    state = taken(
        START, ("Produce", {"leader": 1, "acks": ALL}), ("ElectLeader", {"leader": 2}), ("Learn", {"follower": 2}),
        ("Learn", {"follower": 1}),
    )  # fmt: skip
    assert answers(state) == ["not_leader"]
    assert state.replicas[0].log == ()
    assert SMALL.why_not(state, "Answer", record=1) == "nobody waits for it"


def test_guards_say_why_a_step_is_not_possible() -> None:
    sent = SMALL.take(START, "Produce", leader=1, acks=LEADER)
    elected = SMALL.take(START, "ElectLeader", leader=2)
    assert SMALL.why_not(START, "Produce", leader=2, acks=NONE) == "it does not believe to lead"
    assert SMALL.why_not(START, "TimeOut", record=1) == "it was not sent"
    assert SMALL.why_not(START, "Learn", follower=2) == "it has heard"
    assert SMALL.why_not(sent, "Produce", leader=1, acks=NONE) == "bound: records"
    assert SMALL.why_not(sent, "IncreaseHighWatermark", leader=1) == "a member of the ISR does not have it"
    assert SMALL.why_not(elected, "Learn", follower=1) == "the leader has not taken over"
    assert SMALL.why_not(elected, "ShrinkIsr", leader=1, follower=2) == "it does not lead in the current epoch"


def test_what_acks_promise_is_shown_by_what_may_be_lost() -> None:
    run = explore(model(replicas=2, minimum=1, losses=1))
    assert run.holds, run.violations
    lost = run.witnesses["acks_all_loses_a_record"]
    assert "Lose" in [label.action for label in lost.labels]
    assert "acks_1_loses_a_record" in explore(model(replicas=2, losses=0)).witnesses


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, ONE_EPOCH._replace(losses=1)), MACHINE.module)
    assert twin.equal, twin
