"""The log of one partition: batches in offset order, never changed once appended.

    log_start_offset          last_stable_offset      high_watermark (the broker's)     log_end_offset
           |  sealed segments         |    open transactions      |                    |
           v                          v                           v                    v
           [ segment | segment | ... [ active segment: file ... ][ pending, in memory  ]

Appending is in two steps: `check_append` raises or answers and touches nothing, `append` cannot fail.
Appended bytes wait in memory until `persist`, which the driver calls once in each pass of its loop
for each log that it touched: one write for many batches (group commit). Readers see pending data. Nothing
here survives a loss of power before `flush`.

A storage error takes the log offline: memory and disk may disagree from then on, so every later call raises
`KafkaStorageError` until the log is opened again and reads its state from what the disk has.

    append_check, producer_state   what is accepted       log_state    files, flush, close
    segment, the indexes           where it lies          recovery     opening
    leader_epochs, record_times    look-ups               truncation, retention, cleaner    what goes away

Sources: Kafka's `UnifiedLog`, `LocalLog`, `LogSegment`.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from nilometer_reference.log.aborted_index import AbortedTransaction
from nilometer_reference.log.append_check import AppendOrigin, CheckedBatch, check_batch
from nilometer_reference.log.cleaner import Cleaning, clean
from nilometer_reference.log.config import LogConfig
from nilometer_reference.log.errors import OffsetOutOfRange
from nilometer_reference.log.leader_epochs import EpochEnd
from nilometer_reference.log.log_state import LogState, remember
from nilometer_reference.log.producer_state import BatchMemory, ProducerEntry
from nilometer_reference.log.record_times import FoundTimestamp, first_at_or_after, latest_from
from nilometer_reference.log.recovery import recover
from nilometer_reference.log.retention import delete_expired, delete_records
from nilometer_reference.log.segment import HeaderFields, Segment
from nilometer_reference.log.storage import Buffer, Store
from nilometer_reference.log.truncation import start_over, truncate
from nilometer_reference.wire.chunks import Chunk
from nilometer_reference.wire.record_encoding import EndTransactionMarker, decode_control_record, decode_records
from nilometer_reference.wire.record_errors import InvalidRecord
from nilometer_reference.wire.records import (
    HEADER,
    LENGTH_PREFIX_BYTES,
    NO_TIMESTAMP,
    split_batches,
    stamp_log_append_time,
)

__all__ = ["AppendOrigin", "AppendResult", "FetchData", "FoundTimestamp", "Log"]

_set_prefix: Final = struct.Struct(">qii").pack_into
"""base_offset, batch_length, partition_leader_epoch: what a leader sets without touching the CRC."""

_HINTS_MAX: Final = 64
"""Sequential readers whose next position is remembered."""


class AppendResult(NamedTuple):
    """What a Produce answer says. Offsets are inclusive; on a retry they are those of the first append."""

    base_offset: int
    last_offset: int
    log_append_time: int
    """The broker's time in ms with LogAppendTime; -1 with CreateTime."""
    log_start_offset: int
    is_duplicate: bool = False


class FetchData(NamedTuple):
    """Batches, unread. The first may begin below the fetch offset; a reader skips those records."""

    chunks: list[Chunk]
    base_offset: int
    """Base offset of the first batch; -1 when there is none."""
    size: int
    next_offset: int
    """First offset after the last whole batch (exclusive end); -1 when there is none."""


_NOTHING: Final = FetchData([], -1, 0, -1)
_result: Final = tuple.__new__


