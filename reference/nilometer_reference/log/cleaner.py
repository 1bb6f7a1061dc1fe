"""Compaction: of each key the last record stays, and the log keeps its offsets, its order and its end.

    log start        cleaned up to          first uncleanable            log end
    |==== clean =====|======= dirty =========|---- left alone -----[ active ]
                      keys are read from here
    |========== both are written anew ========|

first uncleanable: the active segment; the last stable offset, so also the high watermark (KAFKA-13194); the first
dirty segment with a record younger than min.compaction.lag.ms (KIP-58). Always a segment border.

A cleaning is due when the dirty part is more than min.cleanable.dirty.ratio of both, when a dirty segment is older
than max.compaction.lag.ms (KIP-354), or when a delete horizon has passed.

    keys      from the dirty part, to where they fill `KEYS_BYTES_MAX`
    sieve     all segments up to there, batch by batch                           (`sieve`)
    swap      each group of neighbours that fit one segment becomes one file     (`swap`)

The log is flushed first, so that a crash can only lose what is behind the part that is rewritten. If it is the
rewriting that fails, the log is as it was and stays online. Sources: Kafka's `LogCleanerManager`, `Cleaner`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from nilometer_reference.log.cleaner_checkpoint import CleanerCheckpoint, read_checkpoint, write_checkpoint
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.log_state import LogState
from nilometer_reference.log.record_times import read_times
from nilometer_reference.log.replay import producers_at, snapshot_offsets
from nilometer_reference.log.segment import Segment, segment_name
from nilometer_reference.log.sieve import AbortedRanges, Sieve, latest_offsets
from nilometer_reference.log.swap import cleaned_name, swap_in
from nilometer_reference.wire.records import NO_TIMESTAMP

KEYS_BYTES_MAX: Final = 128 * 1024 * 1024
"""Memory for keys and their offsets in one cleaning (log.cleaner.dedupe.buffer.size)."""
_ENTRY_BYTES: Final = 150
"""About what a dictionary spends on a key beside its bytes."""
_WRITE_BYTES: Final = 1 << 20
_OFFSETS_MAX: Final = 2**31 - 1
"""Offsets that one segment may span, as Kafka's relative offsets."""


class Cleaning(NamedTuple):
    """What a cleaning has done."""

    first_dirty_offset: int
    end_offset: int
    """Below it (exclusive) the log is clean now."""
    bytes_before: int
    bytes_after: int
    records_removed: int


class Cleanable(NamedTuple):
    """What a cleaning could do now."""

    first_dirty_offset: int
    end_offset: int
    """First uncleanable offset (exclusive)."""
    dirty_ratio: float
    """Share of the dirty bytes in all that would be rewritten."""
    is_due: bool


def cleanable(log: LogState, now_ms: int, high_watermark: int) -> Cleanable:
    """What is clean, dirty and uncleanable: the module's drawing."""
    first_dirty, horizon_ms = read_checkpoint(log.store)
    first_dirty = max(first_dirty, log.segments[0].base_offset)
    segments = _cleanable_segments(log, first_dirty, now_ms, high_watermark)
    end_offset = log.end_of(segments[-1]) if segments else log.segments[0].base_offset
    dirty = [segment for segment in segments if segment.base_offset >= first_dirty]
    dirty_bytes = sum(segment.size for segment in dirty)
    all_bytes = sum(segment.size for segment in segments)
    dirty_ratio = dirty_bytes / all_bytes if all_bytes else 0.0
    config = log.config
    is_late = any(
        segment.size and 0 <= segment.first_timestamp < now_ms - config.max_compaction_lag_ms for segment in dirty
    )
    has_passed = horizon_ms is not None and horizon_ms <= now_ms and bool(segments)
    return Cleanable(
        first_dirty, end_offset, dirty_ratio, dirty_ratio > config.min_cleanable_dirty_ratio or is_late or has_passed
    )


def clean(log: LogState, now_ms: int, high_watermark: int, *, force: bool) -> Cleaning | None:
    """See `Log.compact`."""
    log.write_pending()
    if not log.config.cleanup_compact:
        return None
    active = log.active
    if active.size and (force or now_ms - active.created_ms > log.config.max_compaction_lag_ms):
        log.roll(now_ms)
    plan = cleanable(log, now_ms, high_watermark)
    segments = [segment for segment in log.segments if segment.base_offset < plan.end_offset]
    if not segments or not (force or plan.is_due):
        return None
    log.flush()
    aborted = AbortedRanges(entry for segment in log.segments for entry in segment.aborted.entries)
    keys, segments = _read_keys(segments, aborted, plan.first_dirty_offset)
    end_offset = log.end_of(segments[-1])
    sieve = Sieve(
        keys,
        aborted,
        # As of the end of the cleaned part: a follower may yet lose what lies behind it.
        remembered_offsets=producers_at(log, end_offset).remembered_offsets(log.producers.entries),
        end_offset=end_offset,
        now_ms=now_ms,
        delete_retention_ms=log.config.delete_retention_ms,
    )
    bytes_before = log.size
    for group in list(_groups(log, segments)):
        _rewrite(log, group, sieve)
    with log.storage_work():
        write_checkpoint(log.store, CleanerCheckpoint(end_offset, sieve.next_horizon_ms))
        log.store.flush()
        _delete_stray_snapshots(log, end_offset)
    return Cleaning(plan.first_dirty_offset, end_offset, bytes_before, log.size, sieve.records_removed)


