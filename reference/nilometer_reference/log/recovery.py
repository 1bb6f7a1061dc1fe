"""Opening a log: from whatever a store holds to a valid log.

    clean-shutdown mark   what is read                              what is repaired
    there                 indexes, newest snapshot, epochs          nothing: no scan
    missing               the same below the recovery point;        the first batch that is cut, damaged or out of
                          every batch from there on, CRC and all    order, and all behind it, is cut off

Property (tested for every prefix): any prefix of what was written recovers to a valid log that holds
everything flushed before. The mark is removed before anything else is done, and only a log that was
opened can be closed, so a start that fails half-way never leaves a mark (KAFKA-15375).

Offsets count on without a gap, unless the log is compacted: a gap means that the end of a segment was lost and the
next one was not, and the log ends before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from crc32c import crc32c

from nilometer_reference.log.cleaner_checkpoint import may_have_gaps
from nilometer_reference.log.leader_epochs import LeaderEpochs
from nilometer_reference.log.log_state import (
    CLEAN_SHUTDOWN,
    LEADER_EPOCHS,
    LOG_START_OFFSET,
    RECOVERY_POINT,
    UNCHECKED_HEADERS,
    LogState,
)
from nilometer_reference.log.producer_state import ProducerState
from nilometer_reference.log.replay import delete_snapshots, producers_at, replay
from nilometer_reference.log.segment import HeaderFields, Segment, segment_name
from nilometer_reference.log.storage import StoredFile
from nilometer_reference.log.swap import CLEANED, finish_swaps
from nilometer_reference.log.truncation import start_over
from nilometer_reference.wire.records import CRC_FROM, HEADER, HEADER_BYTES, LENGTH_PREFIX_BYTES, MAGIC, NO_TIMESTAMP

_READ_BYTES: Final = 1 << 20
_SEGMENT: Final = re.compile(r"(\d{20})\.log")
_LEFTOVERS: Final = (".tmp", CLEANED)
"""Suffixes of files that a crash left half-made."""


def recover(log: LogState) -> None:
    """Fill the empty `log` from its store."""
    with log.storage_work():
        _recover(log)


def _recover(log: LogState) -> None:
    store = log.store
    clean_end = log.read_offset(CLEAN_SHUTDOWN)
    store.delete(CLEAN_SHUTDOWN)
    store.flush()
    finish_swaps(store)
    names = store.names()
    for name in names:
        if name.endswith(_LEFTOVERS):
            store.delete(name)
    log.recovery_point = log.read_offset(RECOVERY_POINT) or 0
    log.headers_are_checked = log.headers_are_checked and UNCHECKED_HEADERS not in names
    start_offset = log.read_offset(LOG_START_OFFSET) or 0
    _find_segments(log, start_offset)
    log.log_start_offset = max(start_offset, log.segments[0].base_offset)
    is_clean = clean_end is not None and _load_clean(log, clean_end)
    if not is_clean:
        _scan(log)
    if log.log_end_offset < log.log_start_offset:
        # Records that were deleted on request are gone for good, even if their batches had never been flushed.
        start_over(log, log.log_start_offset, log.producers)
    log.producers.forget_transactions_before(log.log_start_offset)
    is_empty = log.log_start_offset == log.log_end_offset
    log.epochs.truncate_from_end(log.log_end_offset + is_empty)  # the epoch of what was deleted is still the last one
    log.epochs.truncate_from_start(log.log_start_offset)
    flushed_offset = log.log_end_offset if is_clean else min(log.recovery_point, log.log_end_offset)
    log.note_recovery(flushed_offset, log.last_append_ms)


def _find_segments(log: LogState, start_offset: int) -> None:
    bases = sorted(int(found[1]) for name in log.store.names() if (found := _SEGMENT.fullmatch(name)))
    for base_offset in bases:
        log.add_segment(Segment.existing(log.store, base_offset, log.last_append_ms))
    if not log.segments:
        log.add_segment(Segment(log.store, start_offset, log.last_append_ms))
        log.active.write_pending()


def _load_clean(log: LogState, end_offset: int) -> bool:
    """Whether everything that a clean shutdown leaves behind was there."""
    state = ProducerState.decode(log.store.read_whole(segment_name(end_offset, "snapshot")))
    epochs = LeaderEpochs.decode(log.store.read_whole(LEADER_EPOCHS))
    if state is None or epochs is None or end_offset < log.active.base_offset:
        return False
    if not all(segment.load_indexes() for segment in log.segments):
        return False
    log.producers, log.epochs, log.log_end_offset = state, epochs, end_offset
    return True


def _scan(log: LogState) -> None:
    """Read what the recovery point does not vouch for; cut the log at the first batch that is not right.

    Segments below the log start offset are left alone: retention will see to them.
    """
    segments = log.segments
    bases = [segment.base_offset for segment in segments]
    start = bisect_right(bases, log.log_start_offset) - 1
    first = max(start, min(bisect_left(bases, log.recovery_point), len(segments) - 1))
    for segment in segments[start:first]:
        if not segment.load_indexes():
            _index_again(log, segment)
    log.log_end_offset = bases[first]
    log.epochs = LeaderEpochs.decode(log.store.read_whole(LEADER_EPOCHS)) or _epochs_in(segments[:first])
    log.epochs.truncate_from_end(log.log_end_offset + 1)
    log.producers = producers_at(log, log.log_end_offset)
    has_gaps = log.config.cleanup_compact or may_have_gaps(log.store)
    for index in range(first, len(segments)):
        segment = segments[index]
        if segment.base_offset != log.log_end_offset and not has_gaps:
            _drop_from(log, index)
            break
        log.log_end_offset = segment.base_offset
        if not _read_segment(log, segment, has_gaps):
            _drop_from(log, index + 1)
            break
        if segment is not segments[-1]:
            segment.save_indexes()
    delete_snapshots(log, above=log.log_end_offset)


def _read_segment(log: LogState, segment: Segment, has_gaps: bool) -> bool:
    """Take one segment's batches into its indexes and the state of the log; false if its end had to be cut off."""
    epoch = log.epochs.latest
    for position, fields in _index(log, segment, has_gaps):
        if fields[9] >= 0:
            replay(log, log.producers, segment, position, fields, index_aborted=True)
        if fields[2] != epoch:
            log.epochs.assign(fields[2], fields[0])
            epoch = log.epochs.latest
        log.log_end_offset = fields[0] + fields[6] + 1
    return _cut_to_size(segment)


