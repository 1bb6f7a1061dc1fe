"""What compaction promises, said of the log that is left and of the history that it stands for."""

from __future__ import annotations

from itertools import pairwise

from nilometer_models.protocols.compaction.model import MACHINE
from nilometer_models.protocols.compaction.state import (
    NEVER,
    Batch,
    State,
    View,
    active_segment,
    is_aborted,
    is_marker,
    is_value,
    known,
    last_stable_offset,
    latest_committed,
    next_marker,
    producer_state,
    uncleaned,
)

__all__ = ["MACHINE"]


def _stands(s: State, offset: int) -> bool:
    return any(batch.offset == offset and not batch.empty for batch in s.log)


@MACHINE.invariant("C1", "T24")
def view_kept(view: View) -> bool:
    """For each key the last committed record still stands, but for a tombstone whose time has passed."""
    s = view.state
    return all(
        latest == NEVER or _stands(s, latest) or not is_value(s, latest)
        for key in range(1, view.config.keys + 1)
        for latest in (latest_committed(s, key),)
    )


@MACHINE.invariant("C2", "L1")
def survivors_keep_identity(view: View) -> bool:
    """What stands is what was written at that offset, in the order in which it was written."""
    s = view.state
    return all(b.offset < len(s.history) and s.history[b.offset] == b.entry for b in s.log) and all(
        before.offset < after.offset for before, after in pairwise(s.log)
    )


@MACHINE.invariant("C2", "L19")
def log_end_kept(view: View) -> bool:
    """The last batch is where the log ends: who copies the log gives no offset out again (KAFKA-17076)."""
    s = view.state
    return (s.log[-1].offset + 1 if s.log else 0) == len(s.history)


@MACHINE.invariant("C5", "V5")
def markers_outlive_data(view: View) -> bool:
    """Where a batch of a transaction that has ended stands, also an empty one, its marker stands."""
    s, written = view.state, uncleaned(view.state)
    return all(
        marker is None or _stands(s, marker.offset)
        for batch in s.log
        if batch.entry.producer and not is_marker(batch.entry)
        for marker in (next_marker(written, batch),)
    )


@MACHINE.invariant("V5", "C5")
def no_transaction_hangs(view: View) -> bool:
    """Who rebuilds the producers from the log finds the same transactions open: the last stable offset goes on."""
    c, s = view.config, view.state
    return all(
        producer_state(c, s.log, producer).open_at == known(c, s, producer).open_at
        for producer in range(1, c.producers + 1)
    )


@MACHINE.invariant("C5", "T2", "T7")
def aborted_stays_invisible(view: View) -> bool:
    """A reader takes a record that stands for aborted if and only if its transaction was aborted."""
    s, written = view.state, uncleaned(view.state)
    end = last_stable_offset(s)
    return all(
        is_aborted(s.log, batch) == is_aborted(written, batch)
        for batch in s.log
        if batch.offset < end and not is_marker(batch.entry) and not batch.empty
    )


@MACHINE.invariant("C7", "I1", "I2")
def deduplication_state_kept(view: View) -> bool:
    """Who rebuilds a live producer from the log knows its epoch and its last batch."""
    c, s = view.config, view.state
    return all(producer_state(c, s.log, p)[:2] == known(c, s, p)[:2] for p in s.live)


@MACHINE.invariant("C3")
def timely_reader_sees_delete(view: View) -> bool:
    """Whoever reads from the start for less than delete.retention.ms never holds an older record than the last one."""
    c, s = view.config, view.state
    if s.reader.started == NEVER or s.now - s.reader.started >= c.retention:
        return True
    return all(
        seen in (NEVER, latest)
        for key, seen in enumerate(s.reader.seen, start=1)
        for latest in (latest_committed(s, key),)
        if latest < s.reader.position
    )


def _at_or_above(s: State, offset: int) -> tuple[Batch, ...]:
    return tuple(batch for batch in s.log if batch.offset >= offset)


@MACHINE.step_property("C4")
def nothing_touched_above_bound(before: View, after: View) -> bool:
    """Whatever lies at or above the last stable offset, or in the active segment, stays as it is."""
    bound = min(last_stable_offset(before.state), active_segment(before.state))
    kept = _at_or_above(before.state, bound)
    return _at_or_above(after.state, bound)[: len(kept)] == kept


@MACHINE.witness("C2")
def an_empty_batch_ends_the_log(view: View) -> bool:
    """A batch without records is kept because it is the last one."""
    return bool(view.state.log) and view.state.log[-1].empty


@MACHINE.witness("C7")
def an_empty_batch_keeps_a_producer(view: View) -> bool:
    """A batch without records is kept for the sequence number in its header."""
    s = view.state
    return any(batch.empty and batch.offset + 1 < s.high_watermark for batch in s.log)


@MACHINE.witness("C7")
def an_empty_marker_keeps_an_epoch(view: View) -> bool:
    """A marker has lost its record, and is kept for the epoch in its header."""
    s = view.state
    return any(b.empty and is_marker(b.entry) and b.offset + 1 < s.high_watermark for b in s.log)


@MACHINE.witness("C3")
def a_marker_is_gone(view: View) -> bool:
    """All data of a transaction is gone, its horizon has passed, and so the marker is gone, too."""
    s = view.state
    there = {batch.offset for batch in s.log}
    return any(is_marker(entry) and offset not in there for offset, entry in enumerate(s.history))


@MACHINE.witness("C3")
def a_key_leaves_no_trace(view: View) -> bool:
    """A key was deleted, and neither its values nor its tombstone stand."""
    s = view.state
    return any(
        latest != NEVER and not is_value(s, latest) and not _stands(s, latest)
        for key in range(1, view.config.keys + 1)
        for latest in (latest_committed(s, key),)
    )


@MACHINE.witness("C3")
def a_late_reader_keeps_a_deleted_value(view: View) -> bool:
    """A reader that took longer than delete.retention.ms holds a value that was deleted, and is past the tombstone."""
    s = view.state
    return any(
        seen != NEVER and seen < latest < s.reader.position
        for key, seen in enumerate(s.reader.seen, start=1)
        for latest in (latest_committed(s, key),)
    )