def _cleanable_segments(log: LogState, first_dirty: int, now_ms: int, high_watermark: int) -> list[Segment]:
    unstable = log.producers.first_unstable_offset(high_watermark)
    limit = high_watermark if unstable is None else min(unstable, high_watermark)
    min_lag_ms = log.config.min_compaction_lag_ms
    found: list[Segment] = []
    for segment in log.segments[:-1]:
        if log.end_of(segment) > limit:
            break
        if min_lag_ms > 0 and segment.base_offset >= first_dirty and segment.size:
            latest_ms = read_times(segment).max_timestamp
            if now_ms - (latest_ms if latest_ms >= 0 else segment.created_ms) < min_lag_ms:
                break
        found.append(segment)
    return found


def _read_keys(
    segments: Sequence[Segment], aborted: AbortedRanges, first_dirty: int
) -> tuple[dict[bytes, int], list[Segment]]:
    """The last offset of each key in the dirty segments, and the segments up to where the memory for it lasts."""
    keys: dict[bytes, int] = {}
    used = 0
    for index, segment in enumerate(segments):
        if segment.base_offset < first_dirty:
            continue
        for key, offset in latest_offsets((batch for _, batch in segment.batches()), aborted):
            if key not in keys:
                used += len(key) + _ENTRY_BYTES
            keys[key] = offset
        if used > KEYS_BYTES_MAX:
            return keys, list(segments[: index + 1])
    return keys, list(segments)


def _groups(log: LogState, segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Neighbours that together fit into one segment."""
    group: list[Segment] = []
    for segment in segments:
        if group and (
            sum(member.size for member in group) + segment.size > log.config.segment_bytes
            or log.end_of(segment) - group[0].base_offset > _OFFSETS_MAX
        ):
            yield group
            group = []
        group.append(segment)
    yield group


def _rewrite(log: LogState, group: Sequence[Segment], sieve: Sieve) -> None:
    """Put what the sieve leaves of the group in its place."""
    base_offset, end_offset = group[0].base_offset, log.end_of(group[-1])
    try:
        cleaned, is_changed = _write_cleaned(log, group, sieve)
    except KafkaStorageError:
        _forget_cleaned(log, base_offset)
        raise
    if not is_changed and len(group) == 1:
        _forget_cleaned(log, base_offset)
        return
    with log.storage_work():
        swap_in(log.store, base_offset, end_offset)
        cleaned.save_indexes()
    first = log.segments.index(group[0])
    log.replace_segments([*log.segments[:first], cleaned, *log.segments[first + len(group) :]])


def _write_cleaned(log: LogState, group: Sequence[Segment], sieve: Sieve) -> tuple[Segment, bool]:
    """A segment with what the sieve leaves, on a file that is not yet in its place; whether anything has changed."""
    base_offset = group[0].base_offset
    name = cleaned_name(base_offset)
    log.store.delete(name)
    cleaned = Segment(log.store, base_offset, group[-1].created_ms, log.store.open(name))
    cleaned.headers_are_checked = all(segment.headers_are_checked for segment in group)
    is_changed = False
    for segment in group:
        for _, batch in segment.batches():
            kept = sieve.sift(batch)
            is_changed = is_changed or kept is not batch
            if kept is None:
                continue
            header = kept.header
            max_timestamp = header.max_timestamp if header.record_count else NO_TIMESTAMP
            cleaned.append(kept.data, header.base_offset, max_timestamp, log.config.index_interval_bytes)
            if cleaned.size - cleaned.written > _WRITE_BYTES:
                cleaned.write_pending()
        for entry in segment.aborted.entries:
            if entry.last_offset in sieve.markers_with_data:
                cleaned.aborted.append(entry)
    cleaned.flush()
    return cleaned, is_changed


def _forget_cleaned(log: LogState, base_offset: int) -> None:
    """If it cannot be deleted now, the next start does."""
    try:
        log.store.delete(cleaned_name(base_offset))
    except KafkaStorageError:
        return


def _delete_stray_snapshots(log: LogState, end_offset: int) -> None:
    """Of the segments that were merged into others."""
    bases = {segment.base_offset for segment in log.segments}
    for offset in snapshot_offsets(log):
        if offset < end_offset and offset not in bases:
            log.store.delete(segment_name(offset, "snapshot"))
