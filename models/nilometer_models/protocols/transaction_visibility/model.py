"""Visibility: appending, markers, replication, elections and reading, at the grain of the protocol.

    producers    AppendRecord  Mark
    leader       IncreaseHighWatermark  FailOver  Replay
    reader       Fetch  Query

Sources: KIP-98, KIP-207, KAFKA-5522; UnifiedLog, ProducerStateManager, TransactionIndex, and CompletedFetch of the
Java client.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.transaction_visibility.state import (
    ABORT,
    DATA,
    MARKERS,
    PLAIN,
    Aborted,
    Config,
    Entry,
    Rules,
    State,
    View,
    committed,
    fate,
    filtered,
    initial,
    last_stable_offset,
    learned,
    nothing_known,
    read_limit,
    replay,
    true_last_stable_offset,
)

MACHINE: Machine[Config, State, View] = Machine("transaction_visibility", initial, View, home=Path(__file__).parent)


def model(producers: int = 2, slots: int = 5, failovers: int = 1, **rules: bool) -> Instance[Config, State, View]:
    """An instance with these bounds; `rules` are fields of `Rules`."""
    return Instance(MACHINE, Config(producers, slots, failovers, Rules(**rules)))


def producer_ids(c: Config) -> range:
    return range(1, c.producers + 1)


def writers(c: Config) -> range:
    """0 is one that writes without transactions."""
    return range(c.producers + 1)


def outcomes(_: Config) -> Iterable[str]:
    return MARKERS


def ends(c: Config) -> range:
    return range(c.slots + 1)


def offsets(c: Config) -> range:
    return range(c.slots)


def _marker_is_lost(s: State, producer: int) -> bool:
    """Decided, but an election has cut the marker off."""
    if s.decisions[producer - 1] is None:
        return False
    return not any(e.producer == producer and e.kind in MARKERS for e in s.log[s.high_watermark :])


def _owes_marker(s: State, producer: int) -> bool:
    return s.known.ongoing[producer - 1] is not None or _marker_is_lost(s, producer)


def _appended(c: Config, s: State, entry: Entry) -> State:
    log = (*s.log, entry)
    return s._replace(log=log, known=learned(c, s.known, log, len(s.log), s.high_watermark))


@MACHINE.action("producer", producer=writers)
class AppendRecord:
    """A record is written: of the producer's open transaction, which it may begin, or without one (0)."""

    @staticmethod
    def why_not(c: Config, s: State, producer: int) -> str | None:
        if not s.replayed:
            return "the leader reads its log"
        if producer and s.decisions[producer - 1] is not None:
            return "its last transaction is not complete"
        markers = sum(_owes_marker(s, p) or p == producer for p in producer_ids(c))
        return "bound: slots, with room for markers" if len(s.log) + 1 + markers > c.slots else None

    @staticmethod
    def apply(c: Config, s: State, producer: int) -> State:
        return _appended(c, s, Entry(DATA if producer else PLAIN, producer))


@MACHINE.action("producer", producer=producer_ids, outcome=outcomes)
class Mark:
    """The marker of an open transaction is written; one that an election has lost is written again."""

    @staticmethod
    def why_not(_: Config, s: State, producer: int, outcome: str) -> str | None:
        if not s.replayed:
            return "the leader reads its log"
        decision = s.decisions[producer - 1]
        if decision is None:
            return None if s.known.ongoing[producer - 1] is not None else "it has no open transaction"
        if decision != outcome:
            return "it was decided otherwise"
        return None if _marker_is_lost(s, producer) else "the marker is there"

    @staticmethod
    def apply(c: Config, s: State, producer: int, outcome: str) -> State:
        decisions = (*s.decisions[: producer - 1], outcome, *s.decisions[producer:])
        return _appended(c, s, Entry(outcome, producer))._replace(decisions=decisions)


@MACHINE.action("leader")
class IncreaseHighWatermark:
    """One more entry is on every in-sync replica: a transaction whose marker it is becomes stable."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if not s.replayed:
            return "the leader reads its log"
        return "it is at the end" if s.high_watermark >= len(s.log) else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        entry, end = s.log[s.high_watermark], s.high_watermark + 1
        known = s.known
        if c.rules.replicated_is_forgotten:
            known = known._replace(unreplicated=frozenset(t for t in known.unreplicated if t.last >= end))
        decisions = s.decisions
        if entry.kind in MARKERS:
            decisions = (*decisions[: entry.producer - 1], None, *decisions[entry.producer :])
        return s._replace(high_watermark=end, known=known, decisions=decisions)


@MACHINE.action("fault", end=ends)
class FailOver:
    """Another replica leads: its log ends at or above the high watermark, and its state of producers is to be built."""

    @staticmethod
    def why_not(c: Config, s: State, end: int) -> str | None:
        lowest = s.high_watermark if c.rules.clean_election else 0
        if not lowest <= end <= len(s.log):
            return "no replica of the in-sync set ends there"
        return "bound: elections" if s.failovers >= c.failovers else None

    @staticmethod
    def apply(c: Config, s: State, end: int) -> State:
        return s._replace(
            log=s.log[:end], high_watermark=min(s.high_watermark, end), known=nothing_known(c), replayed=False,
            failovers=s.failovers + 1,
        )  # fmt: skip


@MACHINE.action("leader")
class Replay:
    """A new leader rebuilds its state of producers from its log."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return "it has read its log" if s.replayed else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return s._replace(known=replay(c, s.log, s.high_watermark), replayed=True)


