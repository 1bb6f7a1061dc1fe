"""Brokers stop, crash with a loss and come back; the controller keeps track of who still has every committed record.

    broker       Register  Produce  Fetch  IncreaseHighWatermark  ShrinkIsr  ExpandIsr
    controller   Fence  Unfence                (and, with each of these and with Register, the election: state.py)
    environment  Stop  Crash

Sources: KIP-966, KIP-841; `PartitionChangeBuilder.java`, `ReplicationControlManager.java`,
`ClusterControlManager.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.eligible_leaders.state import (
    Broker,
    Config,
    Rules,
    State,
    View,
    active,
    changed,
    effective_minimum,
    initial,
    is_up,
    log,
    with_broker,
)

MACHINE: Machine[Config, State, View] = Machine("eligible_leaders", initial, View, home=Path(__file__).parent)


def model(
    replicas: int = 3, minimum: int = 2, records: int = 1, stops: int = 1, crashes: int = 1, fences: int = 1,
    **rules: object,
) -> Instance[Config, State, View]:  # fmt: skip
    """An instance with these bounds; `rules` are fields of `Rules`."""
    config = Config(replicas, minimum, records, stops, crashes, fences, Rules(**rules))  # type: ignore[arg-type]
    return Instance(MACHINE, config)


def replica_ids(c: Config) -> Iterable[int]:
    return range(1, c.replicas + 1)


def _leader(s: State) -> int | None:
    """The leader, if it is there to act."""
    leader = s.partition.leader
    return leader if leader is not None and is_up(s, leader) else None


# -------------------------------------------------------------------------------- brokers go and come


@MACHINE.action("fault", replica=replica_ids)
class Stop:
    """A broker stops cleanly: its log is flushed, and it leaves a mark with its broker epoch."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        if not is_up(s, replica):
            return "it is down"
        return "bound: stops" if s.stops >= c.stops else None

    @staticmethod
    def apply(_: Config, s: State, replica: int) -> State:
        return with_broker(s, replica, Broker(log(s, replica), "stopped"))._replace(stops=s.stops + 1)


@MACHINE.action("fault", replica=replica_ids)
class Crash:
    """A broker ends without having flushed its log."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        if not is_up(s, replica):
            return "it is down"
        return "bound: crashes" if s.crashes >= c.crashes else None

    @staticmethod
    def apply(_: Config, s: State, replica: int) -> State:
        return with_broker(s, replica, Broker(log(s, replica), "crashed"))._replace(crashes=s.crashes + 1)


def _bumped(s: State, replica: int) -> State:
    epochs = s.broker_epochs
    return s._replace(broker_epochs=(*epochs[: replica - 1], epochs[replica - 1] + 1, *epochs[replica:]))


@MACHINE.action("broker", replica=replica_ids)
class Register:
    """A broker comes back, fenced and out of the ISR; of the ELR, too, unless it stopped cleanly. Or it is still up."""

    @staticmethod
    def why_not(*_: object) -> str | None:
        return None

    @staticmethod
    def apply(c: Config, s: State, replica: int) -> State:
        broker = s.brokers[replica - 1]
        if broker.status == "up":
            return s if c.rules.restarts_bump_epoch_only else _bumped(s, replica)
        is_clean = broker.status == "stopped" or not c.rules.unclean_stop_detected
        gone = frozenset({replica})
        able = active(c, s) - gone
        after = changed(c, s, s.partition.isr - gone, able, frozenset() if is_clean else gone)
        records = () if broker.status == "crashed" else broker.log
        after = with_broker(after, replica, Broker(records, "up"))
        return _bumped(after, replica)._replace(fenced=s.fenced | gone)


@MACHINE.action("controller", replica=replica_ids)
class Fence:
    """The controller does not hear from a broker, which may be up or down."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        if replica in s.fenced:
            return "it is fenced"
        return "bound: fences" if s.fences >= c.fences else None

    @staticmethod
    def apply(c: Config, s: State, replica: int) -> State:
        fenced = s._replace(fenced=s.fenced | {replica}, fences=s.fences + 1)
        return changed(c, fenced, s.partition.isr - {replica}, active(c, fenced))


@MACHINE.action("controller", replica=replica_ids)
class Unfence:
    """The controller hears from a fenced broker; if nobody leads, it may be elected."""

    @staticmethod
    def why_not(_: Config, s: State, replica: int) -> str | None:
        if replica not in s.fenced:
            return "it is not fenced"
        return None if is_up(s, replica) else "it is down"

    @staticmethod
    def apply(c: Config, s: State, replica: int) -> State:
        after = s._replace(fenced=s.fenced - {replica})
        return after if s.partition.leader is not None else changed(c, after, s.partition.isr, active(c, after))


# -------------------------------------------------------------------------------- leader and followers


@MACHINE.action("leader")
class Produce:
    """The leader appends a new record."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if _leader(s) is None:
            return "nobody leads"
        return "bound: records" if s.written >= c.records else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        leader = s.partition.leader
        assert leader is not None
        broker = s.brokers[leader - 1]
        return with_broker(s, leader, broker._replace(log=(*broker.log, s.written + 1)))._replace(written=s.written + 1)


def _fetched(s: State, follower: int, leader: int) -> tuple[int, ...]:
    """What the follower has after a fetch: cut where it differs from the leader, and one record more."""
    own, theirs = log(s, follower), log(s, leader)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, theirs, strict=False)))
    return theirs[: common + 1]


@MACHINE.action("follower", follower=replica_ids)
class Fetch:
    """A follower, fenced or not, cuts its log to where it agrees with the leader, and takes the next record."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        leader = _leader(s)
        if leader is None or leader == follower:
            return "it follows nobody"
        if not is_up(s, follower):
            return "it is down"
        return "there is nothing new" if _fetched(s, follower, leader) == log(s, follower) else None

    @staticmethod
    def apply(_: Config, s: State, follower: int) -> State:
        leader = s.partition.leader
        assert leader is not None
        return with_broker(s, follower, Broker(_fetched(s, follower, leader), "up"))


