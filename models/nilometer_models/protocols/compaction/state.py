"""The state of a compacted log, and what follows from it. Variables and fields are those of Compaction.tla.

    history   every batch ever appended, at its offset: what the log would be if nothing were ever cleaned
    log       what is left of it

All that must be kept is a statement about both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

REMEMBERED = 100_000
"""What follows from a history alone is asked again and again."""
NEVER = -1
"""No delete horizon; nobody reads; nothing read."""


class Rules(NamedTuple):
    """Rules of the cleaner. The defaults are those of today's Kafka, but for the two that say so."""

    bound: str = "last_stable_offset"
    """Where cleaning ends: before the segment with the `last_stable_offset` (KAFKA-5196, KAFKA-13194), before the one
    with the `high_watermark`, or before the `active_segment` whatever is committed."""
    transaction_index: bool = True
    """The cleaner knows which transactions were aborted, and which have data left (KAFKA-5196)."""
    aborted_leave_map: bool = True
    """Keys of aborted records do not enter the map from keys to their latest offset."""
    state_spans_segments: bool = True
    """What is known about transactions is carried from one group of segments to the next (KAFKA-8351)."""
    empty_batches_count: bool = True
    """A batch that stands without records still is data of its transaction: the marker stays."""
    markers_leave_map: bool = True
    """Markers are not de-duplicated by their keys, which are equal for all of a kind."""
    tombstones_wait: bool = True
    """The delete horizon is the first cleaning plus delete.retention.ms, not the first cleaning itself (KIP-534)."""
    horizon_within_map: bool = True
    """A tombstone gets its horizon only from a cleaning whose map covers it. Kafka gives it to every tombstone in the
    segments that it rewrites: when the map was full, older values of the key may still stand (see README)."""
    last_batch_stays: bool = True
    """The last batch before the high watermark stays, if need be empty (KAFKA-17076)."""
    producers_kept: bool = True
    """The last batch of a live producer stays, if need be empty; its last marker, where that is newer in epoch."""
    empty_marker_keeps_epoch: bool = True
    """Who rebuilds the producers from a log learns the epoch of an emptied marker. Kafka skips it (see README)."""
    offsets_kept: bool = True
    """Survivors keep their offsets."""


class Config(NamedTuple):
    """Bounds. `retention` is delete.retention.ms in ticks; `version` 2 bumps the epoch with every marker (KIP-890)."""

    keys: int = 1
    producers: int = 1
    """Transactional ones."""
    plain: bool = True
    """Somebody writes without a producer id, too."""
    kinds: frozenset[str] = frozenset({"value", "tombstone"})
    """What is written."""
    outcomes: frozenset[str] = frozenset({"commit", "abort"})
    """How transactions end."""
    version: int = 1
    log_size: int = 4
    ticks: int = 1
    retention: int = 1
    cleanings: int = 2
    crashes: int = 0
    expiries: int = 0
    reads: int = 0
    map_slots: int = 2
    """Keys that fit into the cleaner's map."""
    rules: Rules = Rules()


class Entry(NamedTuple):
    """A batch of one record, or a marker. `kind`: value, tombstone, commit, abort."""

    kind: str
    key: int
    """0 for markers."""
    producer: int
    """0 where there is no producer id."""
    epoch: int


class Batch(NamedTuple):
    """A batch in the log. An empty one has lost its record and stands for what its header says."""

    offset: int
    entry: Entry
    empty: bool
    horizon: int
    """When a tombstone or marker may go; `NEVER` until a cleaning has set it."""


class Reader(NamedTuple):
    """One slow scan from the start of the log, read_committed."""

    started: int
    """`NEVER` before it begins."""
    position: int
    seen: tuple[int, ...]
    """For each key the offset of the last record that it has read, or `NEVER`."""


class State(NamedTuple):
    """See the module."""

    history: tuple[Entry, ...]
    log: tuple[Batch, ...]
    high_watermark: int
    segments: frozenset[int]
    """Base offsets; the highest one is that of the active segment."""
    first_dirty: int
    """First offset that no completed cleaning has covered."""
    live: frozenset[int]
    """Producers whose state has not expired."""
    now: int
    cleanings: int
    crashes: int
    expiries: int
    reader: Reader


