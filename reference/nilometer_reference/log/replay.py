"""Producer state as of an offset: the nearest snapshot before it that is whole, then the batches that follow.

    snapshot 0      snapshot 4096        snapshot 8192 (damaged)       offset
    |---------------|====== replayed ======================================|

Any snapshot may be lost: with none left, the whole log is read. What retention and compaction remove is safe,
since the one makes a snapshot durable first and the other leaves what is needed (`retention`, `cleaner`).
"""

from __future__ import annotations

import re
from typing import Final

from nilometer_reference.log.log_state import LogState, remember
from nilometer_reference.log.producer_state import ProducerState
from nilometer_reference.log.segment import HeaderFields, Segment, segment_name
from nilometer_reference.wire.record_encoding import EndTransactionMarker, decode_control_record, decode_records
from nilometer_reference.wire.records import CONTROL, LOG_APPEND_TIME

_SNAPSHOT: Final = re.compile(r"(\d{20})\.snapshot")


def producers_at(log: LogState, offset: int) -> ProducerState:
    """What the log knew of its producers when it ended at `offset`."""
    start, state = _nearest_snapshot(log, offset)
    for segment in log.segments_from(start):
        for position, fields in segment.headers(segment.offsets.position_for(start)):
            if fields[0] >= offset:
                return state
            if fields[0] >= start:
                replay(log, state, segment, position, fields)
    return state


def replay(
    log: LogState,
    state: ProducerState,
    segment: Segment,
    position: int,
    fields: HeaderFields,
    *,
    index_aborted: bool = False,
) -> None:
    """Take one stored batch into `state`, and with `index_aborted` into the segment's aborted index."""
    if fields[9] < 0:
        return
    # Without LogAppendTime the instant of the append is not stored: expiry then counts from now.
    appended_ms = fields[8] if fields[5] & LOG_APPEND_TIME else log.last_append_ms
    remember(
        state, segment.aborted if index_aborted else None, fields, _marker(segment, position, fields),
        base_offset=fields[0], now_ms=appended_ms,
    )  # fmt: skip


def _marker(segment: Segment, position: int, fields: HeaderFields) -> EndTransactionMarker | None:
    if not fields[5] & CONTROL or not fields[12]:
        return None
    return decode_control_record(decode_records(segment.batch_at(position))[0])


def snapshot_offsets(log: LogState) -> list[int]:
    """Offsets of the producer snapshots in the store, increasing."""
    return [int(found[1]) for name in log.store.names() if (found := _SNAPSHOT.fullmatch(name))]


def delete_snapshots(log: LogState, *, above: int) -> None:
    """Delete the snapshots at offsets greater than `above`: they know of batches that are no longer there."""
    for offset in snapshot_offsets(log):
        if offset > above:
            log.store.delete(segment_name(offset, "snapshot"))


def _nearest_snapshot(log: LogState, offset: int) -> tuple[int, ProducerState]:
    for candidate in reversed(snapshot_offsets(log)):
        if candidate <= offset:
            state = ProducerState.decode(log.store.read_whole(segment_name(candidate, "snapshot")))
            if state is not None:
                return candidate, state
    return 0, ProducerState()
