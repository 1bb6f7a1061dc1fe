"""The log, the high watermark, the voter set, snapshots, and what befalls replicas."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.metadata_quorum import model
from nilometer_models.protocols.metadata_quorum.office import replicated
from tests.models.protocols.metadata_quorum.test_model import walk

LED = model(max_epoch=2, records=1, changes=2, crashes=1, cuts=1, snapshots=1, begun=True)
GROWING = model(replicas=2, voters=1, max_epoch=1, changes=2, snapshots=1, begun=True, campaigners=frozenset({1}))
COMMITTED = ("Flush 1", "Follow 2 1", "Fetch 2 1", "Fetch 2 1", "IncreaseHighWatermark 1")


@pytest.mark.parametrize(
    ("steps", "action", "arguments", "reason"),
    [
        ((), "Write", {"leader": 2}, "it does not lead"),
        ((), "Fetch", {"replica": 2, "leader": 1}, "it does not follow that replica"),
        (("Flush 1",), "Flush", {"replica": 1}, "everything is flushed"),
        (("Flush 1",), "IncreaseHighWatermark", {"leader": 1}, "no majority holds more"),
        ((), "RemoveVoter", {"leader": 1, "voter": 2}, "no record of its epoch is committed"),
        (COMMITTED, "AddVoter", {"leader": 1, "voter": 2}, "it is a voter"),
        ((*COMMITTED, "RemoveVoter 1 3"), "RemoveVoter", {"leader": 1, "voter": 2}, "the last change is not committed"),
        (("Follow 2 1",), "CheckQuorum", {"leader": 1}, "a majority fetches"),
        ((), "Resign", {"leader": 1}, "it is a voter"),
        ((), "LeaveOffice", {"replica": 1}, "it has not resigned"),
        ((), "Snapshot", {"replica": 1}, "there is nothing new below the high watermark"),
        (("Restart 1",), "Restart", {"replica": 2}, "bound: crashes"),
        (("Cut 1",), "Cut", {"replica": 1}, "it hears nobody"),
    ],
)
def test_a_guard_says_why_a_step_is_not_possible(
    steps: tuple[str, ...], action: str, arguments: dict[str, int], reason: str
) -> None:
    assert LED.why_not(walk(*steps, small=LED), action, **arguments) == reason


def test_a_fetch_tells_how_far_the_one_before_has_brought_the_follower() -> None:
    first = walk("Follow 2 1", "Fetch 2 1", small=LED)
    assert (len(first.replicas[1].log), replicated(first, 1, 2)) == (1, 0)
    assert replicated(walk("Follow 2 1", "Fetch 2 1", "Fetch 2 1", small=LED), 1, 2) == 1


def test_what_is_committed_is_the_log_below_the_high_watermark() -> None:
    made = walk(*COMMITTED, small=LED)
    assert made.committed == made.replicas[0].log
    assert made.replicas[0].high_watermark == 1


def test_a_leader_comes_back_resigned_and_without_what_was_not_flushed() -> None:
    made = walk("Restart 1", small=LED).replicas[0]
    assert (made.role, made.epoch, made.log) == ("resigned", 1, ())
    assert walk("Flush 1", "Restart 1", "LeaveOffice 1", small=LED).replicas[0].epoch == 2


def test_a_leader_that_has_removed_itself_leads_until_that_is_committed() -> None:
    made = walk(*COMMITTED, "RemoveVoter 1 1", "Flush 1", small=LED)
    assert LED.why_not(made, "Resign", leader=1) == "it is a voter"
    followed = (
        "Fetch 2 1",
        "Fetch 2 1",
        "Follow 3 1",
        "Fetch 3 1",
        "Fetch 3 1",
        "Fetch 3 1",
        "IncreaseHighWatermark 1",
    )
    made = walk(*COMMITTED, "RemoveVoter 1 1", "Flush 1", *followed, small=LED)
    assert LED.take(made, "Resign", leader=1).replicas[0].role == "resigned"


def test_an_observer_that_begins_late_takes_the_snapshot_and_becomes_a_voter() -> None:
    made = walk("IncreaseHighWatermark 1", "Snapshot 1", "Follow 2 1", small=GROWING)
    assert GROWING.why_not(made, "Fetch", replica=2, leader=1) == "the leader's log begins later: it needs the snapshot"
    made = GROWING.take(made, "FetchSnapshot", replica=2, leader=1)
    assert (made.replicas[1].start, made.replicas[1].snapshot) == (1, 1)
    assert GROWING.why_not(made, "AddVoter", leader=1, voter=2) == "it has not caught up"
    made = GROWING.take(GROWING.take(made, "Fetch", replica=2, leader=1), "AddVoter", leader=1, voter=2)
    assert GROWING.why_not(made, "IncreaseHighWatermark", leader=1) == "no majority holds more"
