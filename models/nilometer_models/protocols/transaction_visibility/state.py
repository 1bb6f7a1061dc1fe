"""A partition with data and markers of several producers, what its leader knows of them, and one reader.

    offset       0      1      2      3      4      5
    entry        data   data   plain  abort  data   commit          producers 1, 2, -, 1, 1, 2
                                             ^                      first offset of what is not decided below
                                             last stable offset     the high watermark (here 6)

The reader gets entries below the last stable offset with the list of aborted transactions that touch them, and drops
their records itself. Variables and fields are those of TransactionVisibility.tla; offsets count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

DATA, PLAIN, COMMIT, ABORT = "data", "plain", "commit", "abort"
MARKERS: Final = (COMMIT, ABORT)
Log = tuple["Entry", ...]


class Rules(NamedTuple):
    """The rules of leader and reader; the defaults are those of today's Kafka."""

    waits_for_replicated_marker: bool = True
    """A transaction is unstable until its marker is below the high watermark (unreplicatedTxns)."""
    replicated_is_forgotten: bool = True
    """… and no longer."""
    bounded_by_high_watermark: bool = True
    """The last stable offset is at most the high watermark."""
    stable_is_exclusive: bool = True
    """Readers get offsets below the last stable offset, not that offset itself."""
    clean_election: bool = True
    """A new leader has everything below the high watermark."""
    served_after_replay: bool = True
    """A new leader serves readers only when it has rebuilt its state of producers from the log."""
    aborted_listed: bool = True
    """Answers carry the aborted transactions that touch the records in them."""
    first_offset_exact: bool = True
    """The entry of an aborted transaction begins with its own first record, not with the producer's."""
    only_aborts_indexed: bool = True
    """Committed transactions are not in the index of aborted ones."""
    filter_by_offset: bool = True
    """The reader drops a producer's records from the first offset of an aborted transaction to its abort marker; else
    from the beginning of the answer to the producer's first marker of any kind."""
    query_isolated: bool = True
    """A query by time with read_committed looks below the last stable offset only (KAFKA-5522)."""


class Config(NamedTuple):
    """Bounds: transactional producers (others write, too), slots of the log, elections."""

    producers: int = 2
    slots: int = 5
    failovers: int = 1
    rules: Rules = Rules()


class Entry(NamedTuple):
    """A record (`data`; `plain` without transaction) or a marker. `producer` is 0 for plain ones."""

    kind: str
    producer: int


class Completed(NamedTuple):
    """A transaction with its marker, which is at `last`."""

    first: int
    last: int


class Aborted(NamedTuple):
    """An entry of the index of aborted transactions."""

    producer: int
    first: int
    last: int


class Known(NamedTuple):
    """What a leader knows of producers: it follows from the log, one entry after the other."""

    ongoing: tuple[int | None, ...]
    """First offset of the open transaction of each producer."""
    unreplicated: frozenset[Completed]
    """Transactions whose marker is not yet below the high watermark."""
    aborted: tuple[Aborted, ...]
    """The index, in the order of the markers."""


class State(NamedTuple):
    """See the module."""

    log: Log
    """The leader's."""
    high_watermark: int
    known: Known
    replayed: bool
    """A new leader has not yet rebuilt what it knows while this is false."""
    decisions: tuple[str | None, ...]
    """How each producer's last transaction ends, until its marker is replicated: a marker that is lost comes again."""
    position: int
    """Of the reader."""
    delivered: tuple[int, ...]
    """Offsets of the records that the reader has given to its application."""
    queried: int
    """The largest offset that a query by time was answered with; -1 for none."""
    failovers: int


class View(NamedTuple):
    """What properties look at."""

    config: Config
    state: State


def nothing_known(c: Config) -> Known:
    return Known((None,) * c.producers, frozenset(), ())


def initial(c: Config) -> Iterator[State]:
    yield State((), 0, nothing_known(c), True, (None,) * c.producers, 0, (), -1, 0)


# What the log says, whatever the leader knows.


def fate(log: Log, offset: int) -> int | None:
    """The offset of the marker that decides a record; None while there is none."""
    producer = log[offset].producer
    later = range(offset + 1, len(log))
    return next((o for o in later if log[o].producer == producer and log[o].kind in MARKERS), None)


