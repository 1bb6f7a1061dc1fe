"""What leader, controller and followers know about one ISR. Variables and fields are those of IsrChanges.tla."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LEADER = 1
"""The replica that leads: no election happens here."""
UNKNOWN = -1
"""A broker epoch that the leader has not heard; in a request: not to be compared."""


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka, but for `metadata_applies`."""

    added_count: bool = True
    """The maximal ISR holds the replica that is being added, before the controller has agreed (KIP-497)."""
    removed_count: bool = True
    """… and still the one that is being removed, until the controller has agreed (KIP-497)."""
    answer_moves_high_watermark: bool = True
    """The leader looks at its high watermark again when the controller has answered (KAFKA-13091)."""
    members_are_eligible: bool = True
    """Leader and controller refuse a member that is fenced or about to stop (KIP-841, KAFKA-13916)."""
    requests_name_broker_epochs: bool = True
    """A request names the broker epoch of each member, as of its last fetch (KIP-903, KAFKA-14617)."""
    waits_for_answer: bool = True
    """The leader asks for nothing while a change is in flight or a request has no answer (KAFKA-12686)."""
    expand_waits_for_high_watermark: bool = True
    """A follower joins only when it holds everything below the high watermark."""
    removal_bumps_epoch: bool = True
    """The controller's own removals count as changes of the partition, too: requests from before are stale then."""
    minimum_holds_high_watermark: bool = True
    """The high watermark stands still while the committed ISR is below min.insync.replicas (KIP-966)."""
    metadata_settles_change: bool = True
    """Newer metadata ends the change in flight: it was granted, or it is stale and will never be."""
    metadata_applies: str = "newer"
    """Which metadata of the partition the leader obeys: `newer` than what it knows, `same_or_newer`, or `any`. Kafka's
    `Partition.makeLeader` obeys `same_or_newer`: see the README for what that may lose."""


class Config(NamedTuple):
    """Bounds: replicas, records, ISR changes that the leader asks for, brokers fenced or stopped, and restarts."""

    replicas: int = 2
    minimum: int = 1
    """min.insync.replicas."""
    records: int = 1
    changes: int = 2
    fences: int = 1
    restarts: int = 1
    rules: Rules = Rules()


class Image(NamedTuple):
    """What the controller has recorded; each change is published as metadata."""

    isr: frozenset[int]
    partition_epoch: int
    """Counts changes of the ISR."""
    broker_epochs: tuple[int, ...]
    """A new one with each restart. A broker always knows its own."""
    fenced: frozenset[int]
    stopping: frozenset[int]
    """In controlled shutdown."""


class Leader(NamedTuple):
    """What the leader knows and counts on."""

    isr: frozenset[int]
    """The committed ISR, as far as it has heard."""
    partition_epoch: int
    adding: int | None
    """The replica of an expansion in flight."""
    removing: int | None
    """The replica of a shrink in flight."""
    high_watermark: int
    """First offset not known to be on the whole ISR (exclusive)."""
    known_ends: tuple[int, ...]
    """Log end offset of each replica as of its last fetch."""
    known_epochs: tuple[int, ...]
    """Broker epoch of each replica as of its last fetch; UNKNOWN before."""
    caught_up: frozenset[int]
    """Followers that had everything no longer than replica.lag.time.max.ms ago."""
    brokers: Image
    """The last metadata that it has heard; of the partition it may know more from an answer."""


class Request(NamedTuple):
    """AlterPartition: one change that the leader has asked for and has no answer to."""

    follower: int
    isr: frozenset[int]
    member_epochs: tuple[int, ...]
    """Broker epoch of each member, UNKNOWN of those that are none."""
    partition_epoch: int
    answer: str | None
    """What the controller has said, on its way: `accepted`, `ineligible` or `stale`."""


class State(NamedTuple):
    """See the module."""

    controller: Image
    metadata: tuple[Image, ...]
    """Published, not yet heard by the leader: the oldest first."""
    leader: Leader
    log_ends: tuple[int, ...]
    """The log end offset that each replica has in truth. Every log is a prefix of the leader's: nobody else writes."""
    requests: frozenset[Request]
    """One at most, if the leader waits for answers; repeated until an answer arrives, so it may be decided again."""
    asked: int
    fenced: int
    restarted: int
    """How much of the bounds is used up."""


def initial(c: Config) -> Iterator[State]:
    """Any ISR with the leader in it; empty logs."""
    followers = range(2, c.replicas + 1)
    for chosen in range(2 ** len(followers)):
        isr = frozenset({LEADER, *(f for index, f in enumerate(followers) if chosen >> index & 1)})
        image = Image(isr, 0, (1,) * c.replicas, frozenset(), frozenset())
        ends = (0,) * c.replicas
        leader = Leader(isr, 0, None, None, 0, ends, (UNKNOWN,) * c.replicas, isr - {LEADER}, image)
        yield State(image, (), leader, ends, frozenset(), 0, 0, 0)


class View(NamedTuple):
    """A state with its configuration."""

    config: Config
    state: State


def changed(values: tuple[int, ...], replica: int, value: int) -> tuple[int, ...]:
    """The values with that of one replica replaced."""
    return (*values[: replica - 1], value, *values[replica:])


def maximal_isr(c: Config, leader: Leader) -> frozenset[int]:
    """Every replica that the controller may take for a member, now or after the change in flight."""
    found = leader.isr
    if leader.adding is not None and c.rules.added_count:
        found |= {leader.adding}
    if leader.removing is not None and not c.rules.removed_count:
        found -= {leader.removing}
    return found


def refusal(c: Config, image: Image, replica: int, broker_epoch: int) -> str | None:
    """Why a replica may not be a member, by what `image` says of the brokers; None if it may."""
    if c.rules.members_are_eligible and replica in image.fenced:
        return "it is fenced"
    if c.rules.members_are_eligible and replica in image.stopping:
        return "it is about to stop"
    if broker_epoch not in (UNKNOWN, image.broker_epochs[replica - 1]):
        return "it has restarted since"
    return None


def is_eligible(c: Config, leader: Leader, follower: int) -> bool:
    """May the follower join, as far as the leader knows? Its fetches must be those of the incarnation that is known."""
    epoch = leader.known_epochs[follower - 1]
    return epoch != UNKNOWN and refusal(c, leader.brokers, follower, epoch) is None


def counted(c: Config, leader: Leader) -> frozenset[int]:
    """The followers that the high watermark waits for: the maximal ISR, and who is about to join it."""
    followers = range(2, c.replicas + 1)
    members = maximal_isr(c, leader)
    return frozenset(f for f in followers if f in members or (f in leader.caught_up and is_eligible(c, leader, f)))


def with_high_watermark(c: Config, leader: Leader) -> Leader:
    """The leader with its high watermark where it may be; it never falls."""
    if c.rules.minimum_holds_high_watermark and len(leader.isr) < min(c.minimum, c.replicas):
        return leader
    end = min(leader.known_ends[r - 1] for r in {LEADER, *counted(c, leader)})
    return leader if end <= leader.high_watermark else leader._replace(high_watermark=end)
