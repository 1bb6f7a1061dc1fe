"""Elections, step by step."""

from __future__ import annotations

import pytest

from nilometer_models.machine import Instance, Label
from nilometer_models.protocols.metadata_quorum import model
from nilometer_models.protocols.metadata_quorum.state import Config, State, View
from nilometer_models.traces import replay

SMALL = model(max_epoch=2, cuts=1)
ELECTED = ("Prospect 1", "Campaign 1", "Vote 2 1", "BecomeLeader 1")


def walk(*steps: str, small: Instance[Config, State, View] = SMALL) -> State:
    """`Vote 2 1`: an action by name, and its arguments in their order."""
    labels = []
    for step in steps:
        name, *values = step.split()
        domains = small.machine.action_named(name).domains
        labels.append(Label(name, tuple(zip(domains, map(int, values), strict=True))))
    return replay(small, labels).states[-1]


@pytest.mark.parametrize(
    ("steps", "action", "arguments", "reason"),
    [
        ((), "Campaign", {"replica": 1}, "it does not stand for election"),
        ((), "Vote", {"voter": 2, "candidate": 1}, "the other is no candidate"),
        ((), "BecomeLeader", {"replica": 1}, "it is no candidate"),
        ((), "Follow", {"replica": 2, "leader": 1}, "it does not lead"),
        (ELECTED[:1], "Prospect", {"replica": 1}, "it waits for no leader"),
        (ELECTED[:2], "BecomeLeader", {"replica": 1}, "it has no majority"),
        (ELECTED[:2], "Vote", {"voter": 1, "candidate": 1}, "they do not hear each other"),
        (ELECTED[:3], "Vote", {"voter": 2, "candidate": 1}, "it does not vote for it"),
        (("Cut 3", *ELECTED), "Follow", {"replica": 3, "leader": 1}, "they do not hear each other"),
        ((*ELECTED, "Follow 2 1"), "Follow", {"replica": 2, "leader": 1}, "it knows who leads in this epoch"),
    ],
)
def test_a_guard_says_why_a_step_is_not_possible(
    steps: tuple[str, ...], action: str, arguments: dict[str, int], reason: str
) -> None:
    assert SMALL.why_not(walk(*steps), action, **arguments) == reason


def test_an_observer_does_not_stand_for_election() -> None:
    small = model(replicas=2, voters=1)
    assert small.why_not(walk(small=small), "Prospect", replica=2) == "it is no voter"


def test_whoever_leads_begins_its_epoch_with_a_record() -> None:
    leader = walk(*ELECTED).replicas[0]
    assert (leader.role, leader.leader) == ("leader", 1)
    assert [(record.epoch, record.kind) for record in leader.log] == [(1, "leader")]


def test_nobody_campaigns_whose_log_a_majority_has_left_behind() -> None:
    made = walk(*ELECTED, "Follow 3 1", "Fetch 3 1", "Prospect 2")
    assert SMALL.why_not(made, "Campaign", replica=2) == "no majority would vote for it"


def test_a_leader_that_hears_a_candidate_of_a_later_epoch_is_none_any_more() -> None:
    made = walk(*ELECTED, "Follow 2 1", "Fetch 2 1", "Prospect 2", "Campaign 2", "Vote 1 2")
    assert [replica.role for replica in made.replicas] == ["unattached", "candidate", "unattached"]
    assert made.replicas[1].granted == {1, 2}
