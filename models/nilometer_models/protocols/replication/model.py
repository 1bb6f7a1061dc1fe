"""Replication at the grain of the protocol: a fetch reads the leader and writes the follower in one step.

    controller   ElectLeader  DropReplica           decides, and publishes what it has decided
    replica      BecomeLeader BecomeFollower        hears of a decision: late, twice, or never
    leader       Produce  IncreaseHighWatermark  ShrinkIsr  ExpandIsr
    follower     Fetch

A deposed leader goes on until it hears of its successor. Sources: KIP-101, KIP-279, KIP-320; `Partition.scala`,
`ReplicaFetcherThread.scala`, `LeaderEpochFileCache.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from nilometer_models.invariants import replication as goals
from nilometer_models.machine import Fair, Instance, Machine
from nilometer_models.protocols.replication.state import (
    Config,
    Decision,
    Entry,
    Rules,
    State,
    View,
    follows,
    initial,
    leads,
    log_end,
    truncation_offset,
    with_log,
    with_replica,
)

MACHINE: Machine[Config, State, View] = Machine("replication", initial, View, home=Path(__file__).parent)


def model(
    replicas: int = 3, log_size: int = 2, records: int = 2, max_epoch: int = 2, **rules: object
) -> Instance[Config, State, View]:
    """An instance with these bounds; `rules` are fields of `Rules`."""
    return Instance(MACHINE, Config(replicas, log_size, records, max_epoch, Rules(**rules)))  # type: ignore[arg-type]


def replica_ids(c: Config) -> Iterable[int]:
    return range(1, c.replicas + 1)


def epochs(c: Config) -> Iterable[int]:
    return range(c.max_epoch + 1)


def published(s: State, epoch: int) -> Decision | None:
    """The decision of that epoch, if it was made: there is one an epoch."""
    for decision in s.published:
        if decision.epoch == epoch:
            return decision
    return None


def _next_epoch(c: Config, s: State) -> str | None:
    return "bound: epochs" if s.decision.epoch >= c.max_epoch else None


def _decide(s: State, leader: int | None, isr: frozenset[int]) -> State:
    decision = Decision(leader, s.decision.epoch + 1, isr)
    return s._replace(decision=decision, published=s.published | {decision})


@MACHINE.action("controller", leader=replica_ids)
class ElectLeader:
    """The controller elects a leader from the ISR, in the next epoch."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if leader == s.decision.leader:
            return "it leads already"
        if c.rules.clean_election and leader not in s.decision.isr:
            return "it is not in the ISR"
        return _next_epoch(c, s)

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        isr = s.decision.isr if leader in s.decision.isr else frozenset({leader})
        return _decide(s, leader, isr)


@MACHINE.action("controller", replica=replica_ids)
class DropReplica:
    """The controller takes a failed replica out of the ISR, and out of office; the last member stays in the ISR."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        if replica not in s.decision.isr:
            return "it is not in the ISR"
        if s.decision.isr == {replica} and s.decision.leader != replica:
            return "the ISR has no other member"
        return _next_epoch(c, s)

    @staticmethod
    def apply(c: Config, s: State, replica: int) -> State:
        leader = None if s.decision.leader == replica and c.rules.drop_ends_office else s.decision.leader
        stays = c.rules.last_member_stays and s.decision.isr == {replica}
        return _decide(s, leader, s.decision.isr if stays else s.decision.isr - {replica})


def _has_heard(c: Config, s: State, replica: int, epoch: int) -> bool:
    """Is a decision of that epoch no news to the replica?"""
    known = s.replicas[replica - 1].epoch
    return epoch <= known if c.rules.old_decisions_ignored else epoch == known


@MACHINE.action("replica", epoch=epochs)
class BecomeLeader:
    """The elected replica hears of its election and takes over."""

    @staticmethod
    def why_not(c: Config, s: State, epoch: int) -> str | None:
        decision = published(s, epoch)
        if decision is None or decision.leader is None:
            return "nobody was elected in that epoch"
        if _has_heard(c, s, decision.leader, epoch):
            return "it has heard of this epoch"
        return None

    @staticmethod
    def apply(_: Config, s: State, epoch: int) -> State:
        decision = published(s, epoch)
        assert decision is not None
        leader = decision.leader
        assert leader is not None
        return with_replica(
            s, leader, epoch=decision.epoch, leader=leader, isr=decision.isr, epoch_start=log_end(s, leader)
        )


@MACHINE.action("replica", replica=replica_ids, epoch=epochs)
class BecomeFollower:
    """A replica hears of another one's election, and cuts its log to where it agrees with the new leader."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int, epoch: int) -> str | None:
        if _has_heard(c, s, replica, epoch):
            return "it has heard of this epoch"
        decision = published(s, epoch)
        if decision is None:
            return "nothing was decided in that epoch"
        if decision.leader == replica:
            return "it was elected itself"
        if decision.leader is None:
            return None
        if not leads(s, decision.leader):
            return "the new leader has not taken over"
        leader_epoch = s.replicas[decision.leader - 1].epoch
        if c.rules.truncation_fenced and leader_epoch != decision.epoch:
            return "the leader is in another epoch"
        return None

    @staticmethod
    def apply(c: Config, s: State, replica: int, epoch: int) -> State:
        decision = published(s, epoch)
        assert decision is not None
        if leads(s, replica) and not c.rules.deposed_leader_steps_down:
            return with_replica(s, replica, epoch=epoch)
        changes: dict[str, object] = {"epoch": decision.epoch, "leader": decision.leader, "isr": frozenset()}
        changes["epoch_start"] = 0
        if decision.leader is not None:
            offset = truncation_offset(c, s, replica, decision.leader)
            if offset < log_end(s, replica):
                s = with_log(s, replica, s.logs[replica - 1][:offset])
            if c.rules.truncation_lowers_high_watermark:
                changes["high_watermark"] = min(s.replicas[replica - 1].high_watermark, offset)
        return with_replica(s, replica, **changes)


