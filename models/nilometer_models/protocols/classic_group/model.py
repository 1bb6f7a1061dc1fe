"""The classic group at the grain of requests: one is handled in one step, its answer arrives in another, or never.

    member        Join  LearnMemberId  Sync  Assign  Deliver  Commit  Heartbeat  StopAndCommit  Leave
    coordinator   EndRebalance                            by time: the rebalance time-out, or the delay of the first one
    fault         ExpireSession  ExpireSync  LoseAnswer  Reload

A process that is paused is one that does nothing for a while. Sources: KIP-62, KIP-345, KIP-394, KIP-814;
`GroupMetadataManager.java`, `ClassicGroup.java`, `AbstractCoordinator.java`, `ConsumerCoordinator.java`.
"""

from __future__ import annotations

from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.classic_group import coordinator
from nilometer_models.protocols.classic_group.state import (
    COMPLETING,
    JOINING,
    NOTHING,
    OWNING,
    PREPARING,
    REVOKING,
    STABLE,
    SYNCING,
    UNJOINED,
    Committed,
    Config,
    Rules,
    State,
    View,
    initial,
    instance_of,
    is_current,
    is_member,
    member_ids,
    partitions,
    process_ids,
    put,
    refusal_in_generation,
    refused,
    with_process,
)

MACHINE: Machine[Config, State, View] = Machine("classic_group", initial, View, home=Path(__file__).parent)


def model(dynamic: int = 2, **bounds_and_rules: object) -> Instance[Config, State, View]:
    """An instance; keywords are fields of `Config` or of `Rules`."""
    bounds = {name: value for name, value in bounds_and_rules.items() if name in Config._fields}
    rules = {name: value for name, value in bounds_and_rules.items() if name not in Config._fields}
    return Instance(MACHINE, Config(dynamic=dynamic, **bounds, rules=Rules(**rules)))  # type: ignore[arg-type]


def _within(c: Config, s: State) -> str | None:
    """A rebalance may end by itself, so none begins that would need one generation more."""
    return "bound: generations" if s.group.generation + (s.group.state == PREPARING) > c.generations else None


@MACHINE.action("member", process=process_ids)
class Join:
    """A process sends JoinGroup, with its member id if it has one."""

    @staticmethod
    def why_not(c: Config, s: State, process: int) -> str | None:
        if s.processes[process - 1].phase not in (UNJOINED, REVOKING):
            return "it has no reason to join"
        if s.processes[process - 1].member_id == 0 and s.issued >= c.member_ids:
            return "bound: member ids"
        return _within(c, coordinator.join(c, s, process))

    @staticmethod
    def apply(c: Config, s: State, process: int) -> State:
        return coordinator.join(c, s, process)


@MACHINE.action("member", process=process_ids)
class LearnMemberId:
    """A process is told MEMBER_ID_REQUIRED, and its member id (KIP-394)."""

    @staticmethod
    def why_not(_: Config, s: State, process: int) -> str | None:
        p = s.processes[process - 1]
        return None if p.phase == JOINING and p.answer and p.answer.generation == 0 else "it was told no member id"

    @staticmethod
    def apply(_: Config, s: State, process: int) -> State:
        answer = s.processes[process - 1].answer
        assert answer is not None
        return with_process(s, process, phase=UNJOINED, member_id=answer.member_id, answer=None)


@MACHINE.action("member", process=process_ids)
class Sync:
    """A process hears that its JoinGroup is complete, and sends SyncGroup; the leader's holds everybody's share."""

    @staticmethod
    def why_not(_: Config, s: State, process: int) -> str | None:
        p = s.processes[process - 1]
        return None if p.phase == JOINING and p.answer and p.answer.generation > 0 else "it has not joined"

    @staticmethod
    def apply(c: Config, s: State, process: int) -> State:
        return coordinator.sync(c, s, process)


@MACHINE.action("member", process=process_ids)
class Assign:
    """A process hears of its assignment, and starts at the committed offsets."""

    @staticmethod
    def why_not(_: Config, s: State, process: int) -> str | None:
        p = s.processes[process - 1]
        return None if p.phase == SYNCING and p.answer else "it has no assignment"

    @staticmethod
    def apply(c: Config, s: State, process: int) -> State:
        answer = s.processes[process - 1].answer
        assert answer is not None
        owned = answer.assignment
        position = tuple(s.committed[x - 1].offset if x in owned else 0 for x in partitions(c))
        return with_process(s, process, phase=OWNING, owned=owned, position=position, answer=None)


@MACHINE.action("member", process=process_ids, partition=partitions)
class Deliver:
    """The application gets the next record of a partition that its process owns."""

    @staticmethod
    def why_not(c: Config, s: State, process: int, partition: int) -> str | None:
        p = s.processes[process - 1]
        if partition not in p.owned:
            return "it does not own the partition"
        if p.phase == REVOKING and c.rules.delivery_stops_at_revocation:
            return "it is about to give the partition up"
        return "bound: records" if p.position[partition - 1] >= c.records else None

    @staticmethod
    def apply(_: Config, s: State, process: int, partition: int) -> State:
        position = s.processes[process - 1].position
        return with_process(s, process, position=put(position, partition, position[partition - 1] + 1))


