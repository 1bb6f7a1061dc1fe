"""The state of a classic group: its coordinator, the log it is loaded from, and the processes that are its members.

Variables and fields are those of ClassicGroup.tla.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

EMPTY, PREPARING, COMPLETING, STABLE = "Empty", "PreparingRebalance", "CompletingRebalance", "Stable"
"""States of the group. A group that is Dead is one that does not exist, and is left out."""
UNJOINED, JOINING, SYNCING, OWNING, REVOKING, FENCED = (
    "unjoined", "joining", "syncing", "owning", "revoking", "fenced",
)  # fmt: skip
"""Phases of a process."""
UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID, REBALANCE_IN_PROGRESS = (
    "UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "FENCED_INSTANCE_ID", "REBALANCE_IN_PROGRESS",
)  # fmt: skip
GONE = -1
"""Stands for the process whose request is parked, where its connection is gone and the answer will reach nobody."""


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka."""

    requires_known_member_id: bool = True
    """A dynamic member first gets an id, and joins with it in a second request (KIP-394)."""
    replaces_static_in_every_state: bool = True
    """A static member that returns gets a new member id in every state of the group, not only in Stable
    (KAFKA-8500)."""
    static_return_rebalances_while_completing: bool = True
    """A static member that returns while the assignment is awaited starts the rebalance anew (KAFKA-9801)."""
    replacement_retires_old_id: bool = True
    """The former member id of an instance is no member any more (KIP-345)."""
    replacement_is_written: bool = True
    """The new member id of an instance is written to the log although nothing is rebalanced (KIP-345)."""
    retry_replaces_parked_join: bool = True
    """A JoinGroup that is sent again takes the place of the one that is parked, whose answer would reach nobody."""
    completion_keeps_last_joiner: bool = True
    """The member whose JoinGroup completes the rebalance is part of the new generation like all others."""
    generation_survives_empty: bool = True
    """A group that has become empty goes on counting its generations."""
    sync_only_while_completing: bool = True
    """The leader's assignment is taken in CompletingRebalance only."""
    commit_checks_generation: bool = True
    """A commit must come from a member, in the generation of the group."""
    delivery_stops_at_revocation: bool = True
    """A consumer returns no more records of partitions whose offsets it is committing to give them up (KAFKA-14196)."""


class Config(NamedTuple):
    """Bounds: processes of each kind, partitions, and how often things happen.

    Processes `1..dynamic` have no instance id; the `static` ones after them share `instances` instance ids in turn.
    """

    dynamic: int = 2
    static: int = 0
    instances: int = 0
    partitions: int = 1
    records: int = 0
    """Records of each partition."""
    generations: int = 2
    member_ids: int = 3
    """Ids that are ever given out."""
    expiries: int = 0
    """Session time-outs, and time-outs of a member's SyncGroup."""
    lost: int = 0
    """Answers that are lost with their connection."""
    reloads: int = 0
    """Times that another broker becomes coordinator and reads the log."""
    rules: Rules = Rules()


class Member(NamedTuple):
    """What the coordinator knows of a member."""

    instance: int
    """Its instance id; 0 for a dynamic member."""
    assignment: frozenset[int]
    joining: int
    """The process whose JoinGroup is parked; 0 if none is, GONE if nobody will get the answer."""
    syncing: int
    """The same of SyncGroup."""
    is_new: bool
    """It has never been in a completed generation: its session may expire although its JoinGroup is parked."""


class Group(NamedTuple):
    """The coordinator's state of the group."""

    state: str
    initial: bool
    """The rebalance under way began in Empty: it ends by time only, so that more members can come."""
    generation: int
    leader: int
    """Member id; 0 if there is none."""
    members: tuple[Member | None, ...]
    """By member id."""
    pending: frozenset[int]
    """Ids that were given out, and with which nobody has joined yet."""
    unsynced: frozenset[int]
    """Members of this generation whose SyncGroup has not come."""


class Kept(NamedTuple):
    """What the log keeps of a member."""

    instance: int
    assignment: frozenset[int]


class Record(NamedTuple):
    """The last record of the group in the offsets topic."""

    generation: int
    leader: int
    members: tuple[Kept | None, ...]


class Answer(NamedTuple):
    """An answer on its way to a process. Errors are heard at once."""

    member_id: int
    generation: int
    """0 for MEMBER_ID_REQUIRED."""
    roster: frozenset[int]
    """All member ids, for the leader's assignor."""
    assignment: frozenset[int]


class Process(NamedTuple):
    """A consumer."""

    phase: str
    member_id: int
    """0 while it has none."""
    generation: int
    """The last one that it joined; 0 if that was reset."""
    owned: frozenset[int]
    """The partitions that it processes, rightly or not."""
    position: tuple[int, ...]
    """Next record of each partition that it owns; 0 of others."""
    answer: Answer | None


class Committed(NamedTuple):
    """The committed offset of a partition, and the generation of the member that committed it."""

    offset: int
    generation: int


class State(NamedTuple):
    """See the module."""

    group: Group
    log: Record
    processes: tuple[Process, ...]
    committed: tuple[Committed, ...]
    issued: int
    """Member ids given out so far; the next one is `issued + 1`."""
    expired: int
    lost: int
    reloaded: int


class View(NamedTuple):
    """A state with its configuration, as properties ask it."""

    config: Config
    state: State