@MACHINE.action("leader", leader=replica_ids)
class Produce:
    """A replica that believes to lead appends a new record."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if not leads(s, leader):
            return "it does not believe to lead"
        if s.written >= c.records:
            return "bound: records"
        return "bound: log slots" if log_end(s, leader) >= c.log_size else None

    @staticmethod
    def apply(c: Config, s: State, leader: int) -> State:
        log = s.logs[leader - 1]
        epoch = s.replicas[leader - 1].epoch
        if not c.rules.records_carry_leader_epoch:
            epoch = log[-1].epoch if log else 0
        return with_log(s, leader, (*log, Entry(s.written + 1, epoch)))._replace(written=s.written + 1)


def _one_epoch(c: Config, s: State, follower: int, leader: int) -> bool:
    """Do the two agree on the epoch, if fetches are fenced?"""
    return not c.rules.fetch_fenced or s.replicas[follower - 1].epoch == s.replicas[leader - 1].epoch


def _fetched(s: State, follower: int, leader: int) -> tuple[tuple[Entry, ...], int]:
    """The follower's log and high watermark after one fetch of at most one record."""
    own, theirs = s.logs[follower - 1], s.logs[leader - 1]
    log = (*own, theirs[len(own)]) if len(own) < len(theirs) else own
    return log, min(s.replicas[leader - 1].high_watermark, len(log))


@MACHINE.action("follower", follower=replica_ids, leader=replica_ids)
class Fetch:
    """A follower takes the next record from its leader, and the leader's high watermark as far as its log goes."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int, leader: int) -> str | None:
        if not follows(s, follower, leader):
            return "it does not follow that replica"
        if not leads(s, leader):
            return "the other does not believe to lead"
        if not _one_epoch(c, s, follower, leader):
            return "they are in different epochs"
        log, high_watermark = _fetched(s, follower, leader)
        if log == s.logs[follower - 1] and high_watermark <= s.replicas[follower - 1].high_watermark:
            return "there is nothing new"
        return None

    @staticmethod
    def apply(_: Config, s: State, follower: int, leader: int) -> State:
        log, high_watermark = _fetched(s, follower, leader)
        return with_replica(with_log(s, follower, log), follower, high_watermark=high_watermark)


def _counts(c: Config, s: State, leader: int, member: int, offset: int) -> bool:
    """Does `member` count as holding `offset` for the leader's high watermark?"""
    if member == leader:
        return True
    if not follows(s, member, leader):
        return False
    if c.rules.high_watermark_fenced and s.replicas[member - 1].epoch != s.replicas[leader - 1].epoch:
        return False
    return log_end(s, member) > offset


def _falls_back(c: Config, s: State, leader: int) -> bool:
    """Does the leader give up its high watermark, because a member of its ISR has not yet said that it holds it?"""
    last = s.replicas[leader - 1].high_watermark - 1
    if c.rules.high_watermark_only_grows or last < 0:
        return False
    return not all(_counts(c, s, leader, member, last) for member in s.replicas[leader - 1].isr)


