"""A producer sends a record with acks=0, 1 or all, and is told something; what that is worth shows later.

    acks   appended                       answered
    0      always                         never
    1      always                         after the leader's append
    all    if the ISR has the minimum,    when the high watermark has passed the record,
           else NOT_ENOUGH_REPLICAS       or NOT_ENOUGH_REPLICAS_AFTER_APPEND if the ISR is below the minimum by then
    all    the leader is deposed: NOT_LEADER_OR_FOLLOWER; the producer waits no longer: nobody knows

    producer     Produce  TimeOut
    leader       Answer  IncreaseHighWatermark  ShrinkIsr  ExpandIsr
    replica      Learn  Fetch
    controller   ElectLeader
    environment  Lose

Sources: KIP-966, KIP-320; `Partition.scala` (appendRecordsToLeader, checkEnoughReplicasReachOffset), `DelayedProduce`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.acknowledgements.state import (
    ALL,
    LEADER,
    NONE,
    Config,
    Produced,
    Replica,
    Rules,
    State,
    View,
    all_answered,
    common_end,
    effective_minimum,
    electable,
    follows,
    has_minimum,
    initial,
    leads,
    replica,
    with_answer,
    with_isr,
    with_replica,
)

MACHINE: Machine[Config, State, View] = Machine("acknowledgements", initial, View, home=Path(__file__).parent)


def model(
    replicas: int = 3, minimum: int = 2, records: int = 1, max_epoch: int = 1, losses: int = 0, **rules: object
) -> Instance[Config, State, View]:
    """An instance with these bounds; `rules` are fields of `Rules`."""
    return Instance(MACHINE, Config(replicas, minimum, records, max_epoch, losses, Rules(**rules)))  # type: ignore[arg-type]


def replica_ids(c: Config) -> Iterable[int]:
    return range(1, c.replicas + 1)


def record_ids(c: Config) -> Iterable[int]:
    return range(1, c.records + 1)


def acks_values(_: Config) -> Iterable[int]:
    return (NONE, LEADER, ALL)


# ------------------------------------------------------------------------------------------ the controller


@MACHINE.action("controller", leader=replica_ids)
class ElectLeader:
    """The controller elects another leader, in the next epoch."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if leader == s.controller.leader:
            return "it leads already"
        if leader not in electable(c, s.controller):
            return "it may have lost committed records"
        return "bound: epochs" if s.controller.epoch >= c.max_epoch else None

    @staticmethod
    def apply(c: Config, s: State, leader: int) -> State:
        isr = s.controller.isr if leader in s.controller.isr else frozenset({leader})
        # Who is elected uncleanly is the only one that is known to agree with itself.
        lost = frozenset() if leader in s.controller.isr | s.controller.elr else s.controller.elr | s.controller.isr
        after = with_isr(c, s.controller, isr, lost)
        return s._replace(controller=after._replace(leader=leader, epoch=after.epoch + 1, last_leader=leader))


@MACHINE.action("replica", follower=replica_ids)
class Learn:
    """A replica hears who leads: it takes over, or cuts its log to where it agrees with the leader."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        leader, epoch = s.controller.leader, s.controller.epoch
        if leader is None:
            return "nobody leads"
        if replica(s, follower).epoch >= epoch:
            return "it has heard"
        if leader != follower and not (leads(s, leader) and replica(s, leader).epoch == epoch):
            return "the leader has not taken over"
        return None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        leader, epoch = s.controller.leader, s.controller.epoch
        assert leader is not None
        own = replica(s, follower)
        if leader == follower:
            return with_replica(s, follower, epoch=epoch, leader=leader, isr=s.controller.isr, epoch_start=len(own.log))
        if c.rules.deposed_leader_tells:
            s = all_answered(s, follower, "not_leader")
        end = common_end(own.log, replica(s, leader).log)
        return with_replica(
            s, follower, log=own.log[:end], high_watermark=min(own.high_watermark, end), epoch=epoch, leader=leader,
            isr=frozenset(), epoch_start=0,
        )  # fmt: skip


@MACHINE.action("fault", follower=replica_ids)
class Lose:
    """A replica restarts without its log. The controller takes it out of ISR, ELR and office."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        if s.losses >= c.losses:
            return "bound: losses"
        if s.controller.leader == follower and s.controller.epoch >= c.max_epoch:
            return "bound: epochs"
        return None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        gone = frozenset({follower})
        controller = with_isr(c, s.controller, s.controller.isr - gone, gone)
        leader = controller.leader
        if leader == follower:
            controller = controller._replace(leader=None, epoch=controller.epoch + 1)
        elif leader is not None and leads(s, leader) and replica(s, leader).epoch == controller.epoch:
            s = with_replica(s, leader, isr=controller.isr)
        s = all_answered(s, follower, "unknown")._replace(controller=controller, losses=s.losses + 1)
        return _with(s, follower, Replica((), 0, -1, None, frozenset(), 0))