@MACHINE.action("reader", end=ends)
class Fetch:
    """The reader gets the entries from its position up to `end`, and drops what is listed as aborted."""

    @staticmethod
    def why_not(c: Config, s: State, end: int) -> str | None:
        if c.rules.served_after_replay and not s.replayed:
            return "the leader reads its log"
        if end <= s.position:
            return "it has read so far"
        return "not stable yet" if end > read_limit(c, s) else None

    @staticmethod
    def apply(c: Config, s: State, end: int) -> State:
        return s._replace(position=end, delivered=s.delivered + filtered(c, s, end))


def _answer(c: Config, s: State, time: int) -> int:
    """The first record at or after a time below the reader's limit; -1 for none. Times are offsets here."""
    limit = last_stable_offset(c, s) if c.rules.query_isolated else s.high_watermark
    return next((o for o in range(time, limit) if s.log[o].kind not in MARKERS), -1)


@MACHINE.action("reader", time=offsets)
class Query:
    """A reader with read_committed asks for the first record at or after a time (ListOffsets)."""

    @staticmethod
    def why_not(c: Config, s: State, time: int) -> str | None:
        if not s.replayed:
            return "the leader reads its log"
        return "it learns nothing" if _answer(c, s, time) <= s.queried else None

    @staticmethod
    def apply(c: Config, s: State, time: int) -> State:
        return s._replace(queried=_answer(c, s, time))


@MACHINE.invariant("V4", "T1", "T2", "T3")
def read_committed_view(view: View) -> bool:
    """The reader has got exactly the committed and the non-transactional records below its position, in order."""
    s = view.state
    return s.delivered == committed(s.log, s.position)


@MACHINE.invariant("V4", "V2")
def reads_are_stable(view: View) -> bool:
    """The reader's position is at most the last stable offset, as the log itself says it."""
    return view.state.position <= true_last_stable_offset(view.state)


@MACHINE.invariant("V5")
def last_stable_offset_exact(view: View) -> bool:
    """What the leader takes for the last stable offset is what its log says, once it has read it."""
    s = view.state
    return not s.replayed or last_stable_offset(view.config, s) == true_last_stable_offset(s)


@MACHINE.invariant("L11", "V5")
def last_stable_within_high_watermark(view: View) -> bool:
    """The last stable offset is at most the high watermark."""
    return last_stable_offset(view.config, view.state) <= view.state.high_watermark


@MACHINE.invariant("T7")
def aborted_list_exact(view: View) -> bool:
    """The index has each aborted transaction with its own first record and its marker, and nothing else."""
    s = view.state
    return not s.replayed or s.known.aborted == _aborted(s)


def _aborted(s: State) -> tuple[Aborted, ...]:
    found = []
    for last, marker in enumerate(s.log):
        own = [o for o in range(last) if s.log[o] == Entry(DATA, marker.producer) and fate(s.log, o) == last]
        if marker.kind == ABORT and own:
            found.append(Aborted(marker.producer, own[0], last))
    return tuple(found)


@MACHINE.invariant("TI3", "V4")
def queries_are_stable(view: View) -> bool:
    """A query with read_committed is answered with an offset below the last stable offset, or with none."""
    return view.state.queried < true_last_stable_offset(view.state) or view.state.queried == -1


@MACHINE.step_property("V5", "V1")
def last_stable_offset_never_falls(before: View, after: View) -> bool:
    """What is stable stays stable, also over an election."""
    return true_last_stable_offset(before.state) <= true_last_stable_offset(after.state)


@MACHINE.always_possible("V5", "V7")
def all_becomes_stable(view: View) -> bool:
    """The last stable offset is at the end of the log."""
    s = view.state
    return s.replayed and last_stable_offset(view.config, s) == len(s.log)


@MACHINE.witness("T7")
def an_aborted_range_is_skipped(view: View) -> bool:
    """The reader has passed an aborted record, and has got a later one."""
    s = view.state
    passed = [o for o in range(min(s.position, len(s.log))) if s.log[o].kind == DATA and o not in s.delivered]
    return bool(passed and s.delivered and s.delivered[-1] > passed[0])


@MACHINE.witness("V5")
def decided_but_not_stable(view: View) -> bool:
    """A record below the high watermark has its marker, which is not below it: readers have to wait."""
    s = view.state
    below = range(s.high_watermark)
    return any(s.log[o].kind == DATA and fate(s.log, o) is not None and not _is_below(s, fate(s.log, o)) for o in below)


def _is_below(s: State, offset: int | None) -> bool:
    return offset is not None and offset < s.high_watermark


@MACHINE.witness("V5")
def transactions_overlap(view: View) -> bool:
    """Two transactions are open at once."""
    return sum(first is not None for first in view.state.known.ongoing) > 1


@MACHINE.witness("R12")
def a_marker_is_lost(view: View) -> bool:
    """An election has cut a marker off: it has to be written again."""
    s = view.state
    return s.failovers > 0 and not s.replayed and any(_marker_is_lost(s, p) for p in producer_ids(view.config))
