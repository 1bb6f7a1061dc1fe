"""A metadata quorum at the grain of the protocol: a vote and a fetch read one replica and write another in one step.

Here are the elections; what a leader and its followers do is in `office.py`.

    elections  Prospect  Campaign  Vote  BecomeLeader  Follow
    leader     Write  IncreaseHighWatermark  CheckQuorum  Resign  AddVoter  RemoveVoter
    replica    Fetch  FetchSnapshot  Flush  Snapshot
    faults     Restart  Cut

Sources: KIP-595, KIP-630, KIP-853, KIP-996; `KafkaRaftClient.java`, `QuorumState.java`, `LeaderState.java`,
`AddVoterHandler.java`, `RemoveVoterHandler.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.metadata_quorum.state import (
    Config,
    Record,
    Replica,
    Rules,
    State,
    View,
    appended,
    hear,
    initial,
    is_up_to_date,
    majority,
    voters_of,
    with_replica,
)

MACHINE: Machine[Config, State, View] = Machine("metadata_quorum", initial, View, home=Path(__file__).parent)
NOBODY: frozenset[int] = frozenset()


def model(*, rules: Rules | None = None, **bounds: Any) -> Instance[Config, State, View]:
    """An instance with these bounds (fields of `Config`)."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def ids(c: Config) -> Iterable[int]:
    return range(1, c.replicas + 1)


def campaigner_ids(c: Config) -> Iterable[int]:
    return sorted(c.campaigners)


def own_voters(c: Config, replica: Replica) -> frozenset[int]:
    return voters_of(c, replica.log)


def not_leading(s: State, leader: int) -> str | None:
    return None if s.replicas[leader - 1].role == "leader" else "it does not lead"


# ------------------------------------------------------------------------------------------------- elections


@MACHINE.action("election", replica=campaigner_ids)
class Prospect:
    """The election or fetch time-out of a voter ends: it asks whether it would be elected (KIP-996)."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        one = s.replicas[replica - 1]
        if one.role not in ("unattached", "follower", "candidate"):
            return "it waits for no leader"
        if c.rules.voters_campaign and replica not in own_voters(c, one):
            return "it is no voter"
        return "bound: epochs" if one.epoch >= c.max_epoch else None

    @staticmethod
    def apply(_: Config, s: State, replica: int) -> State:
        return with_replica(s, replica, role="prospective")


def _would_vote(s: State, voter: int, candidate: int) -> bool:
    """A pre-vote comes from whoever does not lead and is not ahead: any follower's fetch may have timed out."""
    one, other = s.replicas[voter - 1], s.replicas[candidate - 1]
    return hear(s, voter, candidate) and one.role != "leader" and is_up_to_date(other.log, one.log)


@MACHINE.action("election", replica=campaigner_ids)
class Campaign:
    """A prospective voter that a majority would vote for begins a new epoch and votes for itself."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        one = s.replicas[replica - 1]
        if one.role != "prospective":
            return "it does not stand for election"
        voters = own_voters(c, one)
        willing = sum(voter == replica or _would_vote(s, voter, replica) for voter in voters)
        if willing < majority(voters):
            return "no majority would vote for it"
        return "bound: epochs" if one.epoch >= c.max_epoch else None

    @staticmethod
    def apply(_: Config, s: State, replica: int) -> State:
        epoch = s.replicas[replica - 1].epoch + 1
        return with_replica(
            s, replica, role="candidate", epoch=epoch, voted=replica, leader=None, granted=frozenset({replica})
        )


@MACHINE.action("election", voter=ids, candidate=campaigner_ids)
class Vote:
    """A replica hears a candidate, and votes for it: once in an epoch, and for nobody whose log is behind."""

    @staticmethod
    def why_not(c: Config, s: State, voter: int, candidate: int) -> str | None:
        one, other = s.replicas[voter - 1], s.replicas[candidate - 1]
        if other.role != "candidate":
            return "the other is no candidate"
        if not hear(s, voter, candidate):
            return "they do not hear each other"
        if one.epoch < other.epoch:
            return None
        if one.epoch > other.epoch:
            return "it is in a later epoch"
        return None if _votes(c, s, voter, candidate) else "it does not vote for it"

    @staticmethod
    def apply(c: Config, s: State, voter: int, candidate: int) -> State:
        other = s.replicas[candidate - 1]
        votes = _votes(c, s, voter, candidate)
        if s.replicas[voter - 1].epoch < other.epoch:
            s = entered(s, voter, other.epoch)
        if not votes:
            return s
        s = with_replica(s, voter, role="unattached", voted=candidate)
        return with_replica(s, candidate, granted=other.granted | {voter})


def _votes(c: Config, s: State, voter: int, candidate: int) -> bool:
    one, other = s.replicas[voter - 1], s.replicas[candidate - 1]
    if c.rules.log_up_to_date and not is_up_to_date(other.log, one.log):
        return False
    if one.epoch < other.epoch:
        return True
    is_free = one.role in ("unattached", "prospective") and one.leader is None
    return is_free and voter not in other.granted and (one.voted in (None, candidate) or not c.rules.one_vote)


def entered(s: State, r: int, epoch: int) -> State:
    """`r` has heard of a later epoch, and of nobody who leads in it."""
    unknown = (-1,) * len(s.replicas)
    return with_replica(
        s, r, role="unattached", epoch=epoch, voted=None, leader=None, granted=NOBODY, ends=unknown
    )  # fmt: skip


@MACHINE.action("election", replica=campaigner_ids)
class BecomeLeader:
    """A candidate with the votes of a majority leads, and appends the leader-change record of its epoch."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        one = s.replicas[replica - 1]
        if one.role != "candidate":
            return "it is no candidate"
        voters = own_voters(c, one)
        return None if len(one.granted & voters) >= majority(voters) else "it has no majority"

    @staticmethod
    def apply(c: Config, s: State, replica: int) -> State:
        s = with_replica(s, replica, role="leader", leader=replica, granted=NOBODY)
        return appended(c, s, replica, Record(s.replicas[replica - 1].epoch, "leader", 0, NOBODY))


@MACHINE.action("election", replica=ids, leader=campaigner_ids)
class Follow:
    """A replica hears of the leader of its epoch, or of a later one (BeginQuorumEpoch, or an answer to a fetch)."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int, leader: int) -> str | None:
        if (reason := not_leading(s, leader)) is not None:
            return reason
        if not hear(s, replica, leader):
            return "they do not hear each other"
        if replica in c.quiet:
            return "bound: quiet replicas"
        one, other = s.replicas[replica - 1], s.replicas[leader - 1]
        if one.epoch > other.epoch:
            return "it is in a later epoch"
        if one.epoch == other.epoch and one.role in ("follower", "leader", "resigned"):
            return "it knows who leads in this epoch"
        return None

    @staticmethod
    def apply(_: Config, s: State, replica: int, leader: int) -> State:
        one, epoch = s.replicas[replica - 1], s.replicas[leader - 1].epoch
        if one.epoch < epoch:
            s = entered(s, replica, epoch)
        return with_replica(s, replica, role="follower", leader=leader, granted=NOBODY)
