"""Replicas, fetches under way, and a reader. Variables and fields are those of ReplicationMessages.tla."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka."""

    diverging_fetch_not_counted: bool = True
    """A fetch that shows that the logs diverge says nothing of what the follower holds (KAFKA-13141)."""
    truncates_before_high_watermark: bool = True
    """An answer that tells a follower to cut its log does not move its high watermark (KAFKA-14704)."""
    fetches_name_the_cached_epoch: bool = True
    """A follower names the last epoch of its cache, which may have no records: it led in it, and has to forget it."""
    answers_fit_the_log: bool = True
    """A follower drops an answer to a question that it would no longer ask: another epoch, another offset."""
    reads_stop_at_high_watermark: bool = True
    """A reader is shown nothing at or above the high watermark, whatever is appended meanwhile (KAFKA-9835)."""
    recovery_keeps_epoch_zero: bool = True
    """When the epochs are read from the log after a restart, epoch 0 is one of them (KAFKA-10432)."""
    deletion_waits_for_high_watermark: bool = True
    """Retention deletes only below the high watermark (KAFKA-5634)."""
    readers_sent_into_isr: bool = True
    """The leader names only members of the ISR as preferred read replicas (KIP-392, KAFKA-14372)."""
    end_waits_for_epoch_start: bool = True
    """A new leader does not say where the log ends before it knows what its predecessor had committed (KIP-207)."""


class Config(NamedTuple):
    """Bounds: replicas, log slots, records, highest leader epoch (from 0), changes of the ISR, restarts, deletions."""

    replicas: int = 2
    log_size: int = 1
    records: int = 2
    max_epoch: int = 1
    shrinks: int = 0
    restarts: int = 0
    deletions: int = 0
    readers: bool = False
    """Whether somebody reads, asks for the end, and is sent to a follower."""
    rules: Rules = Rules()


class Entry(NamedTuple):
    """A record in a log, with the epoch of the leader that wrote it."""

    record: int
    epoch: int


class EpochStart(NamedTuple):
    """A line of the epoch cache: the first offset of an epoch, which may have no records."""

    epoch: int
    start: int


class Decision(NamedTuple):
    """What the controller has decided."""

    leader: int
    epoch: int
    isr: frozenset[int]


class Replica(NamedTuple):
    """One replica. It hears of the current decision only, and late."""

    log: tuple[Entry, ...]
    log_start: int
    """First offset that retention has left."""
    high_watermark: int
    epoch: int
    """-1 before it has heard of a leader."""
    leader: int | None
    epoch_start: int
    """As leader: its log end when it took over."""
    known_ends: tuple[int, ...]
    """As leader: where the followers are, as far as their fetches said."""
    epochs: tuple[EpochStart, ...]
    """The epoch cache, in the order of the log."""
    cut: int | None
    """As follower: an offset to which it was told to cut its log, and has not yet."""


class Request(NamedTuple):
    """A fetch on its way to the leader of an epoch."""

    follower: int
    leader: int
    epoch: int
    offset: int
    last_epoch: int
    """The follower's last epoch; -1 if it has none."""


class Response(NamedTuple):
    """The answer on its way back, with what it answers."""

    follower: int
    leader: int
    epoch: int
    offset: int
    entries: tuple[Entry, ...]
    high_watermark: int
    diverging: EpochStart | None
    """The last epoch that the leader knows up to the follower's, and where it ends."""


class Reader(NamedTuple):
    """A consumer: what it was shown at each offset from 0, the largest end that it was told, and by whom."""

    shown: tuple[Entry, ...]
    end: int
    epoch: int
    at: int | None
    """The follower that it was sent to."""


class State(NamedTuple):
    """See the module."""

    replicas: tuple[Replica, ...]
    decision: Decision
    requests: frozenset[Request]
    responses: frozenset[Response]
    reader: Reader
    written: int
    shrinks: int
    restarts: int
    deletions: int
    """How much of the bounds is used up."""


class View(NamedTuple):
    """A state with its configuration."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    """Replica 1 is elected in epoch 0; nobody has heard of it."""
    unaware = Replica((), 0, 0, -1, None, 0, (0,) * c.replicas, (), None)
    decision = Decision(1, 0, frozenset(range(1, c.replicas + 1)))
    yield State(
        (unaware,) * c.replicas, decision, frozenset(), frozenset(), Reader((), 0, -1, None), 0, 0, 0, 0
    )  # fmt: skip


def replica(s: State, r: int) -> Replica:
    return s.replicas[r - 1]


def leads(s: State, r: int) -> bool:
    """`r` believes to lead, rightly or not."""
    return s.replicas[r - 1].leader == r


def leads_now(s: State, r: int) -> bool:
    """`r` leads, and the controller agrees."""
    return leads(s, r) and s.decision.leader == r and s.decision.epoch == replica(s, r).epoch


def with_replica(s: State, r: int, **changes: Any) -> State:
    """The state with fields of one replica changed."""
    made = s.replicas[r - 1]._replace(**changes)
    return s._replace(replicas=(*s.replicas[: r - 1], made, *s.replicas[r:]))


def assigned(epochs: tuple[EpochStart, ...], epoch: int, start: int) -> tuple[EpochStart, ...]:
    """The cache with an epoch that begins at `start`; an epoch without records gives way to it."""
    if epochs and epochs[-1].epoch == epoch:
        return epochs
    return (*(one for one in epochs if one.epoch < epoch and one.start < start), EpochStart(epoch, start))


def cut_epochs(epochs: tuple[EpochStart, ...], end: int) -> tuple[EpochStart, ...]:
    """The cache of a log that is cut at `end`."""
    return tuple(one for one in epochs if one.start < end)


def epochs_of(c: Config, log: tuple[Entry, ...]) -> tuple[EpochStart, ...]:
    """The cache as a restart finds it in the log."""
    found: tuple[EpochStart, ...] = ()
    for offset, entry in enumerate(log):
        if entry.epoch > 0 or c.rules.recovery_keeps_epoch_zero:
            found = assigned(found, entry.epoch, offset)
    return found


def end_of_epoch(epochs: tuple[EpochStart, ...], log_end: int, epoch: int) -> EpochStart:
    """The largest known epoch up to `epoch`, and where it ends; below all of them, `epoch` ends where the first begins.

    Here `EpochStart.start` is an end: the start of the epoch after it, or the log end.
    """
    up_to = [one for one in epochs if one.epoch <= epoch]
    after = next((one.start for one in epochs if one.epoch > epoch), log_end)
    return EpochStart(up_to[-1].epoch if up_to else epoch, after)


def last_epoch(c: Config, own: Replica) -> int:
    """The last epoch that a replica has seen; -1 if it has seen none."""
    seen = own.epochs if c.rules.fetches_name_the_cached_epoch else own.log
    return seen[-1].epoch if seen else -1


def cut_offset(own: Replica, diverging: EpochStart) -> int:
    """Where a follower cuts its log: at its own end of an older epoch, or at the smaller end of the common one."""
    mine = end_of_epoch(own.epochs, len(own.log), diverging.epoch)
    return mine.start if mine.epoch != diverging.epoch else min(mine.start, diverging.start)