def is_stable(s: State, offset: int) -> bool:
    """The record needs no decision, or has one that cannot get lost any more."""
    if s.log[offset].kind != DATA:
        return True
    decided_at = fate(s.log, offset)
    return decided_at is not None and decided_at < s.high_watermark


def true_last_stable_offset(s: State) -> int:
    """First offset that is not decided below the high watermark; the high watermark if all are (exclusive)."""
    return next((o for o in range(s.high_watermark) if not is_stable(s, o)), s.high_watermark)


def is_committed(log: Log, offset: int) -> bool:
    """A reader has to see it: a record without transaction, or of a committed one."""
    if log[offset].kind == PLAIN:
        return True
    decided_at = fate(log, offset) if log[offset].kind == DATA else None
    return decided_at is not None and log[decided_at].kind == COMMIT


def committed(log: Log, end: int) -> tuple[int, ...]:
    """What a reader has to see below `end`, in order."""
    return tuple(offset for offset in range(min(end, len(log))) if is_committed(log, offset))


# What the leader makes of it.


def learned(c: Config, known: Known, log: Log, offset: int, high_watermark: int) -> Known:
    """What the leader knows after one more entry of its log (ProducerStateManager.update, completeTxn)."""
    kind, producer = log[offset]
    if kind == PLAIN:
        return known
    first = known.ongoing[producer - 1]
    if kind == DATA:
        return known._replace(ongoing=_with(known.ongoing, producer, offset)) if first is None else known
    if first is None:
        return known  # a marker without records: nothing to index
    unreplicated, aborted = known.unreplicated, known.aborted
    if c.rules.waits_for_replicated_marker and offset >= high_watermark:
        unreplicated |= {Completed(first, offset)}
    if kind == ABORT or not c.rules.only_aborts_indexed:
        own = first if c.rules.first_offset_exact else log.index(Entry(DATA, producer))
        aborted = (*aborted, Aborted(producer, own, offset))
    return Known(_with(known.ongoing, producer, None), unreplicated, aborted)


def _with(items: tuple[int | None, ...], number: int, value: int | None) -> tuple[int | None, ...]:
    return (*items[: number - 1], value, *items[number:])


def replay(c: Config, log: Log, high_watermark: int) -> Known:
    """What a leader knows that has read its log."""
    known = nothing_known(c)
    for offset in range(len(log)):
        known = learned(c, known, log, offset, high_watermark)
    return known


def last_stable_offset(c: Config, s: State) -> int:
    """What the leader takes for the last stable offset (UnifiedLog.lastStableOffset)."""
    end = s.high_watermark if c.rules.bounded_by_high_watermark else len(s.log)
    unstable = [first for first in s.known.ongoing if first is not None]
    return min([end, *unstable, *(done.first for done in s.known.unreplicated)])


def read_limit(c: Config, s: State) -> int:
    """Readers get offsets below it."""
    stable = last_stable_offset(c, s)
    return stable if c.rules.stable_is_exclusive else min(stable + 1, s.high_watermark)


def listed(c: Config, s: State, end: int) -> tuple[Aborted, ...]:
    """The aborted transactions of an answer with the entries from the reader's position up to `end`."""
    if not c.rules.aborted_listed:
        return ()
    return tuple(a for a in s.known.aborted if a.last >= s.position and a.first < end)


def filtered(c: Config, s: State, end: int) -> tuple[int, ...]:
    """Offsets of the records that the reader takes from such an answer (CompletedFetch)."""
    waiting = list(listed(c, s, end))
    dropped = set() if c.rules.filter_by_offset else {entry.producer for entry in waiting}
    taken = []
    for offset in range(s.position, end):
        kind, producer = s.log[offset]
        if c.rules.filter_by_offset:
            dropped |= {entry.producer for entry in waiting if entry.first <= offset}
            waiting = [entry for entry in waiting if entry.first > offset]
        if kind in MARKERS:
            if kind == ABORT or not c.rules.filter_by_offset:
                dropped.discard(producer)
        elif kind == PLAIN or producer not in dropped:
            taken.append(offset)
    return tuple(taken)