def _commit(s: State, process: int, partition: int) -> State:
    p = s.processes[process - 1]
    return s._replace(committed=put(s.committed, partition, Committed(p.position[partition - 1], p.generation)))


@MACHINE.action("member", process=process_ids, partition=partitions)
class Commit:
    """A member commits how far it has come in a partition."""

    @staticmethod
    def why_not(c: Config, s: State, process: int, partition: int) -> str | None:
        p = s.processes[process - 1]
        if p.phase != OWNING or partition not in p.owned:
            return "it does not own the partition"
        if s.committed[partition - 1] == Committed(p.position[partition - 1], p.generation):
            return "it has committed this"
        if not c.rules.commit_checks_generation:
            return None
        if s.group.state == COMPLETING and is_current(c, s, process):
            return "REBALANCE_IN_PROGRESS"
        return refusal_in_generation(c, s.group, process, p.member_id, p.generation)

    @staticmethod
    def apply(_: Config, s: State, process: int, partition: int) -> State:
        return _commit(s, process, partition)


@MACHINE.action("member", process=process_ids)
class Heartbeat:
    """A process hears that it is no longer a member of this generation. It has lost its partitions."""

    @staticmethod
    def why_not(c: Config, s: State, process: int) -> str | None:
        if s.processes[process - 1].phase != OWNING:
            return "it sends no heartbeats that could tell it anything"
        return "it is a member of this generation" if is_current(c, s, process) else None

    @staticmethod
    def apply(c: Config, s: State, process: int) -> State:
        p = s.processes[process - 1]
        error = refusal_in_generation(c, s.group, process, p.member_id, p.generation)
        assert error is not None
        return refused(s, process, error)


@MACHINE.action("member", process=process_ids)
class StopAndCommit:
    """A member hears that a rebalance is under way, or leads and wants one: it commits, to give its partitions up."""

    @staticmethod
    def why_not(c: Config, s: State, process: int) -> str | None:
        p = s.processes[process - 1]
        if p.phase != OWNING:
            return "it has nothing to give up"
        if not is_current(c, s, process):
            return "it is no member of this generation"
        if s.group.state == PREPARING or (s.group.state == STABLE and s.group.leader == p.member_id):
            return None
        return "nothing asks for it"

    @staticmethod
    def apply(_: Config, s: State, process: int) -> State:
        for partition in sorted(s.processes[process - 1].owned):
            s = _commit(s, process, partition)
        return with_process(s, process, phase=REVOKING)


@MACHINE.action("member", process=process_ids)
class Leave:
    """A dynamic member is closed: it leaves at once, and may come again as a new one."""

    @staticmethod
    def why_not(c: Config, s: State, process: int) -> str | None:
        p = s.processes[process - 1]
        if instance_of(c, process):
            return "a static member does not leave"
        if p.phase != OWNING or not is_member(s.group, p.member_id):
            return "it is no member"
        return _within(c, coordinator.leave(c, s, p.member_id))

    @staticmethod
    def apply(c: Config, s: State, process: int) -> State:
        s = coordinator.leave(c, s, s.processes[process - 1].member_id)
        return with_process(
            s, process, phase=UNJOINED, member_id=0, generation=0, owned=NOTHING, position=(0,) * c.partitions
        )


@MACHINE.action("coordinator")
class EndRebalance:
    """The time to join is over: dynamic members that have not are removed."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.group.state != PREPARING:
            return "no rebalance is under way"
        return "no member has joined" if coordinator.complete(c, s).group == s.group else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return coordinator.complete(c, s)


@MACHINE.action("fault", member=member_ids)
class ExpireSession:
    """Nothing was heard of a member for its session time-out, or nobody has come with an id that was given out."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        found = s.group.members[member - 1]
        if found is None and member not in s.group.pending:
            return "there is no such member"
        if found is not None and not found.is_new and (found.joining or found.syncing):
            return "its request is parked: it counts as alive"
        if s.expired >= c.expiries:
            return "bound: expiries"
        return _within(c, coordinator.expire(c, s, member))

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        return coordinator.expire(c, s, member)._replace(expired=s.expired + 1)


@MACHINE.action("fault")
class ExpireSync:
    """The time to send SyncGroup is over: members that have not are removed, and a new rebalance begins."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.group.state not in (COMPLETING, STABLE) or not s.group.unsynced:
            return "every member has sent SyncGroup"
        return "bound: expiries" if s.expired >= c.expiries else _within(c, coordinator.expire_unsynced(c, s))

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return coordinator.expire_unsynced(c, s)._replace(expired=s.expired + 1)


@MACHINE.action("fault", process=process_ids)
class LoseAnswer:
    """A connection breaks, and with it the answer that a process waits for: it tries again."""

    @staticmethod
    def why_not(c: Config, s: State, process: int) -> str | None:
        if s.processes[process - 1].phase not in (JOINING, SYNCING):
            return "it waits for nothing"
        return "bound: lost answers" if s.lost >= c.lost else None

    @staticmethod
    def apply(_: Config, s: State, process: int) -> State:
        return coordinator.connection_lost(s, process)._replace(lost=s.lost + 1)


@MACHINE.action("fault")
class Reload:
    """Another broker becomes coordinator: it knows what the log says, and no more."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return "bound: reloads" if s.reloaded >= c.reloads else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return coordinator.reload(s)._replace(reloaded=s.reloaded + 1)