NOTHING: frozenset[int] = frozenset()


def initial(c: Config) -> Iterator[State]:
    nobody = (None,) * c.member_ids
    idle = Process(UNJOINED, 0, 0, NOTHING, (0,) * c.partitions, None)
    yield State(
        Group(EMPTY, False, 0, 0, nobody, NOTHING, NOTHING), Record(0, 0, nobody),
        (idle,) * (c.dynamic + c.static), (Committed(0, 0),) * c.partitions, 0, 0, 0, 0,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------ questions


def process_ids(c: Config) -> Iterable[int]:
    return range(1, c.dynamic + c.static + 1)


def member_ids(c: Config) -> Iterable[int]:
    return range(1, c.member_ids + 1)


def partitions(c: Config) -> Iterable[int]:
    return range(1, c.partitions + 1)


def instance_of(c: Config, process: int) -> int:
    """The instance id of a process; 0 of a dynamic one."""
    return 0 if process <= c.dynamic else (process - c.dynamic - 1) % c.instances + 1


def present(members: tuple[Any, ...]) -> list[int]:
    """Ids of the members that there are, in order."""
    return [index for index, member in enumerate(members, start=1) if member is not None]


def member(g: Group, member_id: int) -> Member:
    """A member that is there."""
    found = g.members[member_id - 1]
    assert found is not None
    return found


def is_member(g: Group, member_id: int) -> bool:
    return member_id > 0 and g.members[member_id - 1] is not None


def holder_of(g: Group, instance: int) -> int:
    """The member id of an instance, the newest one; 0 if it has none."""
    return max((m for m in present(g.members) if member(g, m).instance == instance), default=0)


def refusal(c: Config, g: Group, process: int, member_id: int) -> str | None:
    """Why a request with this member id is refused, whatever the generation; None if it is not."""
    instance = instance_of(c, process)
    if instance:
        holder = holder_of(g, instance)
        if not holder:
            return UNKNOWN_MEMBER_ID
        if holder != member_id:
            return FENCED_INSTANCE_ID
    return None if is_member(g, member_id) else UNKNOWN_MEMBER_ID


def refusal_in_generation(c: Config, g: Group, process: int, member_id: int, generation: int) -> str | None:
    """The same for requests that carry a generation."""
    reason = refusal(c, g, process, member_id)
    return reason or (ILLEGAL_GENERATION if generation != g.generation else None)


def is_current(c: Config, s: State, process: int) -> bool:
    """The process is a member in the generation of the group, and not superseded by another process."""
    p = s.processes[process - 1]
    return refusal_in_generation(c, s.group, process, p.member_id, p.generation) is None


def shares(roster: frozenset[int], c: Config) -> dict[int, frozenset[int]]:
    """The leader's assignor: partitions go round the members in the order of their ids."""
    ids = sorted(roster)
    return {m: frozenset(x for x in partitions(c) if ids[(x - 1) % len(ids)] == m) for m in ids}


def all_joined(g: Group) -> bool:
    """Nobody is waited for."""
    return not g.pending and all(m is None or m.joining for m in g.members)


# -------------------------------------------------------------------------------------------------------- changes


def with_process(s: State, process: int, **changes: Any) -> State:
    """The state with fields of one process changed."""
    changed = s.processes[process - 1]._replace(**changes)
    return s._replace(processes=(*s.processes[: process - 1], changed, *s.processes[process:]))


def with_group(s: State, **changes: Any) -> State:
    return s._replace(group=s.group._replace(**changes))


def put(members: tuple[Any, ...], member_id: int, value: Any) -> tuple[Any, ...]:
    return (*members[: member_id - 1], value, *members[member_id:])


def with_member(s: State, member_id: int, **changes: Any) -> State:
    """The state with fields of one member changed."""
    return with_group(s, members=put(s.group.members, member_id, member(s.group, member_id)._replace(**changes)))


def without_member(s: State, member_id: int) -> State:
    """The member, or the id that was pending, is gone. A leader's office passes to some other member."""
    g = s.group
    members = put(g.members, member_id, None)
    leader = g.leader if g.leader != member_id else next(iter(present(members)), 0)
    return with_group(
        s, members=members, leader=leader, pending=g.pending - {member_id}, unsynced=g.unsynced - {member_id}
    )


def to_record(g: Group) -> Record:
    """What is written of the group."""
    return Record(
        g.generation, g.leader, tuple(None if m is None else Kept(m.instance, m.assignment) for m in g.members)
    )


def from_record(record: Record) -> Group:
    """The group as a new coordinator reads it: Stable if it has members, whatever it was."""
    members = tuple(None if k is None else Member(k.instance, k.assignment, 0, 0, False) for k in record.members)
    state = STABLE if present(members) else EMPTY
    return Group(state, False, record.generation, record.leader, members, NOTHING, NOTHING)


def refused(s: State, process: int, error: str) -> State:
    """The process hears of an error, and forgets what the error says it must forget."""
    p = s.processes[process - 1]
    keeps_id = error in (ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS)
    return with_process(
        s, process, phase=FENCED if error == FENCED_INSTANCE_ID else UNJOINED,
        member_id=p.member_id if keeps_id else 0, generation=p.generation if error == REBALANCE_IN_PROGRESS else 0,
        owned=NOTHING, position=(0,) * len(p.position), answer=None,
    )  # fmt: skip