class ProducerState(NamedTuple):
    """What a broker knows about a producer: a fold of the log."""

    epoch: int
    last: int | None
    """Offset of the last data batch of this epoch: it has the last sequence number."""
    open_at: int | None
    """First offset of the open transaction."""


UNKNOWN = ProducerState(NEVER, None, None)


class View(NamedTuple):
    """A state with its configuration."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    nobody = Reader(NEVER, 0, (NEVER,) * c.keys)
    yield State((), (), 0, frozenset({0}), 0, frozenset(), 0, 0, 0, 0, nobody)


def is_marker(entry: Entry) -> bool:
    return entry.kind in ("commit", "abort")


@lru_cache(REMEMBERED)
def _uncleaned(history: tuple[Entry, ...]) -> tuple[Batch, ...]:
    return tuple(Batch(offset, entry, False, NEVER) for offset, entry in enumerate(history))


def uncleaned(s: State) -> tuple[Batch, ...]:
    """The history as a log that nobody has cleaned."""
    return _uncleaned(s.history)


def producer_state(c: Config, log: tuple[Batch, ...], producer: int) -> ProducerState:
    """What somebody who has only this log knows about a producer (ProducerAppendInfo)."""
    return _producer_state(log, producer, c.rules.empty_marker_keeps_epoch)


@lru_cache(REMEMBERED)
def _producer_state(log: tuple[Batch, ...], producer: int, empty_marker_keeps_epoch: bool) -> ProducerState:
    epoch, last, open_at = UNKNOWN
    for batch in log:
        if batch.entry.producer != producer:
            continue
        if batch.empty and is_marker(batch.entry) and not empty_marker_keeps_epoch:
            continue
        if batch.entry.epoch != epoch:
            epoch, last = batch.entry.epoch, None
        if not is_marker(batch.entry):
            last = batch.offset
            open_at = batch.offset if open_at is None else open_at
        elif not batch.empty:
            open_at = None
    return ProducerState(epoch, last, open_at)


def known(c: Config, s: State, producer: int) -> ProducerState:
    """What the broker that wrote it all knows."""
    return producer_state(c, uncleaned(s), producer)


def next_marker(log: Iterable[Batch], batch: Batch) -> Batch | None:
    """The marker that ends the transaction of a data batch, as far as this log shows."""
    return next(
        (
            later
            for later in log
            if later.offset > batch.offset
            and later.entry.producer == batch.entry.producer
            and is_marker(later.entry)
            and not later.empty
        ),
        None,
    )


def is_aborted(log: Iterable[Batch], batch: Batch) -> bool:
    """A reader of this log takes the record for aborted."""
    if batch.entry.producer == 0:
        return False
    marker = next_marker(log, batch)
    return marker is not None and marker.entry.kind == "abort"


@lru_cache(REMEMBERED)
def _last_stable_offset(log: tuple[Batch, ...], high_watermark: int) -> int:
    undecided = [high_watermark]
    for batch in log:
        if batch.entry.producer and not is_marker(batch.entry):
            marker = next_marker(log, batch)
            if marker is None or marker.offset >= high_watermark:
                undecided.append(batch.offset)
    return min(undecided)


def last_stable_offset(s: State) -> int:
    """First offset whose fate is not known below the high watermark."""
    return _last_stable_offset(uncleaned(s), s.high_watermark)


def segment_of(s: State, offset: int) -> int:
    """The base offset of the segment that has this offset."""
    return max(base for base in s.segments if base <= offset)


def active_segment(s: State) -> int:
    return max(s.segments)


@lru_cache(REMEMBERED)
def _latest_committed(log: tuple[Batch, ...], end: int, key: int) -> int:
    return max(
        (b.offset for b in log if b.entry.key == key and b.offset < end and not is_aborted(log, b)), default=NEVER
    )


def latest_committed(s: State, key: int) -> int:
    """The offset of the last committed record of a key below the last stable offset; `NEVER` if there is none."""
    return _latest_committed(uncleaned(s), last_stable_offset(s), key)


def is_value(s: State, offset: int) -> bool:
    """The record at `offset` is no tombstone."""
    return s.history[offset].kind == "value"
