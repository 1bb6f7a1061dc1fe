"""Exact answers about time: what the records say, whatever their batch's header says.

    headers of the segment            what is read for a look-up
    checked at the append             headers, then the one batch that holds the answer
    taken on trust                    once: all records of the segment that no look-up has read yet

A header is checked when the append validated records, and when the time is the broker's own (LogAppendTime): then
it is the time of the records (docs/decisions/0003-record-validation.md). For segments with other batches the
first look-up remembers

    latest        the largest record timestamp and the first offset that has it
    corrections   position -> true maximum, for the batches whose header lies

and lifts the entries of the time index that a too small header had made wrong. Records without a timestamp (-1)
are not found by time. Sources: KIP-33, KIP-79, KIP-734.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nilometer_reference.log.record_walk import record_facts
from nilometer_reference.wire.record_encoding import decode_records
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import NO_TIMESTAMP, Batch

if TYPE_CHECKING:
    from nilometer_reference.log.segment import Segment


class FoundTimestamp(NamedTuple):
    """A record found by time: its timestamp (ms), its offset, and the leader epoch of its batch."""

    timestamp: int
    offset: int
    leader_epoch: int


class RecordTimes:
    """What is known of one segment up to `position`."""

    __slots__ = ("corrections", "max_timestamp", "position")

    def __init__(self) -> None:
        self.position = 0
        """Batches before this position have been read (exclusive)."""
        self.max_timestamp = NO_TIMESTAMP
        """Largest timestamp of a record so far; -1 when there is none."""
        self.corrections: dict[int, int] = {}


def read_times(segment: Segment) -> RecordTimes:
    """The segment's record times, brought up to its end; headers that are known to be right are believed."""
    times = segment.record_times
    if times is None:
        times = segment.record_times = RecordTimes()
    if segment.headers_are_checked:
        times.position, times.max_timestamp = segment.size, segment.max_timestamp
        return times
    for position, batch in segment.batches(times.position):
        header = batch.header
        true_max = _largest_timestamp(batch)
        if true_max != header.max_timestamp:
            times.corrections[position] = true_max
            if true_max > header.max_timestamp:
                segment.times.raise_from(position, true_max)
                segment.max_timestamp = max(segment.max_timestamp, true_max)  # later entries begin from it
        times.max_timestamp = max(times.max_timestamp, true_max)
    times.position = segment.size
    return times


def _largest_timestamp(batch: Batch) -> int:
    header = batch.header
    if header.record_count == 0:
        return NO_TIMESTAMP
    if header.is_log_append_time:
        return header.max_timestamp
    try:
        return record_facts(batch, compacted=True).max_timestamp
    except RecordError:
        return header.max_timestamp  # stored unvalidated, and as unreadable for clients


def first_at_or_after(
    segment: Segment, timestamp: int, log_start_offset: int, up_to_offset: int
) -> FoundTimestamp | None:
    """The first record of the segment with `timestamp` or later, in [log_start_offset, up_to_offset)."""
    times = read_times(segment)
    if times.max_timestamp < timestamp:
        return None
    for position, fields in segment.headers(segment.times.position_for(timestamp)):
        if fields[0] >= up_to_offset:
            return None
        if times.corrections.get(position, fields[8]) < timestamp or fields[0] + fields[6] < log_start_offset:
            continue
        for found in timestamps_in(segment.batch_at(position)):
            if found.timestamp >= timestamp and log_start_offset <= found.offset < up_to_offset:
                return found
    return None


def latest_from(segment: Segment, log_start_offset: int) -> FoundTimestamp | None:
    """The largest record timestamp at or above `log_start_offset`, and the first offset that has it; None without."""
    times = read_times(segment)
    # With checked headers nothing before the first batch with the maximum can be the answer: either that batch
    # holds it, or the batch lies below the log start offset in part or whole, and all before it does so too.
    position = segment.max_timestamp_position if segment.headers_are_checked else 0
    best, best_timestamp = None, NO_TIMESTAMP
    for start, fields in segment.headers(max(position, segment.offsets.position_for(log_start_offset))):
        if times.corrections.get(start, fields[8]) <= best_timestamp:
            continue
        for found in timestamps_in(segment.batch_at(start)):
            if found.offset >= log_start_offset and found.timestamp > best_timestamp:
                best, best_timestamp = found, found.timestamp
        if best_timestamp == times.max_timestamp:
            break
    return best


def timestamps_in(batch: Batch) -> list[FoundTimestamp]:
    """Timestamp and offset of each record; the batch as one record when its records cannot be read."""
    header = batch.header
    epoch = header.partition_leader_epoch
    try:
        return [FoundTimestamp(record.timestamp, record.offset, epoch) for record in decode_records(batch)]
    except RecordError:
        return [FoundTimestamp(header.max_timestamp, header.base_offset, epoch)]
