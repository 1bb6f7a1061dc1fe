"""A group that reads one partition, its members with a transactional producer each, and the offsets that they commit.

    log          offset p1:1   plain:0   commit p1          what the group coordinator has written
    record       1             2         3
    committed    0 (record 2)                               the later offset record wins, not the later marker
    pending      p1: 1 until record 3                       not visible; a stable fetch waits for it

Variables and fields are those of TransactionalOffsets.tla. Records of the log count from 1; an offset is how many
inputs were processed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

OFFSET, PLAIN, COMMIT, ABORT = "offset", "plain", "commit", "abort"
MARKERS: Final = (COMMIT, ABORT)
IDLE, CONSUMING, STAGED = "idle", "consuming", "staged"


class Rules(NamedTuple):
    """The rules of the group coordinator; the defaults are those of today's Kafka."""

    fenced_by_group: bool = True
    """TxnOffsetCommit carries generation and member, and a stale one is refused (KIP-447)."""
    stable_fetch: bool = True
    """A new owner is not told an offset while another one is pending (KIP-447, require_stable)."""
    pending_hidden: bool = True
    """An offset inside a transaction counts when the commit marker comes."""
    abort_drops_pending: bool = True
    """An abort marker ends what was pending."""
    live_by_record: bool = True
    """Of racing commits the one with the later offset record wins; else the one that became visible last."""
    replay_by_record: bool = True
    """… also where a new coordinator reads the log (KAFKA-14505)."""
    replay_by_producer: bool = True
    """Reading the log, a marker ends the pending offset of its own producer; else whatever is pending."""


class Config(NamedTuple):
    """Bounds: members, inputs, generations of the group, transactions given up, plain commits, new coordinators."""

    members: int = 2
    inputs: int = 2
    generations: int = 2
    aborts: int = 1
    plain_commits: int = 0
    reloads: int = 0
    rules: Rules = Rules()


class Entry(NamedTuple):
    """What the group coordinator has written: an offset of a transaction, a plain one (producer 0), or a marker."""

    kind: str
    producer: int
    offset: int
    """0 for markers."""


class Stored(NamedTuple):
    """An offset, and the record of the log that it comes from (0: none, the beginning)."""

    offset: int
    record: int


class Member(NamedTuple):
    """A process, with the id of its producer: `idle`, `consuming`, or `staged` (its offset is in the transaction)."""

    phase: str
    generation: int
    """The one that it has heard of."""
    start: int
    """First input of its open transaction."""
    position: int
    """First input that it has not processed."""


class Offsets(NamedTuple):
    """What the group coordinator holds: it follows from the log."""

    committed: Stored
    pending: tuple[Stored | None, ...]
    """Of each producer."""


class State(NamedTuple):
    """See the module."""

    generation: int
    owner: int | None
    """The member that the group has given the partition."""
    members: tuple[Member, ...]
    decisions: tuple[str | None, ...]
    """How the last transaction of each member ends, until its marker is in the log of offsets."""
    log: tuple[Entry, ...]
    held: Offsets
    done: tuple[int, ...]
    """Ghost: inputs whose outputs are committed, in the order of the commits."""
    aborts: int
    plain_commits: int
    reloads: int


class View(NamedTuple):
    """What properties look at."""

    config: Config
    state: State


def nothing_held(c: Config) -> Offsets:
    return Offsets(Stored(0, 0), (None,) * c.members)


def initial(c: Config) -> Iterator[State]:
    outsider = Member(IDLE, 0, 0, 0)
    yield State(0, None, (outsider,) * c.members, (None,) * c.members, (), nothing_held(c), (), 0, 0, 0)


def with_pending(held: Offsets, producer: int, stored: Stored | None) -> Offsets:
    pending = (*held.pending[: producer - 1], stored, *held.pending[producer:])
    return held._replace(pending=pending)


def folded(held: Offsets, entry: Entry, record: int, by_record: bool, rules: Rules) -> Offsets:
    """What the coordinator holds after one more entry of its log (OffsetMetadataManager)."""
    if entry.kind == PLAIN:
        return held._replace(committed=Stored(entry.offset, record))
    if entry.kind == OFFSET:
        stored = Stored(entry.offset, record)
        shown = held if rules.pending_hidden else held._replace(committed=stored)
        return with_pending(shown, entry.producer, stored)
    pending = held.pending[entry.producer - 1]
    if entry.kind == ABORT:
        return with_pending(held, entry.producer, None) if rules.abort_drops_pending else held
    if pending is not None and (not by_record or pending.record > held.committed.record):
        held = held._replace(committed=pending)
    return with_pending(held, entry.producer, None)


def replayed(c: Config, log: tuple[Entry, ...]) -> Offsets:
    """What a new coordinator holds that has read the log."""
    held = nothing_held(c)
    for record, entry in enumerate(log, start=1):
        producer = entry.producer
        if entry.kind in MARKERS and not c.rules.replay_by_producer:
            waiting = [p for p, stored in enumerate(held.pending, start=1) if stored is not None]
            producer = waiting[0] if waiting else producer
        held = folded(held, entry._replace(producer=producer), record, c.rules.replay_by_record, c.rules)
    return held


def is_visible(log: tuple[Entry, ...], record: int) -> bool:
    """An offset record counts: it is a plain one, or its transaction is committed after it."""
    entry = log[record - 1]
    if entry.kind == PLAIN:
        return True
    later = (e.kind for e in log[record:] if e.producer == entry.producer and e.kind in MARKERS)
    return entry.kind == OFFSET and next(later, None) == COMMIT


def last_visible(log: tuple[Entry, ...]) -> Stored:
    """The committed offset by Kafka's rule: that of the last offset record that counts."""
    for record in range(len(log), 0, -1):
        if is_visible(log, record):
            return Stored(log[record - 1].offset, record)
    return Stored(0, 0)


def with_member(s: State, member: int, value: Member) -> State:
    return s._replace(members=(*s.members[: member - 1], value, *s.members[member:]))


def with_decision(s: State, member: int, outcome: str | None) -> State:
    return s._replace(decisions=(*s.decisions[: member - 1], outcome, *s.decisions[member:]))
