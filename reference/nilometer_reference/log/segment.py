"""One file of a log with its indexes: batches end to end, from `base_offset` to where the next segment begins.

    00000000000000000000.log     the batches
    00000000000000000000.index   all that is known of them (`SegmentFacts`, three indexes): written when the segment
                                 is sealed, rebuilt from the batches when it is missing, damaged or of another size

Appends go to `pending` and reach the file in `write_pending`, all at once. Reading never decodes records:
it walks batch headers from an index entry to a border.

Sources: Kafka's `LogSegment`, `FileRecords`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from nilometer_reference.log.aborted_index import AbortedIndex
from nilometer_reference.log.offset_index import OffsetIndex
from nilometer_reference.log.record_times import RecordTimes
from nilometer_reference.log.sealed import seal, unseal
from nilometer_reference.log.storage import Buffer, Store, StoredFile
from nilometer_reference.log.time_index import TimeIndex
from nilometer_reference.wire.chunks import Chunk
from nilometer_reference.wire.records import HEADER, HEADER_BYTES, LENGTH_PREFIX_BYTES, NO_TIMESTAMP, Batch

_WALK_BYTES: Final = 8192
"""Bytes read at once while walking headers: two index intervals."""

HeaderFields = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int]
"""`HEADER` unpacked: see `wire.records` for the order."""

_KIND: Final = b"SIDX"
_FACTS: Final = struct.Struct(">qqqq?")
_LENGTHS: Final = struct.Struct(">III")


def segment_name(base_offset: int, suffix: str) -> str:
    """Kafka's file name: twenty digits, so that names sort as offsets do."""
    return f"{base_offset:020d}.{suffix}"


class SegmentFacts(NamedTuple):
    """What a sealed segment's index file says beside the indexes."""

    size: int
    """Of the file that it describes, in bytes."""
    first_timestamp: int
    max_timestamp: int
    max_timestamp_position: int
    headers_are_checked: bool