@MACHINE.action("leader", leader=replica_ids)
class IncreaseHighWatermark:
    """The leader moves its high watermark over a record that its whole ISR holds."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if not leads(s, leader):
            return "it does not believe to lead"
        if _falls_back(c, s, leader):
            return None
        offset = s.replicas[leader - 1].high_watermark
        if offset >= log_end(s, leader):
            return "the high watermark is at the end"
        if not c.rules.high_watermark_waits_for_isr:
            return None
        missing = [m for m in sorted(s.replicas[leader - 1].isr) if not _counts(c, s, leader, m, offset)]
        return f"replica {missing[0]} does not hold offset {offset}" if missing else None

    @staticmethod
    def apply(c: Config, s: State, leader: int) -> State:
        step = -1 if _falls_back(c, s, leader) else 1
        return with_replica(s, leader, high_watermark=s.replicas[leader - 1].high_watermark + step)


def _may_change_isr(c: Config, s: State, leader: int) -> str | None:
    if not leads(s, leader):
        return "it does not believe to lead"
    if not c.rules.isr_change_fenced:
        return None
    if s.decision.leader != leader or s.decision.epoch != s.replicas[leader - 1].epoch:
        return "it does not lead in the current epoch"
    return None


def _change_isr(s: State, leader: int, isr: frozenset[int]) -> State:
    return with_replica(s, leader, isr=isr)._replace(decision=s.decision._replace(isr=isr))


@MACHINE.action("leader", leader=replica_ids, follower=replica_ids)
class ShrinkIsr:
    """The leader takes a follower that is behind out of the ISR."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int, follower: int) -> str | None:
        if follower == leader:
            return "a leader stays in its ISR"
        if follower not in s.replicas[leader - 1].isr:
            return "it is not in the ISR"
        if (reason := _may_change_isr(c, s, leader)) is not None:
            return reason
        if follows(s, follower, leader) and log_end(s, follower) >= log_end(s, leader):
            return "it has caught up"
        return None

    @staticmethod
    def apply(_: Config, s: State, leader: int, follower: int) -> State:
        return _change_isr(s, leader, s.replicas[leader - 1].isr - {follower})


@MACHINE.action("leader", leader=replica_ids, follower=replica_ids)
class ExpandIsr:
    """The leader adds a follower that holds everything that may be committed."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int, follower: int) -> str | None:
        if follower in s.replicas[leader - 1].isr:
            return "it is in the ISR"
        if (reason := _may_change_isr(c, s, leader)) is not None:
            return reason
        if not follows(s, follower, leader):
            return "it does not follow that replica"
        if not _one_epoch(c, s, follower, leader):
            return "the follower has not seen the current epoch"
        end = log_end(s, follower)
        if c.rules.expand_waits_for_high_watermark and end < s.replicas[leader - 1].high_watermark:
            return "the follower is below the high watermark"
        if c.rules.expand_waits_for_epoch_start and end < s.replicas[leader - 1].epoch_start:
            return "the follower has not reached the leader's epoch start"
        return None

    @staticmethod
    def apply(_: Config, s: State, leader: int, follower: int) -> State:
        return _change_isr(s, leader, s.replicas[leader - 1].isr | {follower})


# Properties. The goals of `invariants/replication.py` in a form that is fast on states; a test holds both together.


@MACHINE.invariant("R1", "V2")
def committed_within_isr(view: View) -> bool:
    """Everything below the high watermark of a replica that believes to lead is on every member of the ISR, equal."""
    s = view.state
    for index, replica in enumerate(s.replicas, start=1):
        if replica.leader == index and replica.high_watermark:
            committed = s.logs[index - 1][: replica.high_watermark]
            is_held = [s.logs[member - 1][: replica.high_watermark] == committed for member in s.decision.isr]
            if not all(is_held) or (is_held and len(committed) < replica.high_watermark):
                return False
    return True


@MACHINE.invariant("L1", "R10")
def log_matching(view: View) -> bool:
    """Where two logs have the same leader epoch at an offset, they have the same record there."""
    logs = view.state.logs
    for index, log in enumerate(logs):
        for further in logs[index + 1 :] if log else ():
            for one, other in zip(log, further, strict=False):
                if one.record != other.record and one.epoch == other.epoch:
                    return False
    return True


@MACHINE.invariant("L11", "V2")
def high_watermark_within_log(view: View) -> bool:
    """A replica's high watermark never lies beyond its log end offset."""
    for replica, log in zip(view.state.replicas, view.state.logs, strict=True):
        if replica.high_watermark > len(log):
            return False
    return True


@MACHINE.invariant("R6")
def epochs_never_fall_along_log(view: View) -> bool:
    """Leader epochs never fall along a log."""
    return all(before.epoch <= after.epoch for log in view.state.logs for before, after in pairwise(log))


@MACHINE.invariant("R4")
def one_leader_per_epoch(view: View) -> bool:
    """No two replicas believe to lead in the same epoch."""
    epochs = [r.epoch for index, r in enumerate(view.state.replicas, start=1) if r.leader == index]
    return len(epochs) < 2 or len(epochs) == len(set(epochs))


