"""One cleaning's judgement of each batch: what of it stays in a compacted log.

    a record of …                         stays
    a batch of an aborted transaction     never
    a key that has a later record         no
    no key                                no: such a topic takes none, they come from before it was compacted
    a tombstone, latest of its key        until the delete horizon of its batch
    anything else                         yes

    a batch without records left          stays, empty, if it is the last one of the cleaned range (the log end offset
                                          must not go back, KAFKA-17076), or one that producer state is read from
    a marker whose transaction has left   stays until the delete horizon of its batch, and as long as producer state
    nothing in the log                    is read from it
    any other control batch               stays

The delete horizon (KIP-534) is written into a batch by the first cleaning that finds in it a tombstone that stays,
or a marker without data: now + delete.retention.ms. A reader that has seen what was deleted has that long to come
by. Aborted data and markers are told from others by the aborted index, never by keys (KAFKA-5196).

Batches come in the order of the log, all of the cleaning in one go: data before its marker, over all segments
(KAFKA-8351). Offsets, sequences, timestamps and codecs stay as they are. A batch whose records cannot be read stays
whole. Sources: Kafka's `Cleaner.cleanInto`, `CleanedTransactionMetadata`, `MemoryRecords.filterTo`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from nilometer_reference.log.aborted_index import AbortedTransaction
from nilometer_reference.wire.compression import compress
from nilometer_reference.wire.record_encoding import (
    TimestampType,
    decode_control_record,
    decode_records,
    encode_batch,
    read_varint,
    records_block,
)
from nilometer_reference.wire.record_errors import CorruptMessage, RecordError
from nilometer_reference.wire.records import (
    COMPRESSION_MASK,
    DELETE_HORIZON,
    HEADER,
    HEADER_BYTES,
    LENGTH_PREFIX_BYTES,
    NO_TIMESTAMP,
    Batch,
    seal,
)


class Frame(NamedTuple):
    """One record in its unpacked block: [start, end), and what cleaning asks of it."""

    start: int
    end: int
    timestamp_delta: int
    offset_delta: int
    key: bytes | None
    is_tombstone: bool


def frames(batch: Batch) -> tuple[bytes, list[Frame]]:
    """The unpacked block and its records. Raises `RecordError` when they are not well-formed."""
    block = records_block(batch)
    found: list[Frame] = []
    position = 0
    try:
        for _ in range(batch.header.record_count):
            start = position
            length, position = read_varint(block, position)
            end = position + length
            timestamp_delta, position = read_varint(block, position + 1, 10)
            offset_delta, position = read_varint(block, position)
            key_length, position = read_varint(block, position)
            key = block[position : position + key_length] if key_length >= 0 else None
            value_length, _ = read_varint(block, position + max(key_length, 0))
            if not start < position <= end <= len(block):
                raise CorruptMessage(f"a record from byte {start} to {end}")
            found.append(Frame(start, end, timestamp_delta, offset_delta, key, value_length == -1))
            position = end
    except IndexError as damage:
        raise CorruptMessage(f"record {len(found)} is cut") from damage
    if position != len(block):
        raise CorruptMessage(f"{len(block) - position} bytes after the last record")
    return block, found


class AbortedRanges:
    """Which batches belong to transactions that were aborted."""

    def __init__(self, transactions: Iterable[AbortedTransaction]) -> None:
        self._by_producer: defaultdict[int, list[AbortedTransaction]] = defaultdict(list)
        for transaction in transactions:
            self._by_producer[transaction.producer_id].append(transaction)

    def covers(self, batch: Batch) -> bool:
        """Whether the data in `batch` was aborted."""
        header = batch.header
        if not header.is_transactional or header.is_control:
            return False
        transactions = self._by_producer.get(header.producer_id, [])
        index = bisect_right(transactions, header.base_offset, key=lambda entry: entry.first_offset) - 1
        return index >= 0 and header.base_offset < transactions[index].last_offset


def latest_offsets(batches: Iterable[Batch], aborted: AbortedRanges) -> Iterator[tuple[bytes, int]]:
    """(key, offset) of each record that may put earlier ones of its key out of the log, in order."""
    for batch in batches:
        if batch.header.is_control or aborted.covers(batch):
            continue
        try:
            _, found = frames(batch)
        except RecordError:
            continue
        base_offset = batch.header.base_offset
        for frame in found:
            if frame.key is not None:
                yield frame.key, base_offset + frame.offset_delta


class Sieve:
    """See the module's tables. `keys` maps a key to its last offset in the part that was not cleaned yet."""

    def __init__(
        self,
        keys: Mapping[bytes, int],
        aborted: AbortedRanges,
        *,
        remembered_offsets: set[int],
        end_offset: int,
        now_ms: int,
        delete_retention_ms: int,
    ) -> None:
        self._keys = keys
        self._aborted = aborted
        self._remembered = remembered_offsets
        self._end_offset = end_offset
        self._now_ms = now_ms
        self._new_horizon_ms = now_ms + delete_retention_ms
        self._with_data: set[int] = set()
        """Producers of whose present transaction something is left."""
        self.markers_with_data: set[int] = set()
        """Offsets of the markers whose transactions still have data: their entries stay in the aborted index."""
        self.next_horizon_ms: int | None = None
        """The earliest delete horizon that is yet to come; None when nothing waits for one."""
        self.records_removed = 0

    def sift(self, batch: Batch) -> Batch | None:
        """What stays of the batch: it itself, a smaller one, or nothing."""
        header = batch.header
        try:
            kept = self._sift_control(batch) if header.is_control else self._sift_data(batch)
        except RecordError:
            kept = batch
        if kept is not None and header.is_transactional and not header.is_control:
            self._with_data.add(header.producer_id)
        self.records_removed += header.record_count - (0 if kept is None else kept.header.record_count)
        return kept

    def _is_needed_empty(self, batch: Batch) -> bool:
        return batch.header.last_offset in self._remembered or batch.header.next_offset == self._end_offset

    def _waits_for(self, horizon_ms: int) -> None:
        if self.next_horizon_ms is None or horizon_ms < self.next_horizon_ms:
            self.next_horizon_ms = horizon_ms

    def _sift_control(self, batch: Batch) -> Batch | None:
        header = batch.header
        if header.record_count == 0:
            return batch if self._is_needed_empty(batch) else None
        records = decode_records(batch)
        if decode_control_record(records[0]) is None:
            return batch
        if header.producer_id in self._with_data:
            self._with_data.discard(header.producer_id)
            self.markers_with_data.add(header.base_offset)
            return batch
        horizon_ms = header.delete_horizon_ms
        if horizon_ms is None:
            self._waits_for(self._new_horizon_ms)
            return _with_horizon(batch, range(header.record_count), self._new_horizon_ms)
        if self._now_ms < horizon_ms:
            self._waits_for(horizon_ms)
            return batch
        return batch if self._is_needed_empty(batch) else None

    def _sift_data(self, batch: Batch) -> Batch | None:
        header = batch.header
        if self._aborted.covers(batch):
            return _emptied(batch) if self._is_needed_empty(batch) else None
        if header.record_count == 0:
            return batch if self._is_needed_empty(batch) else None
        block, found = frames(batch)
        horizon_ms = header.delete_horizon_ms
        past_horizon = horizon_ms is not None and horizon_ms <= self._now_ms
        kept: list[int] = []
        has_tombstone = False
        for index, frame in enumerate(found):
            key = frame.key
            if key is None or self._keys.get(key, -1) > header.base_offset + frame.offset_delta:
                continue
            if frame.is_tombstone:
                if past_horizon:
                    continue
                has_tombstone = True
            kept.append(index)
        if not kept:
            return _emptied(batch) if self._is_needed_empty(batch) else None
        if has_tombstone:
            self._waits_for(self._new_horizon_ms if horizon_ms is None else horizon_ms)
            if horizon_ms is None:
                return _with_horizon(batch, kept, self._new_horizon_ms)
        return batch if len(kept) == len(found) else _with_records(batch, block, [found[index] for index in kept])


