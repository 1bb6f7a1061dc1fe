"""What one log of one broker consists of: a file of batches, two indexes, and what is known of them in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Rules(NamedTuple):
    """Rules of the protocol; the defaults are Kafka's."""

    log_end_advances: str = "before_transaction_index"
    """When the log end offset moves: `before_transaction_index` (KAFKA-7866), or `last`."""
    index_error_stops: bool = True
    """A log whose offset index could not be written goes offline (`LogDirFailureChannel`)."""
    entry_position: str = "before"
    """Where an entry of the offset index points: `before` the batch, or wrongly `after` it."""
    unindexed_is_unstable: bool = True
    """The last stable offset stays below a marker that the transaction index does not have."""
    acknowledged_when_done: bool = True
    """A batch is acknowledged after all its steps; else before its write."""
    recovery_rebuilds: bool = True
    """Recovery makes both indexes anew from the file (`LogSegment.recover`)."""
    recovery_cuts: bool = True
    """Recovery cuts off what is no whole batch."""
    recovery_keeps_unindexed: bool = True
    """Recovery reads on after the last entry of the offset index."""


class Config(NamedTuple):
    """Bounds, and the rules."""

    appends: int = 3
    batch_size: int = 2
    """Records in the largest batch."""
    failures: int = 1
    """Writes to the file or to an index that fail."""
    crashes: int = 1
    rules: Rules = Rules()


class Batch(NamedTuple):
    """Records that were appended together."""

    base_offset: int
    records: int
    content: int
    """Which append it was: no two batches have the same content."""
    aborts: bool
    """It is the marker that ends an aborted transaction."""


class Entry(NamedTuple):
    """An entry of the offset index."""

    offset: int
    position: int
    """Batches before it in the file."""


class State(NamedTuple):
    """Fields are the variables of the TLA+ module."""

    log: tuple[Batch, ...]
    """Whole batches in the file, which survives a crash of the process."""
    torn: bool
    """Part of a batch follows them."""
    offset_index: tuple[Entry, ...]
    aborted: tuple[int, ...]
    """The transaction index: offsets of markers."""
    log_end_offset: int
    """In memory: the offset that the next batch is given."""
    unstable: int | None
    """In memory: the first marker that could not be indexed."""
    stage: str
    """Of the append under way: `idle`, `written` or `indexed`."""
    online: bool
    acknowledged: frozenset[Batch]
    appended: int
    failures_left: int
    crashes_left: int


class View(NamedTuple):
    """What properties are told."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    """An empty log that is open."""
    yield State(
        log=(), torn=False, offset_index=(), aborted=(), log_end_offset=0, unstable=None, stage="idle", online=True,
        acknowledged=frozenset(), appended=0, failures_left=c.failures, crashes_left=c.crashes,
    )  # fmt: skip


def end_of(batch: Batch) -> int:
    """The offset after its last record."""
    return batch.base_offset + batch.records


def end_of_file(log: tuple[Batch, ...]) -> int:
    return end_of(log[-1]) if log else 0


def entry_of(c: Config, log: tuple[Batch, ...], at: int) -> Entry:
    """The entry of the batch at this position."""
    return Entry(log[at].base_offset, at if c.rules.entry_position == "before" else at + 1)


def rebuilt_index(c: Config, log: tuple[Batch, ...]) -> tuple[Entry, ...]:
    """Every batch but the first has an entry."""
    return tuple(entry_of(c, log, at) for at in range(1, len(log)))


def found(s: State, offset: int) -> Batch | None:
    """What a reader finds: from where the offset index sends it, the first batch that ends after the offset."""
    start = max((entry.position for entry in s.offset_index if entry.offset <= offset), default=0)
    return next((batch for batch in s.log[start:] if end_of(batch) > offset), None)


def last_stable_offset(s: State) -> int:
    return s.log_end_offset if s.unstable is None else s.unstable