def _with(s: State, r: int, made: Replica) -> State:
    return s._replace(replicas=(*s.replicas[: r - 1], made, *s.replicas[r:]))


# ------------------------------------------------------------------------------------------ producers


@MACHINE.action("producer", leader=replica_ids, acks=acks_values)
class Produce:
    """A producer sends the next record to a replica that believes to lead."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int, _acks: int) -> str | None:
        if not leads(s, leader):
            return "it does not believe to lead"
        return "bound: records" if len(s.produced) >= c.records else None

    @staticmethod
    def apply(c: Config, s: State, leader: int, acks: int) -> State:
        own = replica(s, leader)
        refused = acks == ALL and c.rules.minimum_checked_before and not has_minimum(c, own.isr)
        waits = acks == ALL and c.rules.all_waits_for_high_watermark
        answer = "none" if acks == NONE else "pending" if waits else "ok"
        sent = Produced(acks, leader, len(own.log) + 1, "not_enough_replicas" if refused else answer)
        after = s._replace(produced=(*s.produced, sent))
        if refused and c.rules.refused_is_not_appended:
            return after
        return with_replica(after, leader, log=(*own.log, len(s.produced) + 1))


def _waits(s: State, record: int) -> str | None:
    if record > len(s.produced):
        return "it was not sent"
    return None if s.produced[record - 1].answer == "pending" else "nobody waits for it"


@MACHINE.action("producer", record=record_ids)
class TimeOut:
    """A producer waits no longer; the record may be there or not."""

    @staticmethod
    def why_not(_: Config, s: State, record: int) -> str | None:
        return _waits(s, record)

    @staticmethod
    def apply(_: Config, s: State, record: int) -> State:
        return with_answer(s, record, "unknown")


@MACHINE.action("leader", record=record_ids)
class Answer:
    """The leader's high watermark has passed a record that was sent with acks=all, and it says so."""

    @staticmethod
    def why_not(_: Config, s: State, record: int) -> str | None:
        if (reason := _waits(s, record)) is not None:
            return reason
        sent = s.produced[record - 1]
        if not leads(s, sent.leader):
            return "it leads no more"
        return None if replica(s, sent.leader).high_watermark >= sent.end else "the high watermark is below it"

    @staticmethod
    def apply(c: Config, s: State, record: int) -> State:
        isr = replica(s, s.produced[record - 1].leader).isr
        is_enough = has_minimum(c, isr) or not c.rules.minimum_checked_after
        return with_answer(s, record, "ok" if is_enough else "not_enough_replicas_after_append")


# ------------------------------------------------------------------------------------------ leaders and followers


def _fetched(s: State, follower: int, leader: int) -> tuple[tuple[int, ...], int]:
    """The follower's log and high watermark after one fetch of at most one record."""
    log = replica(s, leader).log[: len(replica(s, follower).log) + 1]
    return log, max(replica(s, follower).high_watermark, min(replica(s, leader).high_watermark, len(log)))


@MACHINE.action("follower", follower=replica_ids, leader=replica_ids)
class Fetch:
    """A follower takes the next record from its leader, and the high watermark as far as its log goes."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int, leader: int) -> str | None:
        if not follows(s, follower, leader):
            return "it does not follow that replica in one epoch"
        own = replica(s, follower)
        return "there is nothing new" if _fetched(s, follower, leader) == (own.log, own.high_watermark) else None

    @staticmethod
    def apply(_: Config, s: State, follower: int, leader: int) -> State:
        log, high_watermark = _fetched(s, follower, leader)
        return with_replica(s, follower, log=log, high_watermark=high_watermark)


@MACHINE.action("leader", leader=replica_ids)
class IncreaseHighWatermark:
    """The leader moves its high watermark over a record that its whole ISR has, if the ISR has the minimum."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        own = replica(s, leader)
        if not leads(s, leader):
            return "it does not believe to lead"
        if own.high_watermark >= len(own.log):
            return "the high watermark is at the end"
        if c.rules.minimum_holds_high_watermark and not has_minimum(c, own.isr):
            return "the ISR is below the minimum"
        others = own.isr - {leader}
        if not all(follows(s, m, leader) and len(replica(s, m).log) > own.high_watermark for m in others):
            return "a member of the ISR does not have it"
        return None

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        return with_replica(s, leader, high_watermark=replica(s, leader).high_watermark + 1)


def _may_change_isr(s: State, leader: int, follower: int) -> str | None:
    if leader == follower or not leads(s, leader):
        return "it does not lead the other"
    if s.controller.leader != leader or s.controller.epoch != replica(s, leader).epoch:
        return "it does not lead in the current epoch"
    return None


def _change_isr(c: Config, s: State, leader: int, isr: frozenset[int]) -> State:
    return with_replica(s, leader, isr=isr)._replace(controller=with_isr(c, s.controller, isr))