def _with_records(batch: Batch, block: bytes, kept: list[Frame]) -> Batch:
    """The batch with some of its records, which stay byte for byte as they are."""
    header = batch.header
    payload = compress(header.compression, b"".join(block[frame.start : frame.end] for frame in kept))
    max_timestamp = header.max_timestamp
    if not header.is_log_append_time:
        max_timestamp = header.base_timestamp + max(frame.timestamp_delta for frame in kept)
    return _rebuilt(batch, header.attributes, payload, len(kept), max_timestamp)


def _emptied(batch: Batch) -> Batch:
    """The batch without its records: it still says offsets, sequences and epochs."""
    header = batch.header
    return _rebuilt(batch, header.attributes & ~(COMPRESSION_MASK | DELETE_HORIZON), b"", 0, header.max_timestamp)


def _rebuilt(batch: Batch, attributes: int, payload: bytes, record_count: int, max_timestamp: int) -> Batch:
    h = batch.header
    data = bytearray(
        HEADER.pack(
            h.base_offset, HEADER_BYTES - LENGTH_PREFIX_BYTES + len(payload), h.partition_leader_epoch, h.magic, 0,
            attributes, h.last_offset_delta, h.base_timestamp if record_count else NO_TIMESTAMP, max_timestamp,
            h.producer_id, h.producer_epoch, h.base_sequence, record_count,
        )
    )  # fmt: skip
    data += payload
    seal(data)
    return Batch.parse(data)


def _with_horizon(batch: Batch, kept: Iterable[int], horizon_ms: int) -> Batch:
    """The batch with some of its records and a delete horizon, from which their timestamps are counted then."""
    h = batch.header
    records = decode_records(batch)
    data = encode_batch(
        [records[index] for index in kept],
        base_offset=h.base_offset,
        compression=h.compression,
        producer_id=h.producer_id,
        producer_epoch=h.producer_epoch,
        base_sequence=h.base_sequence,
        transactional=h.is_transactional,
        control=h.is_control,
        timestamp_type=TimestampType.LOG_APPEND_TIME if h.is_log_append_time else TimestampType.CREATE_TIME,
        partition_leader_epoch=h.partition_leader_epoch,
        last_offset_delta=h.last_offset_delta,
        max_timestamp=h.max_timestamp if h.is_log_append_time else None,
        delete_horizon_ms=horizon_ms,
    )
    return Batch.parse(data)