@MACHINE.action("leader")
class IncreaseHighWatermark:
    """The leader moves its high watermark over a record that its whole ISR has; the ISR must reach the minimum."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        leader = _leader(s)
        if leader is None:
            return "nobody leads"
        p = s.partition
        if p.high_watermark >= len(log(s, leader)):
            return "the high watermark is at the end"
        if c.rules.minimum_holds_high_watermark and len(p.isr) < effective_minimum(c):
            return "the ISR is below the minimum"
        end = p.high_watermark + 1
        if any(log(s, member)[:end] != log(s, leader)[:end] for member in p.isr):
            return "a member of the ISR does not have it"
        return None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        p = s.partition
        assert p.leader is not None
        record = log(s, p.leader)[p.high_watermark]
        after = p._replace(high_watermark=p.high_watermark + 1)
        return s._replace(partition=after, committed=s.committed | {record})


@MACHINE.action("leader", follower=replica_ids)
class ShrinkIsr:
    """The leader has the controller take a follower that is behind out of the ISR."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        leader = _leader(s)
        if leader is None or leader == follower:
            return "it has no leader"
        if follower not in s.partition.isr:
            return "it is no member"
        return "it has everything" if log(s, follower) == log(s, leader) else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        return _recovered(changed(c, s, s.partition.isr - {follower}, active(c, s)))


@MACHINE.action("leader", follower=replica_ids)
class ExpandIsr:
    """The leader has the controller add a follower that has everything that may be committed."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        leader = _leader(s)
        if leader is None or not is_up(s, follower):
            return "one of them is down"
        if follower in s.partition.isr:
            return "it is a member"
        if follower in s.fenced:
            return "it is fenced"
        end = max(s.partition.high_watermark, s.partition.epoch_start)
        if len(log(s, follower)) < end or log(s, follower)[:end] != log(s, leader)[:end]:
            return "it has not reached the high watermark and the leader's epoch start"
        return None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        return _recovered(changed(c, s, s.partition.isr | {follower}, active(c, s)))


def _recovered(s: State) -> State:
    """With its first change of the ISR a leader says that it has recovered."""
    return s._replace(partition=s.partition._replace(recovering=False))


# -------------------------------------------------------------------------------- properties


@MACHINE.invariant("R1", "R2")
def committed_survives(view: View) -> bool:
    """If fewer brokers than the minimum have lost records, a leader has every committed record."""
    s = view.state
    leader = s.partition.leader
    return not view.is_tolerable or leader is None or s.committed <= set(log(s, leader))


@MACHINE.invariant("R1")
def electable_has_committed(view: View) -> bool:
    """… and so has every member of ISR and ELR that is up."""
    s = view.state
    electable = s.partition.isr | s.partition.elr
    return not view.is_tolerable or all(s.committed <= set(log(s, r)) for r in electable if is_up(s, r))


@MACHINE.invariant("R8")
def isr_elr_disjoint(view: View) -> bool:
    """Nobody is in the ISR and in the ELR."""
    return not view.state.partition.isr & view.state.partition.elr


@MACHINE.invariant("R8")
def elr_only_below_minimum(view: View) -> bool:
    """There are eligible leader replicas only while the ISR is below the minimum."""
    return not view.state.partition.elr or len(view.state.partition.isr) < effective_minimum(view.config)


@MACHINE.invariant("R8")
def leader_unfenced(view: View) -> bool:
    """The leader, if there is one, is in the ISR and not fenced."""
    p = view.state.partition
    return p.leader is None or (p.leader in p.isr and p.leader not in view.state.fenced)


@MACHINE.step_property("R8")
def epochs_rise_with_restarts(before: View, after: View) -> bool:
    """A broker epoch rises only when the broker was down, and never falls."""
    old, new = before.state, after.state
    return all(
        new.broker_epochs[r - 1] == old.broker_epochs[r - 1]
        or (new.broker_epochs[r - 1] > old.broker_epochs[r - 1] and not is_up(old, r))
        for r in replica_ids(before.config)
    )


@MACHINE.always_possible("V7")
def somebody_leads(view: View) -> bool:
    """Whatever has happened, the partition can have a leader again."""
    return view.state.partition.leader is not None


@MACHINE.witness("R8")
def elected_from_the_elr(view: View) -> bool:
    """A leader that was not in the ISR, and yet has lost nothing."""
    return view.state.partition.election == "elr"


@MACHINE.witness("R8")
def the_isr_is_empty(view: View) -> bool:
    """Nobody is in sync; somebody may still be elected."""
    return not view.state.partition.isr and bool(view.state.partition.elr)


@MACHINE.witness("R1")
def a_lossy_member_is_dropped(view: View) -> bool:
    """A broker that has lost a committed record is up again, and others keep their place in the ELR."""
    s = view.state
    electable = s.partition.isr | s.partition.elr
    up = [r for r in replica_ids(view.config) if is_up(s, r)]
    return bool(s.partition.elr) and any(r not in electable and not s.committed <= set(log(s, r)) for r in up)


@MACHINE.witness("R11")
def the_last_known_leader_recovers(view: View) -> bool:
    """ISR and ELR were empty: the last known leader came back, whatever it had lost."""
    return view.state.partition.recovering