class Segment:
    """See the module. Positions are bytes from the start of the file; `size` counts pending bytes too."""

    __slots__ = (
        "_file", "aborted", "base_offset", "created_ms", "first_timestamp", "headers_are_checked", "indexed_position",
        "max_timestamp", "max_timestamp_position", "offsets", "pending", "record_times", "size", "store", "times",
        "written",
    )  # fmt: skip

    def __init__(self, store: Store, base_offset: int, created_ms: int, file: StoredFile | None = None) -> None:
        """A segment on `file` (default: the one with its name), with empty indexes whatever is in the file."""
        self.store = store
        self.base_offset = base_offset
        self.created_ms = created_ms
        """Instant of the first append (ms), or of the start of the broker: rolling counts from it when records have
        no timestamp."""
        self._file = file
        self.pending: list[Buffer] = []
        self.size = 0
        self.written = 0
        """Bytes in the file; `size` less what is pending."""
        self.forget()

    @classmethod
    def existing(cls, store: Store, base_offset: int, created_ms: int) -> Segment:
        """The segment whose file is in the store, with empty indexes: load or rebuild them."""
        segment = cls(store, base_offset, created_ms)
        segment.size = segment.written = segment.file.size
        return segment

    def forget(self) -> None:
        """Empty the indexes, before a scan fills them again."""
        self.offsets = OffsetIndex()
        self.times = TimeIndex()
        self.aborted = AbortedIndex()
        self.indexed_position = 0
        """Position of the last entry of the offset index; 0 when it has none."""
        self.first_timestamp = NO_TIMESTAMP
        """max_timestamp of the first batch: time-based rolling counts from it. -1 when it has none."""
        self.max_timestamp = NO_TIMESTAMP
        """Largest max_timestamp of the headers; -1 when there is none."""
        self.max_timestamp_position = 0
        """Where the first batch that has it begins."""
        self.headers_are_checked = True
        """Whether every header's max_timestamp is known to be that of its records; else `record_times` looks."""
        self.record_times: RecordTimes | None = None
        """What the records say about time, once a look-up has read them (`record_times`)."""

    @property
    def file(self) -> StoredFile:
        """The open file; created when first needed, so that appending and rolling touch no disk."""
        if self._file is None:
            self._file = self.store.open(segment_name(self.base_offset, "log"))
        return self._file

    # -------------------------------------------------------------------------------------------------- write

    def append(self, data: Buffer, base_offset: int, max_timestamp: int, index_interval_bytes: int) -> None:
        """Add one whole batch behind the last one, in memory: `write_pending` brings it into the file.

        The log's own hot path does the same in its own body (`Log._place`).
        """
        self.index(self.size, base_offset, max_timestamp, index_interval_bytes)
        self.pending.append(data)
        self.size += len(data)

    def index(self, position: int, base_offset: int, max_timestamp: int, interval_bytes: int) -> None:
        """Take the batch at `position`, the next in order, into the indexes."""
        if position - self.indexed_position > interval_bytes:
            self.add_index_entry(position, base_offset)
        if max_timestamp > self.max_timestamp:
            self.max_timestamp = max_timestamp
            self.max_timestamp_position = position
        if position == 0:
            self.first_timestamp = max_timestamp

    def add_index_entry(self, position: int, base_offset: int) -> None:
        """Make the batch that begins at `position` an entry point; earlier ones are known."""
        self.offsets.append(base_offset, position)
        self.indexed_position = position
        if self.max_timestamp >= 0:
            self.times.append(self.max_timestamp, position)

    def write_pending(self) -> None:
        """Bring what was appended into the file with one write; create the file."""
        file = self._file
        if file is None:
            file = self.file
        if self.pending:
            file.append(self.pending)
            self.pending = []
            self.written = self.size

    def flush(self) -> None:
        self.write_pending()
        self.file.flush()

    def truncate(self, position: int, end_offset: int) -> None:
        """Drop everything from `position` on; `end_offset` is the offset of the first batch dropped.

        Flushed at once: what was cut off must not come back behind what is appended next.
        """
        self.write_pending()
        self.store.delete(segment_name(self.base_offset, "index"))
        self.file.truncate(position)
        self.file.flush()
        self.size = self.written = position
        self.offsets.truncate(position)
        self.times.truncate(position)
        self.aborted.truncate(end_offset)
        self.record_times = None
        self.indexed_position = self.offsets.last_position
        self.max_timestamp, self.max_timestamp_position = NO_TIMESTAMP, 0
        for start, fields in self.headers(0):
            if fields[8] > self.max_timestamp and fields[12] > 0:
                self.max_timestamp, self.max_timestamp_position = fields[8], start
        if position == 0:
            self.first_timestamp = NO_TIMESTAMP
            self.headers_are_checked = True

    # --------------------------------------------------------------------------------------------------- read

    def headers(self, position: int) -> Iterator[tuple[int, HeaderFields]]:
        """(position, header fields) of each whole batch from the batch border `position` on."""
        if self.pending:
            self.write_pending()
        file = self.file
        window_start, window = position, b""
        while position + HEADER_BYTES <= self.written:
            at = position - window_start
            if at + HEADER_BYTES > len(window):
                window_start, at = position, 0
                window = file.read(position, _WALK_BYTES)
            fields: HeaderFields = HEADER.unpack_from(window, at)
            end = position + fields[1] + LENGTH_PREFIX_BYTES
            if end > self.written or fields[1] < HEADER_BYTES - LENGTH_PREFIX_BYTES:
                return
            yield position, fields
            position = end

    def batches(self, position: int = 0, read_bytes: int = 1 << 20) -> Iterator[tuple[int, Batch]]:
        """(position, batch) of each whole batch from the batch border `position` on; reads ahead in large pieces."""
        if self.pending:
            self.write_pending()
        while position + HEADER_BYTES <= self.written:
            data = memoryview(self.file.read(position, read_bytes))
            at, end = 0, len(data)
            while end - at >= HEADER_BYTES:
                size = HEADER.unpack_from(data, at)[1] + LENGTH_PREFIX_BYTES
                if size < HEADER_BYTES or size > end - at:
                    break
                yield position + at, Batch.parse(data, at)
                at += size
            if at == 0:
                size = HEADER.unpack_from(data, 0)[1] + LENGTH_PREFIX_BYTES
                if size <= len(data) or size > self.written - position:
                    return
                read_bytes = size
            position += at

    def batch_at(self, position: int) -> Batch:
        size = HEADER.unpack(self.file.read(position, HEADER_BYTES))[1] + LENGTH_PREFIX_BYTES
        return Batch.parse(self.file.read(position, size))

    def locate(self, offset: int) -> tuple[int, HeaderFields] | None:
        """The first batch that ends at or behind `offset`: the one that holds it, or the next survivor of a gap."""
        for position, fields in self.headers(self.offsets.position_for(offset)):
            if fields[0] + fields[6] >= offset:
                return position, fields
        return None

    def border(self, position: int, limit: int) -> tuple[int, int]:
        """(end, next offset) of the last whole batch that ends at or before `limit`, seen from the border
        `position`.

        The next offset is -1 when no batch fits: then `end` is `position`.
        """
        indexed = self.offsets.border_at_or_before(limit)
        end, next_offset = position, -1
        if indexed is not None and indexed[1] > position:
            next_offset, end = indexed
        for start, fields in self.headers(end):
            behind = start + fields[1] + LENGTH_PREFIX_BYTES
            if behind > limit:
                break
            end, next_offset = behind, fields[0] + fields[6] + 1
        return end, next_offset

    def slice(self, position: int, length: int) -> Chunk:
        if position + length > self.written:
            self.write_pending()
        return self.file.slice(position, length)

    # -------------------------------------------------------------------------------------------------- store

    def save_indexes(self) -> None:
        """Write the index file, without fsync: one that a crash damages is noticed and rebuilt."""
        facts = SegmentFacts(
            self.size, self.first_timestamp, self.max_timestamp, self.max_timestamp_position,
            self.headers_are_checked,
        )  # fmt: skip
        parts = [self.offsets.encode(), self.times.encode(), self.aborted.encode()]
        content = b"".join([_FACTS.pack(*facts), _LENGTHS.pack(*map(len, parts)), *parts])
        self.store.write_whole(segment_name(self.base_offset, "index"), seal(_KIND, 1, content), durable=False)

    def load_indexes(self) -> bool:
        """Whether the index file was there, whole, and speaks of this very file."""
        content = unseal(_KIND, 1, self.store.read_whole(segment_name(self.base_offset, "index")))
        if content is None:
            return False
        facts = SegmentFacts(*_FACTS.unpack_from(content))
        if facts.size != self.size:
            return False
        lengths = _LENGTHS.unpack_from(content, _FACTS.size)
        parts = []
        position = _FACTS.size + _LENGTHS.size
        for length in lengths:
            parts.append(content[position : position + length])
            position += length
        self.offsets = OffsetIndex.decode(parts[0])
        self.times = TimeIndex.decode(parts[1])
        self.aborted = AbortedIndex.decode(parts[2])
        self.indexed_position = self.offsets.last_position
        _, self.first_timestamp, self.max_timestamp, self.max_timestamp_position, self.headers_are_checked = facts
        return True

    def delete(self) -> None:
        """Remove all files; slices that were given out stay readable."""
        for suffix in ("log", "index"):
            self.store.delete(segment_name(self.base_offset, suffix))
