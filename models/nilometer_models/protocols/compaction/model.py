"""A compacted partition at the grain of the cleaner: a batch has one record, a cleaning is one step.

    producers  Write   Marker           replication  IncreaseHighWatermark      log  Roll
    cleaner    Clean                    reader       StartRead  Read
    faults     CrashWhileCleaning  Expire            time  Tick

Sources: KIP-58, KIP-98, KIP-534; `Cleaner.java`, `CleanedTransactionMetadata.java`, `LogCleanerManager.java`,
`MemoryRecords.java`, `ProducerAppendInfo.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.compaction import cleaner
from nilometer_models.protocols.compaction.state import (
    NEVER,
    Batch,
    Config,
    Entry,
    Rules,
    State,
    View,
    active_segment,
    initial,
    is_aborted,
    is_marker,
    known,
    last_stable_offset,
)

MACHINE: Machine[Config, State, View] = Machine("compaction", initial, View, home=Path(__file__).parent)


def model(*, rules: Rules | None = None, **bounds: Any) -> Instance[Config, State, View]:
    """An instance with these bounds (fields of `Config`)."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def writers(c: Config) -> Iterable[int]:
    return range(0 if c.plain else 1, c.producers + 1)


def producer_ids(c: Config) -> Iterable[int]:
    return range(1, c.producers + 1)


def keys(c: Config) -> Iterable[int]:
    return range(1, c.keys + 1)


def kinds(c: Config) -> Iterable[str]:
    return sorted(c.kinds)


def outcomes(c: Config) -> Iterable[str]:
    return sorted(c.outcomes)


def segment_counts(c: Config) -> Iterable[int]:
    return range(1, c.log_size + 1)


def _epoch(c: Config, s: State, producer: int) -> int:
    return max(known(c, s, producer).epoch, 0)


def _append(s: State, entry: Entry) -> State:
    batch = Batch(len(s.history), entry, False, NEVER)
    live = s.live | {entry.producer} if entry.producer else s.live
    return s._replace(history=(*s.history, entry), log=(*s.log, batch), live=live)


@MACHINE.action("producer", producer=writers, key=keys, kind=kinds)
class Write:
    """A value or a tombstone is written, inside a transaction where the writer has a producer id."""

    @staticmethod
    def why_not(c: Config, s: State, *_: object) -> str | None:
        return "bound: log slots" if len(s.history) >= c.log_size else None

    @staticmethod
    def apply(c: Config, s: State, producer: int, key: int, kind: str) -> State:
        return _append(s, Entry(kind, key, producer, _epoch(c, s, producer) if producer else 0))


@MACHINE.action("producer", producer=producer_ids, kind=outcomes)
class Marker:
    """The open transaction of a producer ends; in version 2 the marker carries the next epoch (KIP-890)."""

    @staticmethod
    def why_not(c: Config, s: State, producer: int, _: str) -> str | None:
        if known(c, s, producer).open_at is None:
            return "no transaction is open"
        return "bound: log slots" if len(s.history) >= c.log_size else None

    @staticmethod
    def apply(c: Config, s: State, producer: int, kind: str) -> State:
        return _append(s, Entry(kind, 0, producer, _epoch(c, s, producer) + (1 if c.version == 2 else 0)))


@MACHINE.action("replication")
class IncreaseHighWatermark:
    """Everything that was written is on all in-sync replicas."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return "the high watermark is at the end" if s.high_watermark == len(s.history) else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(high_watermark=len(s.history))


@MACHINE.action("log")
class Roll:
    """A new active segment begins."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return "the active segment is empty" if active_segment(s) == len(s.history) else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(segments=s.segments | {len(s.history)})


def _may_clean(c: Config, s: State) -> str | None:
    if not cleaner.is_dirty(c, s):
        return "nothing is dirty"
    return "bound: cleanings" if s.cleanings >= c.cleanings else None


@MACHINE.action("cleaner")
class Clean:
    """The cleaner rewrites every segment that its map reaches into, from the start of the log."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return _may_clean(c, s)

    @staticmethod
    def apply(c: Config, s: State) -> State:
        end = cleaner.end_of_segments(c, s, len(cleaner.cleaned_segments(c, s)))
        return s._replace(log=cleaner.cleaned(c, s, end), first_dirty=cleaner.map_end(c, s), cleanings=s.cleanings + 1)


@MACHINE.action("fault", count=segment_counts)
class CrashWhileCleaning:
    """Some segments have been swapped in, or all, but not the checkpoint: the next cleaning starts over."""

    @staticmethod
    def why_not(c: Config, s: State, count: int) -> str | None:
        if (reason := _may_clean(c, s)) is not None:
            return reason
        if count > len(cleaner.cleaned_segments(c, s)):
            return "it rewrites fewer segments"
        return "bound: crashes" if s.crashes >= c.crashes else None

    @staticmethod
    def apply(c: Config, s: State, count: int) -> State:
        end = cleaner.end_of_segments(c, s, count)
        return s._replace(log=cleaner.cleaned(c, s, end), cleanings=s.cleanings + 1, crashes=s.crashes + 1)


@MACHINE.action("time")
class Tick:
    """Time passes."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return "bound: ticks" if s.now >= c.ticks else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(now=s.now + 1)


@MACHINE.action("time", producer=producer_ids)
class Expire:
    """The broker forgets a producer that has been silent for long and has nothing open."""

    @staticmethod
    def why_not(c: Config, s: State, producer: int) -> str | None:
        if producer not in s.live:
            return "there is nothing to forget"
        if known(c, s, producer).open_at is not None:
            return "its transaction is open"
        return "bound: expiries" if s.expiries >= c.expiries else None

    @staticmethod
    def apply(_: Config, s: State, producer: int) -> State:
        return s._replace(live=s.live - {producer}, expiries=s.expiries + 1)


@MACHINE.action("reader")
class StartRead:
    """A consumer begins at the start of the log."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.reader.started != NEVER:
            return "it has begun"
        return None if c.reads else "bound: reads"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(reader=s.reader._replace(started=s.now))


def _next_to_read(s: State) -> Batch | None:
    end = last_stable_offset(s)
    return next((b for b in s.log if s.reader.position <= b.offset < end), None)


@MACHINE.action("reader")
class Read:
    """It takes the next batch below the last stable offset; of aborted and empty ones and markers it keeps nothing."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if s.reader.started == NEVER:
            return "nobody reads"
        return "it is at the end" if _next_to_read(s) is None else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        batch = _next_to_read(s)
        assert batch is not None
        seen = s.reader.seen
        if not (batch.empty or is_marker(batch.entry) or is_aborted(s.log, batch)):
            seen = (*seen[: batch.entry.key - 1], batch.offset, *seen[batch.entry.key :])
        return s._replace(reader=s.reader._replace(position=batch.offset + 1, seen=seen))
