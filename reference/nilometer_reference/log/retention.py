"""Deleting from the start of a log: whole segments by age and size, and records on request.

    a segment goes, if all before it go and it ends at or below the high watermark, when
    policy `delete`   its largest timestamp is older than retention.ms       (no timestamps: its last append)
    policy `delete`   what is left without it is still at least retention.bytes
    any policy        it lies below the log start offset whole               (DeleteRecords, KIP-107)

The log end offset stays, whatever goes: if all goes, a new empty segment begins there first. What is known of
producers stays too (KIP-360), and the last leader epoch: a snapshot as of the new start and the epochs are made
durable before the batches go.

Sources: `UnifiedLog.deleteOldSegments`; KAFKA-5634 for the high watermark.
"""

from __future__ import annotations

from nilometer_reference.log.errors import OffsetOutOfRange
from nilometer_reference.log.log_state import LogState
from nilometer_reference.log.record_times import read_times
from nilometer_reference.log.replay import producers_at, snapshot_offsets
from nilometer_reference.log.segment import Segment, segment_name


def delete_records(log: LogState, before_offset: int, high_watermark: int) -> int:
    """See `Log.delete_records`."""
    log.check_online()
    target = high_watermark if before_offset == -1 else before_offset
    if target < 0 or target > high_watermark:
        raise OffsetOutOfRange(f"{before_offset=} above the high watermark {high_watermark}")
    if target > log.log_start_offset:
        if target > log.flushed_offset:
            log.flush()  # what is known of the producers of these records must not be lost with them
        with log.storage_work():
            log.move_log_start_offset(target)
    return log.log_start_offset


def delete_expired(log: LogState, now_ms: int, high_watermark: int) -> int:
    """See `Log.retention`."""
    log.write_pending()
    log.producers.expire(now_ms, log.config.producer_id_expiration_ms)
    count = _expired(log, now_ms, high_watermark)
    if count:
        if count == len(log.segments):
            log.roll(now_ms)
        with log.storage_work():
            _delete_first(log, count)
    return count


def _expired(log: LogState, now_ms: int, high_watermark: int) -> int:
    excess = log.size - log.config.retention_bytes
    count = 0
    for segment in log.segments:
        end_offset = log.end_of(segment)
        is_active = segment is log.active
        if end_offset > high_watermark or (is_active and segment.size == 0):
            break
        below_start = end_offset <= log.log_start_offset and not is_active
        if not (below_start or _expires(log, segment, now_ms, excess)):
            break
        excess -= segment.size
        count += 1
    return count


def _expires(log: LogState, segment: Segment, now_ms: int, excess: int) -> bool:
    """Whether policy `delete` asks for it; `excess` is what the log has above retention.bytes with this segment."""
    config = log.config
    if not config.cleanup_delete:
        return False
    if config.retention_bytes >= 0 and excess >= segment.size:
        return True
    if config.retention_ms < 0:
        return False
    latest_ms = segment.max_timestamp
    if now_ms - latest_ms > config.retention_ms and not segment.headers_are_checked:
        latest_ms = read_times(segment).max_timestamp
    if latest_ms < 0:
        latest_ms = _last_append_ms(log, segment)
    return now_ms - latest_ms > config.retention_ms


def _last_append_ms(log: LogState, segment: Segment) -> int:
    """At the earliest; after a start it is the instant of the start."""
    index = log.segments.index(segment) + 1
    return log.segments[index].created_ms if index < len(log.segments) else log.last_append_ms


def _delete_first(log: LogState, count: int) -> None:
    doomed, kept = log.segments[:count], log.segments[count:]
    start = kept[0].base_offset
    state = producers_at(log, start)
    log.store.write_whole(segment_name(start, "snapshot"), state.encode())
    log.write_epochs()
    if start > log.log_start_offset:
        log.move_log_start_offset(start)  # and all names before it are safe
    else:
        log.store.flush()
    log.replace_segments(kept)
    for segment in doomed:
        segment.delete()
    for offset in snapshot_offsets(log):
        if offset < start:
            log.store.delete(segment_name(offset, "snapshot"))
