"""Dropping the end of a log: a follower goes back to where its log and its leader's are one.

    truncate     drop every batch at or above an offset; state of producers and epochs goes back with it
    start_over   drop all; go on at another offset

Every step is flushed before the next could contradict it: what was dropped must not come back behind what is
appended next. Sources: `UnifiedLog.truncateTo`, `truncateFullyAndStartAt`.
"""

from __future__ import annotations

from nilometer_reference.log.cleaner_checkpoint import forget_cleaning_above
from nilometer_reference.log.leader_epochs import LeaderEpochs
from nilometer_reference.log.log_state import LogState
from nilometer_reference.log.producer_state import ProducerState
from nilometer_reference.log.replay import delete_snapshots, producers_at
from nilometer_reference.log.segment import Segment, segment_name


def truncate(log: LogState, offset: int) -> None:
    """See `Log.truncate_to`."""
    log.check_online()
    if offset >= log.log_end_offset:
        return
    if offset < log.segments[0].base_offset:
        start_over(log, offset)
        return
    log.write_pending()
    with log.storage_work():
        _truncate(log, offset)


def _truncate(log: LogState, offset: int) -> None:
    dropped = log.segments_from(offset)[1:]
    for segment in reversed(dropped):
        segment.delete()
    log.replace_segments(log.segments[: len(log.segments) - len(dropped)])
    active = log.active
    if log.recovery_point > active.base_offset:
        log.move_recovery_point(active.base_offset)
    log.store.flush()
    located = active.locate(offset)
    if located is not None:
        position, fields = located
        offset = fields[0]
        active.truncate(position, offset)
    log.log_end_offset = max(offset, active.base_offset)
    log.note_truncation()
    if log.log_start_offset > log.log_end_offset:
        log.move_log_start_offset(log.log_end_offset)
    log.epochs.truncate_from_end(log.log_end_offset)
    log.write_epochs()
    forget_cleaning_above(log.store, log.log_end_offset)
    delete_snapshots(log, above=log.log_end_offset)
    log.producers = producers_at(log, log.log_end_offset)
    log.store.flush()


def start_over(log: LogState, offset: int, producers: ProducerState | None = None) -> None:
    """See `Log.truncate_fully_and_start_at`. What `producers` says of those who wrote before stays known."""
    log.write_pending()
    with log.storage_work():
        for segment in reversed(log.segments):
            segment.delete()
        delete_snapshots(log, above=-1)
        if producers is not None:
            log.store.write_whole(segment_name(offset, "snapshot"), producers.encode())
        forget_cleaning_above(log.store, -1)
        log.epochs = LeaderEpochs()
        log.write_epochs()
        log.store.flush()
        log.move_recovery_point(offset)
        log.log_start_offset = log.log_end_offset = offset
        log.move_log_start_offset(offset)
        fresh = Segment(log.store, offset, log.last_append_ms)
        fresh.write_pending()
        log.store.flush()
        log.replace_segments([fresh])
        log.producers = ProducerState() if producers is None else producers
        log.note_truncation()
