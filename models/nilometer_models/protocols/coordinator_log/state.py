"""The state of two brokers that replicate the log of a coordinator, each with what it remembers of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from nilometer_models.protocols.coordinator_log.fold import Log, Memory, Record, compacted, fold, folded


class Rules(NamedTuple):
    """The rules of a coordinator; the defaults are those of today's Kafka."""

    replay: str = "tolerant"
    """`strict`: a loader refuses to delete what it has not seen, as a live coordinator does (KAFKA-19862)."""
    loads_whole_log: bool = True
    """A loader reads on after the first buffer (KAFKA-5600)."""
    soft_deleted_replayed: bool = True
    """A loader keeps what was softly deleted (karapace #170)."""
    failed_write_undone: bool = True
    """Memory goes back to where it was when a write fails (KAFKA-18084)."""
    acknowledgement_fenced: bool = True
    """A coordinator answers only while its broker leads in the epoch in which it wrote (KAFKA-20634)."""
    acknowledgement_waits: bool = True
    """A write is answered when the high watermark has passed it."""
    reads: str = "stable"
    """`stable`: all that was written, once it is committed (require_stable of OffsetFetch); `committed`: what is below
    the high watermark (without it); `written`: all, at once; `loaded`: what the coordinator knew when it was loaded."""
    compaction_below_high_watermark: bool = True
    """Compaction leaves alone what is not committed (KAFKA-13194)."""
    compaction_keeps: str = "latest"
    """Which record of a key compaction keeps; `first` is wrong."""


class Config(NamedTuple):
    """Bounds."""

    keys: int = 1
    kinds: frozenset[str] = frozenset({"put", "delete", "remove"})
    writes: int = 2
    elections: int = 1
    restarts: int = 0
    """Coordinators that lose their memory while their broker leads on."""
    failures: int = 0
    """Writes that fail."""
    compactions: int = 1
    buffer: int = 1
    """Records in one read of the loader; only a loader that stops after the first one minds."""
    rules: Rules = Rules()


class Coordinator(NamedTuple):
    """The live machine of a broker: `memory` is what it answers from and decides by."""

    epoch: int
    """The leader epoch in which it was loaded."""
    memory: Memory
    loaded: Memory
    """What it knew when it was loaded."""
    pending: tuple[Record, ...]
    """Written, not yet answered."""
    failed: bool
    """Loading has met a record that it refuses."""


class Broker(NamedTuple):
    """A replica of the log."""

    log: Log
    history: Log
    """What the log would be if nothing were ever cleaned: nobody has this."""
    end: int
    """Log end offset; compaction may remove the last record, not the offset."""
    high_watermark: int
    epoch: int
    leads: bool
    """What it believes; it may have been deposed."""
    epoch_start: int
    """As a leader: its log end offset at the beginning of the epoch."""
    coordinator: Coordinator | None


class State(NamedTuple):
    """See the module."""

    brokers: tuple[Broker, Broker]
    leader: int
    """The true one."""
    epoch: int
    acknowledged: Memory
    """For each key the last record that a client was told of, tombstones too."""
    writes: int
    restarts: int
    failures: int
    compactions: int


class View(NamedTuple):
    """A state with its configuration."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    nothing: Memory = (None,) * c.keys
    follower = Broker((), (), 0, 0, 1, False, 0, None)
    leader = follower._replace(leads=True, coordinator=Coordinator(1, nothing, nothing, (), False))
    yield State((leader, follower), 1, 1, nothing, 0, 0, 0, 0)


def other(broker: int) -> int:
    return 3 - broker


def with_broker(s: State, broker: int, **changes: Any) -> State:
    """The state with fields of one broker changed."""
    changed = s.brokers[broker - 1]._replace(**changes)
    return s._replace(brokers=(changed, s.brokers[1]) if broker == 1 else (s.brokers[0], changed))


def replayed(c: Config, log: Log) -> tuple[Memory, bool]:
    """What a loader makes of a log by the rules in force, and whether it has refused it."""
    memory: Memory = (None,) * c.keys
    for record in log if c.rules.loads_whole_log else log[: c.buffer]:
        if c.rules.replay == "strict" and record.kind != "put" and memory[record.key - 1] is None:
            return memory, True
        memory = fold(memory, record)
        if record.kind == "delete" and not c.rules.soft_deleted_replayed:
            memory = fold(memory, record._replace(kind="remove"))
    return memory, False


def is_current(one: Broker) -> bool:
    """Its coordinator is that of the epoch in which the broker leads, as far as the broker knows."""
    return one.coordinator is not None and one.leads and one.coordinator.epoch == one.epoch


def answer(c: Config, one: Broker) -> Memory | None:
    """What a coordinator answers to a read at this moment; None while it waits, or does not answer at all."""
    if one.coordinator is None or one.coordinator.failed or not is_current(one):
        return None
    if c.rules.reads == "loaded":
        return one.coordinator.loaded
    if c.rules.reads == "committed":
        return folded(tuple(r for r in one.log if r.offset < one.high_watermark), c.keys)
    if c.rules.reads == "stable" and one.high_watermark < one.end:
        return None
    return one.coordinator.memory


def cleanable_end(c: Config, one: Broker) -> int:
    """Where the cleaning of a broker's log ends."""
    return one.high_watermark if c.rules.compaction_below_high_watermark else one.end


def cleaned(c: Config, one: Broker, end: int, *, drops_tombstones: bool) -> Log:
    """The log of a broker after a cleaning by the rules in force."""
    return compacted(one.log, end, drops_tombstones=drops_tombstones, keeps=c.rules.compaction_keeps)