class Log(LogState):
    """One partition's log. Open it with `Log.open`; all offsets are int64, all times ms since the epoch."""

    @classmethod
    def open(cls, store: Store, config: LogConfig, now_ms: int) -> Log:
        """The log in `store`, recovered if it was not closed; a new one, from 0, in an empty store."""
        log = cls(store, config, now_ms)
        recover(log)
        return log

    # ------------------------------------------------------------------------------------------------- append

    def check_append(
        self,
        record_set: Buffer,
        *,
        now_ms: int,
        origin: AppendOrigin = AppendOrigin.CLIENT,
        transaction_version: int = 1,
        new_producer_starts_at_zero: bool = False,
    ) -> CheckedBatch | AppendResult:
        """Raise, or answer a retry, or hand back what `append` takes. Touches nothing. Rules: `append_check`."""
        if self.offline is not None:
            raise self.offline
        checked = check_batch(
            record_set, self.config, self.producers, now_ms,
            origin=origin,
            transaction_version=transaction_version,
            new_producer_starts_at_zero=new_producer_starts_at_zero,
        )  # fmt: skip
        if isinstance(checked, CheckedBatch):
            return checked
        return self._answer(checked)

    def _answer(self, memory: BatchMemory) -> AppendResult:
        """What a retry is told."""
        append_time = memory.timestamp if self._stamps_append_time else NO_TIMESTAMP
        return AppendResult(memory.base_offset, memory.last_offset, append_time, self.log_start_offset, True)

    def append(self, checked: CheckedBatch, *, leader_epoch: int, now_ms: int) -> AppendResult:
        """Append what `check_append` let by. Cannot fail: it only touches memory.

        A writable memoryview is taken as lent: offset and epoch are written into it, and it must stay as it is until
        `write_pending`. Anything else is copied.
        """
        return self._append(*checked, leader_epoch, now_ms)

    def _append(
        self, data: Buffer, fields: HeaderFields, marker: EndTransactionMarker | None, leader_epoch: int, now_ms: int
    ) -> AppendResult:
        if type(data) is not memoryview or data.readonly:
            data = bytearray(data)
        base_offset = self.log_end_offset
        _set_prefix(data, 0, base_offset, fields[1], leader_epoch)
        max_timestamp = fields[8]
        append_time = NO_TIMESTAMP
        if self._stamps_append_time:
            append_time = max_timestamp = now_ms
            stamp_log_append_time(data, now_ms)
        last_offset = base_offset + fields[6]
        segment = self._place(data, base_offset, last_offset, max_timestamp, now_ms)
        if leader_epoch != self._leader_epoch:
            self._begin_epoch(leader_epoch, base_offset)
        if fields[9] >= 0:
            remember(self.producers, segment.aborted, fields, marker, base_offset=base_offset, now_ms=now_ms)
        return _result(AppendResult, (base_offset, last_offset, append_time, self.log_start_offset, False))

    def append_as_leader(
        self,
        record_set: Buffer,
        *,
        leader_epoch: int,
        now_ms: int,
        origin: AppendOrigin = AppendOrigin.CLIENT,
        transaction_version: int = 1,
        new_producer_starts_at_zero: bool = False,
    ) -> AppendResult:
        """`check_append` and `append` in one: exactly one batch, which gets the next offsets."""
        if self.offline is not None:
            raise self.offline
        checked = check_batch(
            record_set, self.config, self.producers, now_ms,
            origin=origin,
            transaction_version=transaction_version,
            new_producer_starts_at_zero=new_producer_starts_at_zero,
        )  # fmt: skip
        if isinstance(checked, BatchMemory):
            return self._answer(checked)
        data, fields, marker = checked
        return self._append(data, fields, marker, leader_epoch, now_ms)

    def append_as_follower(self, record_set: Buffer, *, now_ms: int) -> int:
        """Append a leader's batches with the offsets and epochs that they have; the new log end offset.

        Nothing is judged but what protects this copy: frames, CRCs, and offsets that go on from ours. A
        batch cut by the fetch limit is left for the next fetch. Raises before it touches anything.
        """
        self.check_online()
        batches = list(split_batches(record_set, drop_partial_tail=True))
        expected = self.log_end_offset
        markers: list[EndTransactionMarker | None] = []
        for batch in batches:
            batch.check_crc()
            if batch.header.base_offset < expected or batch.header.last_offset_delta < 0:
                raise InvalidRecord(f"{batch.header.base_offset=} where the log goes on at {expected}")
            expected = batch.header.next_offset
            is_marker = batch.header.is_control and batch.header.record_count > 0
            markers.append(decode_control_record(decode_records(batch)[0]) if is_marker else None)
        if batches:
            self.trust_headers()
        for batch, marker in zip(batches, markers, strict=True):
            header = batch.header
            segment = self._place(
                bytes(batch.data), header.base_offset, header.last_offset, header.max_timestamp, now_ms
            )  # fmt: skip
            segment.headers_are_checked = False
            if header.partition_leader_epoch != self._leader_epoch:
                self._begin_epoch(header.partition_leader_epoch, header.base_offset)
            if header.producer_id >= 0:
                fields = HEADER.unpack_from(batch.data)
                remember(
                    self.producers, segment.aborted, fields, marker, base_offset=header.base_offset, now_ms=now_ms
                )  # fmt: skip
        return self.log_end_offset

    def _place(self, data: Buffer, base_offset: int, last_offset: int, max_timestamp: int, now_ms: int) -> Segment:
        """Put one batch at the end of the active segment, in memory."""
        segment = self.segments[-1]
        position = segment.size
        size = position + len(data)
        first = segment.first_timestamp
        if position and (
            size > self._segment_bytes
            or (max_timestamp - first if first >= 0 else now_ms - segment.created_ms) > self._segment_ms
        ):
            segment = self.roll_to(base_offset, now_ms)
            position, size = 0, len(data)
        elif not segment.pending:
            self.begin_write(segment, now_ms)
        # As `Segment.index`, in line: this is where a small batch spends its time.
        if position == 0:
            segment.created_ms, segment.first_timestamp = now_ms, max_timestamp
        elif position - segment.indexed_position > self._index_interval_bytes:
            segment.add_index_entry(position, base_offset)
        if max_timestamp > segment.max_timestamp:
            segment.max_timestamp, segment.max_timestamp_position = max_timestamp, position
        if not self._checks_headers:
            segment.headers_are_checked = False
        segment.pending.append(data)
        segment.size = size
        self.log_end_offset = last_offset + 1
        self.last_append_ms = now_ms
        return segment

    def _begin_epoch(self, leader_epoch: int, base_offset: int) -> None:
        self.epochs.assign(leader_epoch, base_offset)
        self._leader_epoch = self.epochs.latest

    # --------------------------------------------------------------------------------------------------- read

    def read(
        self,
        offset: int,
        max_bytes: int,
        *,
        up_to_offset: int | None = None,
        min_one_batch: bool = True,
        cut_last_batch: bool = False,
    ) -> FetchData:
        """Whole batches from the one that holds `offset` on, of one segment, at most `max_bytes` of them.

        `up_to_offset` (exclusive; default the log end offset) is the reader's limit: the high watermark,
        or the last stable offset. With `min_one_batch` the first batch comes even when it is larger than
        `max_bytes` (KIP-74). With `cut_last_batch` all `max_bytes` are used, though they end within a batch, as
        Kafka does it. `OffsetOutOfRange` below the log start offset and above the log end offset.
        """
        if self.offline is not None:
            raise self.offline
        limit = log_end_offset = self.log_end_offset
        if offset < self.log_start_offset or offset > log_end_offset:
            raise OffsetOutOfRange(f"{offset=} outside of [{self.log_start_offset}, {log_end_offset}]")
        if up_to_offset is not None and up_to_offset < limit:
            limit = up_to_offset
        if self._dirty:
            self.write_pending()
        found = self._find(offset) if offset < limit else None
        if found is None:
            return _NOTHING
        segment, start, base_offset, first_end = found
        end, next_offset = self._end_within(segment, limit)
        if end <= start or base_offset >= limit:
            return _NOTHING
        size = end - start
        if size > max_bytes:
            end, next_offset = segment.border(start, start + max_bytes)
            size = max_bytes if cut_last_batch else end - start
            if end == start:
                if not min_one_batch:
                    return _NOTHING
                end, next_offset = segment.border(start, first_end)
                size = end - start
        self._hint(next_offset, segment, end)
        return FetchData([segment.slice(start, size)], base_offset, size, next_offset)

    def _end_within(self, segment: Segment, limit: int) -> tuple[int, int]:
        """(position, offset) where the batches of the segment end that lie below `limit` whole: transactions and
        watermarks end on batch borders.
        """
        next_offset = self.end_of(segment)
        if limit < next_offset:
            located = segment.locate(limit)
            if located is not None:
                return located[0], located[1][0]
        return segment.size, next_offset

    def _find(self, offset: int) -> tuple[Segment, int, int, int] | None:
        """(segment, position, base offset, end position) of the first batch that ends at or behind `offset`."""
        hint = self._hints.pop(offset, None)
        if hint is not None and hint[0].size > hint[1]:
            segment, position = hint
            for _, fields in segment.headers(position):
                return segment, position, fields[0], position + fields[1] + LENGTH_PREFIX_BYTES
        for segment in self.segments_from(offset):
            located = segment.locate(offset)
            if located is not None:
                position, fields = located
                return segment, position, fields[0], position + fields[1] + LENGTH_PREFIX_BYTES
        return None

    def _hint(self, next_offset: int, segment: Segment, position: int) -> None:
        hints = self._hints
        if len(hints) >= _HINTS_MAX:
            del hints[next(iter(hints))]
        hints[next_offset] = (segment, position)

    # ------------------------------------------------------------------------------------- offsets and epochs

    def first_unstable_offset(self, high_watermark: int) -> int | None:
        """First offset of the oldest transaction whose marker is not below the high watermark, as far as it is still
        in the log; None if there is none.
        """
        unstable = self.producers.first_unstable_offset(high_watermark)
        return None if unstable is None else max(unstable, self.log_start_offset)

    def last_stable_offset(self, high_watermark: int) -> int:
        """What read_committed readers may see (exclusive). The watermark must not go back but with a truncation."""
        unstable = self.first_unstable_offset(high_watermark)
        return high_watermark if unstable is None else min(unstable, high_watermark)

    def aborted_transactions(self, from_offset: int, up_to_offset: int) -> list[AbortedTransaction]:
        """The aborted transactions that touch [from_offset, up_to_offset), by marker: for a read_committed Fetch."""
        found: list[AbortedTransaction] = []
        for segment in self.segments_from(from_offset):
            if segment.aborted.collect(from_offset, up_to_offset, found):
                break
        return found

    def end_offset_for_epoch(self, leader_epoch: int) -> EpochEnd:
        """Where `leader_epoch`, or the largest known one below it, ends: `leader_epochs` has the table."""
        return self.epochs.end_offset_for(leader_epoch, self.log_end_offset)

    def offset_for_timestamp(self, timestamp: int, up_to_offset: int | None = None) -> FoundTimestamp | None:
        """The first record in [log_start_offset, up_to_offset) with `timestamp` or later, to the record (KIP-79).

        None if there is none below the limit. True whatever batch headers say: `record_times`.
        """
        self.check_online()
        limit = self.log_end_offset if up_to_offset is None else min(up_to_offset, self.log_end_offset)
        for segment in self.segments:
            if segment.base_offset >= limit:
                return None
            found = first_at_or_after(segment, timestamp, self.log_start_offset, limit)
            if found is not None:
                return found
        return None

    def offset_of_max_timestamp(self) -> FoundTimestamp | None:
        """The largest record timestamp and the first offset that has it (KIP-734); None when no record has a time."""
        self.check_online()
        best: FoundTimestamp | None = None
        for segment in self.segments:
            latest = latest_from(segment, self.log_start_offset)
            if latest is not None and (best is None or latest.timestamp > best.timestamp):
                best = latest
        return best

    def active_producers(self) -> list[ProducerEntry]:
        """The producers that are remembered, for DescribeProducers."""
        return list(self.producers.entries.values())

    # -------------------------------------------------------------------------------------- what goes away

    def truncate_to(self, offset: int) -> None:
        """Drop every batch that holds a record at or above `offset`. The log may end lower, never above it."""
        truncate(self, offset)

    def truncate_fully_and_start_at(self, offset: int) -> None:
        """Drop everything; the next record gets `offset` (a follower that is behind its leader's log start offset)."""
        start_over(self, offset)

    def delete_records(self, before_offset: int, high_watermark: int | None = None) -> int:
        """Move the log start offset up to `before_offset` (-1: the high watermark) and answer it (KIP-107).

        `OffsetOutOfRange` above the high watermark (default: the log end offset). Never moves back.
        """
        return delete_records(self, before_offset, self.log_end_offset if high_watermark is None else high_watermark)

    def retention(self, now_ms: int, high_watermark: int | None = None) -> int:
        """Delete what the topic's policy no longer keeps, whole segments from the start; how many: `retention`.

        Nothing at or above the high watermark (default: the log end offset) is deleted. Forgets expired producers too.
        """
        return delete_expired(self, now_ms, self.log_end_offset if high_watermark is None else high_watermark)

    def compact(self, now_ms: int, high_watermark: int | None = None, *, force: bool = False) -> Cleaning | None:
        """Compact what is due for it below the last stable offset; None when nothing is: `cleaner`.

        `force` seals the active segment first and does not wait for the dirty ratio.
        """
        return clean(self, now_ms, self.log_end_offset if high_watermark is None else high_watermark, force=force)