@MACHINE.invariant("R8")
def leader_within_isr(view: View) -> bool:
    """The leader that the controller has recorded, if there is one, is in the ISR."""
    return view.state.decision.leader is None or view.state.decision.leader in view.state.decision.isr


@MACHINE.invariant("R8")
def isr_not_empty(view: View) -> bool:
    """The ISR has a member: without eligible leader replicas nobody could be elected from an empty one."""
    return bool(view.state.decision.isr)


@MACHINE.step_property("V1")
def high_watermark_of_a_leader_never_falls(before: View, after: View) -> bool:
    """While a replica leads in an epoch, its high watermark does not go back."""
    for index, (old, new) in enumerate(zip(before.state.replicas, after.state.replicas, strict=True), start=1):
        leads_on = old is not new and old.leader == new.leader == index and old.epoch == new.epoch
        if leads_on and new.high_watermark < old.high_watermark:
            return False
    return True


@MACHINE.step_property("R5")
def leader_epochs_grow(before: View, after: View) -> bool:
    """Neither the controller's epoch nor any replica's goes back."""
    for old, new in zip(before.state.replicas, after.state.replicas, strict=True):
        if old.epoch > new.epoch:
            return False
    return before.state.decision.epoch <= after.state.decision.epoch


_HEARD_AND_FETCHED = [
    Fair(action, each=[]) for action in ("BecomeLeader", "BecomeFollower", "Fetch", "IncreaseHighWatermark")
]


@MACHINE.leads_to("R10", "V7", fair=_HEARD_AND_FETCHED)
def followers_come_to_equal_the_leader(view: View) -> tuple[bool, bool]:
    """When nobody is elected any more, all logs become equal and wholly committed, whatever they were."""
    s = view.state
    is_last = s.decision.leader is not None and s.decision.epoch == view.config.max_epoch
    log = s.logs[0]
    return is_last, all(other == log for other in s.logs) and all(r.high_watermark == len(log) for r in s.replicas)


@MACHINE.witness("R7")
def two_replicas_believe_to_lead(view: View) -> bool:
    """A deposed leader has not heard of its successor."""
    return sum(view.believes_to_lead(r) for r in view.replicas) > 1


@MACHINE.witness("R10")
def logs_diverge(view: View) -> bool:
    """A zombie has written where its successor has written something else."""
    logs = [log for log in view.state.logs if log]
    return any(one[0] != other[0] for one in logs for other in logs)


@MACHINE.witness("R6")
def a_log_of_two_epochs(view: View) -> bool:
    """A log holds records of two leaders."""
    return any(len({entry.epoch for entry in log}) > 1 for log in view.state.logs)


@MACHINE.witness("R10")
def a_written_record_is_gone(view: View) -> bool:
    """What a deposed leader wrote was cut off again, and is in no log."""
    return len({entry.record for log in view.state.logs for entry in log}) < view.state.written


@MACHINE.witness("R6")
def a_suffix_of_two_epochs_diverges(view: View) -> bool:
    """Two logs differ from their first record on, and one of them has records of two leaders (KIP-279)."""
    pairs = [(one, other) for one in view.state.logs for other in view.state.logs if one and other]
    return any(one[0].epoch not in (one[-1].epoch, other[0].epoch) for one, other in pairs)


@MACHINE.witness("R8")
def an_isr_of_one_has_grown(view: View) -> bool:
    """The controller had left one member in the ISR of this epoch; the leader has added others since."""
    decision = view.state.decision
    began = next((made.isr for made in view.state.published if made.epoch == decision.epoch), decision.isr)
    return len(began) == 1 < len(decision.isr)


@MACHINE.witness("V1")
def a_new_leader_below_the_committed_end(view: View) -> bool:
    """A new leader's high watermark is below what its predecessor had committed (KIP-207)."""
    s = view.state
    leader = s.decision.leader
    if leader is None or s.replicas[leader - 1].epoch != s.decision.epoch:
        return False
    return any(r.high_watermark > s.replicas[leader - 1].high_watermark for r in s.replicas)


GOALS = {
    "committed_within_isr": goals.committed_within_isr,
    "log_matching": goals.log_matching,
    "high_watermark_within_log": goals.high_watermark_within_log,
    "epochs_never_fall_along_log": goals.epochs_never_fall_along_log,
    "one_leader_per_epoch": goals.one_leader_per_epoch,
    "leader_within_isr": goals.leader_within_isr,
    "isr_not_empty": goals.isr_not_empty,
}
"""The text that is proved, by the name of the invariant that the explorer evaluates."""

STEP_GOALS = {
    "high_watermark_of_a_leader_never_falls": goals.high_watermark_of_a_leader_never_falls,
    "leader_epochs_grow": goals.leader_epochs_grow,
}
"""The same of steps."""