def _index_again(log: LogState, segment: Segment) -> None:
    """Make the indexes of a segment that was flushed long ago. The log goes on behind it, whatever is in it."""
    state = producers_at(log, segment.base_offset)
    for position, fields in _index(log, segment, True):
        replay(log, state, segment, position, fields, index_aborted=True)
    _cut_to_size(segment)
    segment.save_indexes()


def _index(log: LogState, segment: Segment, has_gaps: bool) -> Iterator[tuple[int, HeaderFields]]:
    """Fill offset and time index from the batches up to the first that is not right; each with its position."""
    interval = log.config.index_interval_bytes
    file_size = segment.size
    segment.forget()
    segment.headers_are_checked = log.headers_are_checked
    segment.size = segment.written = 0
    for position, fields in _right_batches(segment.file, file_size, segment.base_offset, has_gaps):
        segment.index(position, fields[0], fields[8] if fields[12] else NO_TIMESTAMP, interval)
        segment.size = segment.written = position + fields[1] + LENGTH_PREFIX_BYTES
        yield position, fields


def _right_batches(
    file: StoredFile, file_size: int, expected: int, has_gaps: bool
) -> Iterator[tuple[int, HeaderFields]]:
    """(position, header fields) of the batches from offset `expected` on, up to the first that is not right."""
    position, read_bytes, length = 0, _READ_BYTES, 0
    while file_size - position >= HEADER_BYTES:
        data = memoryview(file.read(position, read_bytes))
        at, end = 0, len(data)
        while end - at >= HEADER_BYTES:
            fields: HeaderFields = HEADER.unpack_from(data, at)
            length = fields[1] + LENGTH_PREFIX_BYTES
            if length > end - at > 0 and length <= file_size - position - at:
                break
            if not _is_right(fields, data[at : at + length], expected, has_gaps):
                return
            expected = fields[0] + fields[6] + 1
            yield position + at, fields
            at += length
        if at == 0:  # a batch larger than one read
            read_bytes = length
        position += at


def _is_right(fields: HeaderFields, data: memoryview, expected: int, has_gaps: bool) -> bool:
    if fields[3] != MAGIC or fields[6] < 0 or len(data) != fields[1] + LENGTH_PREFIX_BYTES or len(data) < HEADER_BYTES:
        return False
    if fields[0] != expected and not (has_gaps and fields[0] > expected):
        return False
    return crc32c(data[CRC_FROM:]) == fields[4]


def _cut_to_size(segment: Segment) -> bool:
    """Cut off what is behind the last batch that is right; false if there was something."""
    if segment.file.size == segment.size:
        return True
    segment.file.truncate(segment.size)
    segment.file.flush()
    return False


def _drop_from(log: LogState, index: int) -> None:
    """Forget the segments from `index` on: what stands before them has been lost."""
    for segment in reversed(log.segments[index:]):
        segment.delete()
    log.store.flush()
    log.replace_segments(log.segments[:index])


def _epochs_in(segments: Sequence[Segment]) -> LeaderEpochs:
    """The leader epochs that the batches speak of, for a log whose file of them is lost."""
    epochs = LeaderEpochs()
    for segment in segments:
        for _, fields in segment.headers(0):
            epochs.assign(fields[2], fields[0])
    return epochs
