"""The state of a metadata quorum, and what follows from it. Variables and fields are those of MetadataQuorum.tla."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka."""

    restart_resigns: bool = True
    """Who led before a restart comes back resigned in the same epoch (KAFKA-10527)."""
    flush_before_reply: bool = True
    """Only what is flushed counts as replicated (KAFKA-10533)."""
    check_quorum_timer: bool = True
    """A leader that hears from no majority of the voters resigns (KAFKA-15489)."""
    change_waits_for_epoch: bool = True
    """The voter set changes only when a record of the leader's epoch is committed (KIP-853)."""
    one_change_at_a_time: bool = True
    """The voter set changes only when the last change is committed (KIP-853)."""
    snapshot_end: str = "exclusive"
    """The end offset in the name of a snapshot is the first offset that it does not hold; `inclusive`: the last one
    that it does (KAFKA-14618)."""
    snapshot_of_committed: bool = True
    """A snapshot holds what is below the high watermark (KIP-630)."""
    one_vote: bool = True
    """A voter votes once in an epoch."""
    log_up_to_date: bool = True
    """A voter votes for nobody whose log is behind its own."""
    voters_campaign: bool = True
    """Who is not in the voter set of its own log does not stand for election."""
    commit_own_epoch: bool = True
    """The high watermark moves only over a record of the leader's epoch."""
    high_watermark_grows: bool = True
    """A follower keeps its high watermark while a new leader's is behind."""
    vote_is_durable: bool = True
    """A vote is in the quorum state file before it is answered (KIP-595)."""
    divergence_truncates: bool = True
    """A follower cuts what its leader does not have before it fetches on (KIP-595)."""


class Config(NamedTuple):
    """Bounds. The first `voters` replicas are the voters of the first voter set; the others observe."""

    replicas: int = 3
    voters: int = 3
    max_epoch: int = 1
    records: int = 1
    changes: int = 0
    """Of the voter set."""
    crashes: int = 0
    """With none everything is flushed at once: nobody can lose anything."""
    cuts: int = 0
    """Replicas that are cut off from all others, for good."""
    snapshots: int = 0
    campaigners: frozenset[int] = frozenset({1, 2})
    """Who ever stands for election."""
    quiet: frozenset[int] = frozenset()
    """Who votes, but follows nobody."""
    begun: bool = False
    """Replica 1 leads to begin with, elected by all, and nobody has fetched from it."""
    rules: Rules = Rules()


class Record(NamedTuple):
    """`kind`: leader (the leader-change record of an epoch), data, voters."""

    epoch: int
    kind: str
    value: int
    """The number of a data record; 0 for others."""
    voters: frozenset[int]
    """Empty for others than voters records."""


class Replica(NamedTuple):
    """What a replica is and has. Epoch, vote, leader and what is flushed are durable."""

    role: str
    """unattached, prospective, candidate, leader, resigned, follower."""
    epoch: int
    voted: int | None
    leader: int | None
    log: tuple[Record, ...]
    """From offset 0; below `start` its records are in the snapshot."""
    flushed: int
    """First offset that is not durable."""
    high_watermark: int
    start: int
    """Log start offset."""
    snapshot: int
    """The end offset in the name of the last snapshot; 0 without one."""
    granted: frozenset[int]
    """As a candidate: who has voted for it."""
    ends: tuple[int, ...]
    """As a leader: for each replica the offset of its last fetch, or -1."""


class State(NamedTuple):
    """See the module."""

    replicas: tuple[Replica, ...]
    committed: tuple[Record, ...]
    """What was ever below a high watermark: nobody has this; it is what must never change."""
    cut: frozenset[int]
    written: int
    changes: int
    crashes: int
    snapshots: int


class View(NamedTuple):
    """A state with its configuration."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    unknown = (-1,) * c.replicas
    nobody = Replica("unattached", 0, None, None, (), 0, 0, 0, 0, frozenset(), unknown)
    s = State((nobody,) * c.replicas, (), frozenset(), 0, 0, 0, 0)
    if not c.begun:
        yield s
        return
    led = State(tuple(nobody._replace(epoch=1, voted=1) for _ in s.replicas), *s[1:])
    yield appended(c, with_replica(led, 1, role="leader", leader=1), 1, Record(1, "leader", 0, frozenset()))


def voters_of(c: Config, log: tuple[Record, ...]) -> frozenset[int]:
    """The last voter set of a log, committed or not; the first one comes from the bootstrap snapshot."""
    for record in reversed(log):
        if record.kind == "voters":
            return record.voters
    return frozenset(range(1, c.voters + 1))


def majority(voters: frozenset[int]) -> int:
    return len(voters) // 2 + 1


def last_epoch(log: tuple[Record, ...]) -> int:
    return log[-1].epoch if log else 0


def is_up_to_date(log: tuple[Record, ...], other: tuple[Record, ...]) -> bool:
    """`log` is not behind `other`: by the last epoch, then by length."""
    return (last_epoch(log), len(log)) >= (last_epoch(other), len(other))


def epoch_start(replica: Replica) -> int:
    """The offset of the first record of a leader's own epoch."""
    return next((o for o, record in enumerate(replica.log) if record.epoch == replica.epoch), len(replica.log))


def last_change(log: tuple[Record, ...]) -> int:
    """The offset of the last voters record; -1 for the bootstrap snapshot."""
    return max((o for o, record in enumerate(log) if record.kind == "voters"), default=-1)


def agreed_end(own: tuple[Record, ...], theirs: tuple[Record, ...]) -> int:
    """Up to where a follower's log can stay: the end of the last epoch that both have (KIP-595, as in KIP-279)."""
    for epoch in sorted({record.epoch for record in own}, reverse=True):
        if any(record.epoch == epoch for record in theirs):
            return min(_end_of_epoch(own, epoch), _end_of_epoch(theirs, epoch))
    return 0


def _end_of_epoch(log: tuple[Record, ...], epoch: int) -> int:
    return sum(record.epoch <= epoch for record in log)


def hear(s: State, one: int, other: int) -> bool:
    """Messages pass between the two."""
    return one != other and one not in s.cut and other not in s.cut


def with_replica(s: State, r: int, **changes: Any) -> State:
    """The state with fields of one replica changed."""
    changed = s.replicas[r - 1]._replace(**changes)
    return s._replace(replicas=(*s.replicas[: r - 1], changed, *s.replicas[r:]))


def appended(c: Config, s: State, r: int, record: Record) -> State:
    """`r` has appended a record; it is flushed later, where somebody may crash before."""
    replica = s.replicas[r - 1]
    log = (*replica.log, record)
    return with_replica(s, r, log=log, flushed=replica.flushed if c.crashes else len(log))