@MACHINE.action("leader", leader=replica_ids, follower=replica_ids)
class ShrinkIsr:
    """The leader takes a follower that is behind out of the ISR."""

    @staticmethod
    def why_not(_: Config, s: State, leader: int, follower: int) -> str | None:
        if follower not in replica(s, leader).isr:
            return "it is no member"
        if (reason := _may_change_isr(s, leader, follower)) is not None:
            return reason
        is_behind = not follows(s, follower, leader) or len(replica(s, follower).log) < len(replica(s, leader).log)
        return None if is_behind else "it has caught up"

    @staticmethod
    def apply(c: Config, s: State, leader: int, follower: int) -> State:
        return _change_isr(c, s, leader, replica(s, leader).isr - {follower})


@MACHINE.action("leader", leader=replica_ids, follower=replica_ids)
class ExpandIsr:
    """The leader adds a follower that has everything that may be committed."""

    @staticmethod
    def why_not(_: Config, s: State, leader: int, follower: int) -> str | None:
        own = replica(s, leader)
        if follower in own.isr:
            return "it is a member"
        if (reason := _may_change_isr(s, leader, follower)) is not None:
            return reason
        if not follows(s, follower, leader):
            return "it does not follow that replica in one epoch"
        if len(replica(s, follower).log) < max(own.high_watermark, own.epoch_start):
            return "it has not reached the high watermark and the leader's epoch start"
        return None

    @staticmethod
    def apply(c: Config, s: State, leader: int, follower: int) -> State:
        return _change_isr(c, s, leader, replica(s, leader).isr | {follower})


# ------------------------------------------------------------------------------------------ properties


@MACHINE.invariant("R1", "V3")
def acked_is_committed(view: View) -> bool:
    """What was acknowledged with acks=all is on all who may be elected, if fewer than the minimum lost records."""
    s = view.state
    members = s.controller.isr | s.controller.elr
    acked = set(view.acknowledged(ALL))
    return not view.is_tolerable or all(acked <= set(replica(s, member).log) for member in members)


@MACHINE.invariant("R1")
def acked_not_lost(view: View) -> bool:
    """… and in the log of whoever leads in the current epoch."""
    s = view.state
    leader = s.controller.leader
    if not view.is_tolerable or leader is None or replica(s, leader).epoch != s.controller.epoch:
        return True
    return set(view.acknowledged(ALL)) <= set(replica(s, leader).log)


@MACHINE.invariant("R13")
def refused_is_absent(view: View) -> bool:
    """What was refused with NOT_ENOUGH_REPLICAS is in no log."""
    s = view.state
    there = {record for one in s.replicas for record in one.log}
    refused = {n for n, sent in enumerate(s.produced, start=1) if sent.answer == "not_enough_replicas"}
    return not refused & there


@MACHINE.step_property("R3")
def nothing_is_acked_below_the_minimum(before: View, after: View) -> bool:
    """acks=all is acknowledged only by a leader whose ISR has the minimum."""
    new = after.state
    return all(
        len(replica(new, new.produced[record - 1].leader).isr) >= effective_minimum(after.config)
        for record in set(after.acknowledged(ALL)) - set(before.acknowledged(ALL))
    )


@MACHINE.step_property("R3")
def nothing_is_appended_below_the_minimum(before: View, after: View) -> bool:
    """acks=all is appended only by a leader whose ISR has the minimum."""
    old, new = before.state, after.state
    if len(new.produced) == len(old.produced) or new.produced[-1].acks != ALL:
        return True
    leader = new.produced[-1].leader
    is_appended = len(new.produced) in replica(new, leader).log
    return not is_appended or len(replica(old, leader).isr) >= effective_minimum(after.config)


@MACHINE.witness("R1")
def acks_1_loses_a_record(view: View) -> bool:
    """The leader has said that it has a record, and is deposed before anybody else has."""
    s = view.state
    there = {record for one in s.replicas for record in one.log}
    return not set(view.acknowledged(LEADER)) <= there


@MACHINE.witness("R1")
def acks_all_loses_a_record(view: View) -> bool:
    """With a minimum of 1 the ISR may be the leader alone, which may lose its log."""
    there = {record for one in view.state.replicas for record in one.log}
    return not set(view.acknowledged(ALL)) <= there


@MACHINE.witness("R3")
def an_error_for_a_record_that_is_read(view: View) -> bool:
    """NOT_ENOUGH_REPLICAS_AFTER_APPEND does not mean that the record is absent: consumers read it."""
    s = view.state
    return any(
        sent.answer == "not_enough_replicas_after_append" and number in one.log[: one.high_watermark]
        for number, sent in enumerate(s.produced, start=1)
        for one in s.replicas
    )


@MACHINE.witness("R3")
def a_record_is_refused(view: View) -> bool:
    """The ISR is below the minimum."""
    return any(sent.answer == "not_enough_replicas" for sent in view.state.produced)
