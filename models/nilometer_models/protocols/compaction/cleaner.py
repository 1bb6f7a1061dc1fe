"""What one cleaning does to a log (Cleaner, CleanedTransactionMetadata, MemoryRecords.filterTo).

data, aborted                      goes
data, a later record of its key    goes
tombstone                          goes once its delete horizon has passed; gets one where it has none
marker, data of its transaction    stays
marker, no data left               the same as a tombstone
last of a live producer            stays, if need be as an empty batch
last before the high watermark     stays, if need be as an empty batch
"""

from __future__ import annotations

from nilometer_models.protocols.compaction.state import (
    NEVER,
    Batch,
    Config,
    State,
    active_segment,
    is_aborted,
    is_marker,
    known,
    last_stable_offset,
    segment_of,
)


def cleanable_end(c: Config, s: State) -> int:
    """Cleaning touches whole segments below this offset (LogCleanerManager.cleanableOffsets, LogToClean)."""
    if c.rules.bound == "active_segment":
        return active_segment(s)
    limit = s.high_watermark if c.rules.bound == "high_watermark" else last_stable_offset(s)
    return segment_of(s, min(limit, active_segment(s)))


def is_dirty(c: Config, s: State) -> bool:
    """Something below that end was never cleaned: else the cleaner leaves the log alone."""
    start, end = segment_of(s, s.first_dirty), cleanable_end(c, s)
    return any(start <= batch.offset < end for batch in s.log)


def _known_aborted(c: Config, s: State, batch: Batch) -> bool:
    return c.rules.transaction_index and is_aborted(s.log, batch)


def mapped(c: Config, s: State) -> list[Batch]:
    """The records whose keys are to enter the map."""
    end = cleanable_end(c, s)
    return [
        b
        for b in s.log
        if s.first_dirty <= b.offset < end
        and not is_marker(b.entry)
        and not b.empty
        and not (c.rules.aborted_leave_map and _known_aborted(c, s, b))
    ]


def map_end(c: Config, s: State) -> int:
    """First offset that the map does not cover: where it was full, or the end of what can be cleaned."""
    keys: set[int] = set()
    for batch in mapped(c, s):
        if len(keys) >= c.map_slots:
            return batch.offset
        keys.add(batch.entry.key)
    return cleanable_end(c, s)


def cleaned_segments(c: Config, s: State) -> list[int]:
    """Base offsets of the segments that are rewritten, whole ones, in order."""
    return sorted(base for base in s.segments if base < map_end(c, s))


def end_of_segments(c: Config, s: State, count: int) -> int:
    """First offset behind the first `count` rewritten segments."""
    cleaned = cleaned_segments(c, s)
    return min((base for base in s.segments if base > cleaned[count - 1]), default=active_segment(s))


def has_data(c: Config, s: State, marker: Batch) -> bool:
    """A batch of the transaction of this marker is still in the log."""
    for batch in reversed(s.log):
        if batch.entry.producer != marker.entry.producer or batch.offset >= marker.offset:
            continue
        if not c.rules.state_spans_segments and batch.offset < segment_of(s, marker.offset):
            return False
        if not is_marker(batch.entry):
            if not batch.empty or c.rules.empty_batches_count:
                return True
        elif not batch.empty:
            return False
    return False


def may_go(c: Config, s: State, marker: Batch) -> bool:
    """A marker goes when its horizon has passed: it bounds nothing any more."""
    if not c.rules.transaction_index:
        return True
    shadowed = not c.rules.markers_leave_map and any(
        b.offset > marker.offset and b.entry.kind == marker.entry.kind and b.offset < map_end(c, s) for b in s.log
    )
    return shadowed or not has_data(c, s, marker)


def must_stay(c: Config, s: State, batch: Batch) -> bool:
    """If need be as an empty batch."""
    if c.rules.last_batch_stays and batch.offset + 1 == s.high_watermark:
        return True
    if not c.rules.producers_kept or batch.entry.producer not in s.live:
        return False
    producer = known(c, s, batch.entry.producer)
    if producer.last is not None:
        return batch.offset == producer.last
    return is_marker(batch.entry) and batch.entry.epoch == producer.epoch


def has_passed(s: State, batch: Batch) -> bool:
    return batch.horizon != NEVER and batch.horizon <= s.now


def keeps_record(c: Config, s: State, batch: Batch) -> bool:
    if batch.empty:
        return False
    if is_marker(batch.entry):
        shadowed = not c.rules.markers_leave_map and may_go(c, s, batch) and has_data(c, s, batch)
        return not shadowed and not (may_go(c, s, batch) and has_passed(s, batch))
    if _known_aborted(c, s, batch):
        return False
    if batch.offset >= map_end(c, s):
        return True
    latest = max((b.offset for b in mapped(c, s) if b.entry.key == batch.entry.key and b.offset < map_end(c, s)),
                 default=NEVER)  # fmt: skip
    return batch.offset >= latest and (batch.entry.kind == "value" or not has_passed(s, batch))


def horizon_of(c: Config, s: State, batch: Batch) -> int:
    """The delete horizon of a batch that keeps its record: once set it stays."""
    if batch.horizon != NEVER:
        return batch.horizon
    if is_marker(batch.entry):
        waits = may_go(c, s, batch)
    else:
        waits = batch.entry.kind == "tombstone" and not (c.rules.horizon_within_map and batch.offset >= map_end(c, s))
    if not waits:
        return NEVER
    return s.now + (c.retention if c.rules.tombstones_wait else 0)


def cleaned(c: Config, s: State, end: int) -> tuple[Batch, ...]:
    """The log after a cleaning that has rewritten what is below `end`."""
    kept = []
    for batch in s.log:
        if batch.offset >= end:
            kept.append(batch)
        elif keeps_record(c, s, batch):
            kept.append(batch._replace(horizon=horizon_of(c, s, batch)))
        elif must_stay(c, s, batch):
            kept.append(batch._replace(empty=True, horizon=NEVER))
    if c.rules.offsets_kept:
        return tuple(kept)
    return tuple(b if b.offset >= end else b._replace(offset=index) for index, b in enumerate(kept))
