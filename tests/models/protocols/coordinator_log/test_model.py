"""Writing, failing over and loading, step by step."""

from __future__ import annotations

import pytest

from nilometer_models.machine import Label
from nilometer_models.protocols.coordinator_log import model
from nilometer_models.protocols.coordinator_log.state import State
from nilometer_models.traces import replay

SMALL = model(restarts=1, failures=1)


def walk(*steps: str) -> State:
    """`Write 1 put 1`: an action by name, and its arguments in their order."""
    labels = []
    for step in steps:
        name, *words = step.split()
        values: list[object] = [int(word) if word.isdigit() else word == "yes" if word in ("yes", "no") else word
                                for word in words]  # fmt: skip
        labels.append(Label(name, tuple(zip(SMALL.machine.action_named(name).domains, values, strict=True))))
    return replay(SMALL, labels).states[-1]


PUT = "Write 1 put 1"
COMMITTED = (PUT, "Replicate 2", "IncreaseHighWatermark 1")
DEPOSED = (PUT, "Elect 2", "BecomeLeader 2")


@pytest.mark.parametrize(
    ("steps", "action", "arguments", "reason"),
    [
        ((), "Write", {"broker": 2, "kind": "put", "key": 1}, "it does not coordinate"),
        ((), "Write", {"broker": 1, "kind": "remove", "key": 1}, "there is nothing to delete"),
        ((), "Acknowledge", {"broker": 1}, "nobody waits"),
        ((PUT,), "Acknowledge", {"broker": 1}, "the record is not committed"),
        ((*DEPOSED, "BecomeFollower 1"), "Acknowledge", {"broker": 1}, "it does not coordinate any more"),
        ((), "Load", {"broker": 1}, "it has a coordinator"),
        ((), "Load", {"broker": 2}, "it does not lead"),
        ((), "Unload", {"broker": 1}, "it coordinates"),
        (("Restart 1",), "Unload", {"broker": 1}, "it has no coordinator"),
        ((), "Elect", {"broker": 1}, "it leads already"),
        (("Elect 2",), "Elect", {"broker": 1}, "it has not followed the last leader: it is not in sync"),
        ((), "BecomeLeader", {"broker": 2}, "it was not elected"),
        (("Elect 2",), "BecomeFollower", {"broker": 1}, "the new leader has not taken over"),
        ((), "Replicate", {"broker": 1}, "it follows nobody in this epoch"),
        ((), "Replicate", {"broker": 2}, "there is nothing new"),
        ((PUT,), "IncreaseHighWatermark", {"broker": 1}, "both have no more"),
        (COMMITTED, "Compact", {"broker": 1, "tombstones": True}, "there is nothing to clean"),
    ],
)
def test_a_guard_says_why_a_step_is_not_possible(
    steps: tuple[str, ...], action: str, arguments: dict[str, object], reason: str
) -> None:
    assert SMALL.why_not(walk(*steps), action, **arguments) == reason


def test_a_client_hears_of_its_write_when_both_brokers_have_it() -> None:
    made = walk(*COMMITTED, "Acknowledge 1")
    assert made.acknowledged == (made.brokers[1].log[0],)


def test_a_failed_write_leaves_nothing_behind() -> None:
    assert walk("FailWrite 1 put 1").brokers == walk().brokers


def test_a_deposed_leader_cuts_what_its_successor_does_not_have() -> None:
    made = walk(*DEPOSED, "BecomeFollower 1", "Load 2", "Write 2 put 1", "Replicate 1")
    assert made.brokers[0].log == made.brokers[1].log == made.brokers[1].history
    assert made.brokers[0].coordinator is not None
    assert made.brokers[0].coordinator.memory != made.brokers[1].coordinator.memory  # type: ignore[union-attr]


def test_who_loads_a_compacted_log_knows_what_who_wrote_it_knew() -> None:
    made = walk(PUT, *COMMITTED, "Replicate 2", "IncreaseHighWatermark 1", "Compact 1 no")
    assert [record.offset for record in made.brokers[0].log] == [1]
    before = made.brokers[0].coordinator
    after = SMALL.take(SMALL.take(made, "Restart", broker=1), "Load", broker=1).brokers[0].coordinator
    assert before is not None
    assert after is not None
    assert after.memory == before.memory
