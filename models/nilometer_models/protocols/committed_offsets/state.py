"""The committed offset of a group for one partition of a topic, and everything that may take it away.

Variables and fields are those of CommittedOffsets.tla.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

EMPTY, PREPARING, COMPLETING, STABLE = "Empty", "PreparingRebalance", "CompletingRebalance", "Stable"
"""States of the group, as in `classic_group`."""


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka."""

    commit_checks_generation: bool = True
    """A commit comes in the generation of the group; without one, only while the group is empty."""
    commit_waits_for_assignment: bool = True
    """While the assignment is awaited no commit is taken: REBALANCE_IN_PROGRESS."""
    metadata_is_stored: bool = True
    """The metadata string of a commit is stored with it."""
    fetch_reads_leader: bool = True
    """OffsetFetch is answered from the state of the coordinator, and not from a copy that lags."""
    bound_to_topic_id: bool = True
    """A committed offset belongs to a topic id: not to the next topic of the same name (KIP-516, KAFKA-19154)."""
    expiry_spares_rebalancing: bool = True
    """Nothing expires while the group rebalances: its subscription is not known (KAFKA-13636)."""
    expiry_spares_subscribed: bool = True
    """Nothing expires of topics that a member is subscribed to (KIP-211)."""
    expiry_counts_from_emptiness: bool = True
    """The offsets of an empty group are kept from when it became empty on, not from their commits (KIP-211)."""
    expiry_spares_staged: bool = True
    """Nothing expires while a transaction has staged an offset for the partition."""
    deletion_spares_subscribed: bool = True
    """OffsetDelete answers GROUP_SUBSCRIBED_TO_TOPIC for topics that a member is subscribed to (KIP-496)."""


class Config(NamedTuple):
    """Bounds: commits, the highest generation, ticks of the clock, and how often other things happen."""

    commits: int = 2
    generations: int = 2
    ticks: int = 2
    retention: int = 1
    """Ticks for which offsets are kept (`offsets.retention.minutes`)."""
    topic_ids: int = 1
    """Topics of the one name, one after the other."""
    deletions: int = 0
    """Deletions of the offset, or of the whole group, by an administrator."""
    transactions: int = 0
    """Transactions that stage an offset, and are aborted."""
    copies: int = 0
    """Times that a lagging copy of the offsets is brought up to date."""
    rules: Rules = Rules()


class Group(NamedTuple):
    """The group, as far as offsets ask it."""

    state: str
    generation: int
    since: int
    """When it became empty; 0 while it is not."""
    subscribed: bool
    """A member is subscribed to the topic, as of the last completed rebalance."""


class Stored(NamedTuple):
    """A committed offset."""

    commit: int
    """Which commit it is: it stands for the offset."""
    metadata: int
    """The metadata string, which names the commit too; 0 if it is empty."""
    generation: int
    """0 for a commit without group."""
    topic_id: int
    at: int
    """When it was committed."""


class Answer(NamedTuple):
    """What OffsetFetch answered last."""

    asked: int
    """Topic id."""
    found: Stored | None


class State(NamedTuple):
    """See the module."""

    now: int
    group: Group
    topic_id: int
    """The topic that there is; 0 if there is none."""
    created: int
    """Topics of the name so far."""
    unheard: frozenset[int]
    """Topic ids that were deleted, and of which the coordinator has not heard."""
    offset: Stored | None
    copy: Stored | None
    staged: bool
    """A transaction has staged an offset."""
    answer: Answer | None
    committed: int
    deleted: int
    staged_so_far: int
    copied: int


class View(NamedTuple):
    """A state with its configuration, as properties ask it."""

    config: Config
    state: State


def initial(_: Config) -> Iterator[State]:
    yield State(1, Group(EMPTY, 0, 1, False), 1, 1, frozenset(), None, None, False, None, 0, 0, 0, 0)


def generations(c: Config) -> Iterable[int]:
    """What a commit may say; 0 is none."""
    return range(c.generations + 1)


def is_of(c: Config, stored: Stored | None, topic_id: int) -> bool:
    """The offset belongs to that topic."""
    return stored is not None and (stored.topic_id == topic_id or not c.rules.bound_to_topic_id)


def commit_refusal(c: Config, g: Group, generation: int) -> str | None:
    """Why a commit in a generation is refused; None if it is not."""
    if not c.rules.commit_checks_generation or (generation == 0 and g.state == EMPTY):
        return None
    if generation == 0 or g.state == EMPTY:
        return "UNKNOWN_MEMBER_ID"
    if generation != g.generation:
        return "ILLEGAL_GENERATION"
    return "REBALANCE_IN_PROGRESS" if g.state == COMPLETING and c.rules.commit_waits_for_assignment else None


def keeps_offset(c: Config, s: State) -> str | None:
    """Why the offset does not expire; None if it does (`OffsetMetadataManager.cleanupExpiredOffsets`)."""
    g, stored = s.group, s.offset
    if stored is None:
        return "there is no offset"
    if s.staged and c.rules.expiry_spares_staged:
        return "a transaction has staged an offset"
    if g.state in (PREPARING, COMPLETING) and c.rules.expiry_spares_rebalancing:
        return "the group rebalances"
    if g.state == STABLE and g.subscribed and c.rules.expiry_spares_subscribed:
        return "a member is subscribed to the topic"
    counts_from = g.since if g.state == EMPTY and c.rules.expiry_counts_from_emptiness else stored.at
    return None if s.now - counts_from >= c.retention else "it is kept for longer"
