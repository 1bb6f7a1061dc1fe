"""What a log is made of, and its way to the disk. `log.Log` adds appending and reading.

    persist         write_pending, and flush as configured              the driver, once a pass
    write_pending   appended bytes -> files, one write a segment
    flush           files -> disk (fsync); moves the recovery point     the driver, when `flush_due_ms` says so
    close           flush, indexes and state, then the clean mark       orderly shutdown

Files beside the segments, each sealed with a checksum:

    <offset>.snapshot    producer state before that offset: one a segment
    leader-epochs        leader epochs and where they begin
    log-start-offset     where readers may begin, when that is not the first segment's base offset
    recovery-point       segments below it are flushed
    clean-shutdown       log end offset of a log that was closed; removed first thing at the start
    cleaner-offset       how far compaction has come                                          (`cleaner`)
    unchecked-headers    somewhere in this log a header's max_timestamp was taken on trust    (`record_times`)
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from nilometer_reference.log.aborted_index import AbortedIndex, AbortedTransaction
from nilometer_reference.log.config import LogConfig
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.leader_epochs import LeaderEpochs
from nilometer_reference.log.producer_state import ProducerState
from nilometer_reference.log.sealed import seal, unseal
from nilometer_reference.log.segment import HeaderFields, Segment, segment_name
from nilometer_reference.log.storage import Store
from nilometer_reference.wire.record_encoding import EndTransactionMarker, TimestampType
from nilometer_reference.wire.records import CONTROL, TRANSACTIONAL

CLEAN_SHUTDOWN: Final = "clean-shutdown"
RECOVERY_POINT: Final = "recovery-point"
LOG_START_OFFSET: Final = "log-start-offset"
LEADER_EPOCHS: Final = "leader-epochs"
UNCHECKED_HEADERS: Final = "unchecked-headers"
_KIND: Final = b"OFFS"
_OFFSET: Final = struct.Struct(">q")
_NEVER_MS: Final = 2**62


class LogState:
    """State of a log. Only this package touches what begins with an underscore."""

    def __init__(self, store: Store, config: LogConfig, now_ms: int) -> None:
        self.store = store
        self.segments: list[Segment] = []
        """In order of offset; the last one is the active one. Never empty once the log is open."""
        self.log_start_offset = 0
        """First offset that readers may ask for (inclusive)."""
        self.log_end_offset = 0
        """Offset that the next record gets (exclusive end)."""
        self.producers = ProducerState()
        self.epochs = LeaderEpochs()
        self.offline: KafkaStorageError | None = None
        """Why the log takes no more calls; None while it is healthy."""
        self.last_append_ms = now_ms
        """Instant of the last append; of the opening before the first."""
        self.recovery_point = 0
        """Segments that begin below this offset need no scan after a crash."""
        self._bases: list[int] = []
        self._dirty: list[Segment] = []
        """Segments with something to write, in order."""
        self._sealed: list[Segment] = []
        self._snapshots: list[tuple[int, bytes]] = []
        self._hints: dict[int, tuple[Segment, int]] = {}
        self._leader_epoch = -1
        self.flushed_offset = 0
        """Records below this offset survive a loss of power."""
        self._named_up_to = -1
        """Base offset of the last segment whose name is known to survive a loss of power."""
        self._unflushed_since_ms: int | None = None
        self.headers_are_checked = True
        """Whether every batch that was ever appended had its header checked against its records: `record_times`."""
        self._trust_is_unnoted = False
        self.config = config
        self.configure(config)

    def configure(self, config: LogConfig) -> None:
        """Take new settings (AlterConfigs); they hold from the next append on."""
        self.config = config
        self._segment_bytes = config.segment_bytes
        self._segment_ms = config.segment_ms
        if config.cleanup_compact:
            # A segment must be sealed before it can be compacted, so it may not stay active longer (KIP-354).
            self._segment_ms = min(config.segment_ms, max(config.max_compaction_lag_ms, 1))
        self._flush_messages = config.flush_messages if config.flush_ms else 1
        self._index_interval_bytes = config.index_interval_bytes
        self._stamps_append_time = config.timestamp_type is TimestampType.LOG_APPEND_TIME
        self._checks_headers = self._stamps_append_time or config.validates_records
        if not self._checks_headers:
            self.trust_headers()

    def trust_headers(self) -> None:
        """Note, once in the life of a log, that headers are not checked against their records from now on."""
        self._trust_is_unnoted = self._trust_is_unnoted or self.headers_are_checked
        self.headers_are_checked = False

    # ------------------------------------------------------------------------------------------------ segments

    @property
    def size(self) -> int:
        """Bytes of all segments."""
        return sum(segment.size for segment in self.segments)

    @property
    def active(self) -> Segment:
        """The segment that appends go to."""
        return self.segments[-1]

    def add_segment(self, segment: Segment) -> None:
        assert not self._bases or self._bases[-1] < segment.base_offset
        self.segments.append(segment)
        self._bases.append(segment.base_offset)

    def replace_segments(self, segments: list[Segment]) -> None:
        """Put `segments` in the place of all that there were."""
        self.segments = segments
        self._bases = [segment.base_offset for segment in segments]
        self._hints.clear()

    def segments_from(self, offset: int) -> list[Segment]:
        """The segment that `offset` falls into, and all behind it."""
        return self.segments[max(bisect_right(self._bases, offset) - 1, 0) :]

    def end_of(self, segment: Segment) -> int:
        """First offset that is not in `segment`."""
        index = bisect_right(self._bases, segment.base_offset)
        return self._bases[index] if index < len(self._bases) else self.log_end_offset

    def begin_write(self, segment: Segment, now_ms: int) -> None:
        """`segment` gets the first bytes since it was last written."""
        self._dirty.append(segment)
        if self._unflushed_since_ms is None:
            self._unflushed_since_ms = now_ms

    def roll_to(self, base_offset: int, now_ms: int) -> Segment:
        """Begin a new active segment, in memory; its file, and what the old one leaves behind, come with the
        writing.
        """
        self._sealed.append(self.active)
        self._snapshots.append((base_offset, self.producers.encode()))
        segment = Segment(self.store, base_offset, now_ms)
        self.add_segment(segment)
        self.begin_write(segment, now_ms)
        return segment

    def roll(self, now_ms: int) -> None:
        """Seal the active segment, if it holds anything, so that retention and compaction may work on it."""
        self.check_online()
        if self.active.size:
            self.roll_to(self.log_end_offset, now_ms)
            self.write_pending()

    # ------------------------------------------------------------------------------------------- write, flush

    def check_online(self) -> None:
        """Raises why the log is offline, if it is."""
        if self.offline is not None:
            raise self.offline

    @contextmanager
    def storage_work(self) -> Iterator[None]:
        """Work on the store after which memory and disk must agree: a failure takes the log offline."""
        self.check_online()
        try:
            yield
        except KafkaStorageError as failure:
            self.offline = failure
            raise

    def persist(self) -> None:
        """Write everything appended so far, and flush it as `flush_messages` and `flush_ms` say. Call it before
        acknowledging. Idle logs cost nothing.
        """
        if self._dirty:
            self.write_pending()
        if self.log_end_offset - self.flushed_offset >= self._flush_messages:
            self.flush()

    def flush_due_ms(self) -> int | None:
        """When `flush` must be called at the latest because of `flush_ms` (an instant); None: never so far."""
        flush_ms = self.config.flush_ms
        if self._unflushed_since_ms is None or flush_ms >= _NEVER_MS:
            return None
        return self._unflushed_since_ms + flush_ms

    def write_pending(self) -> None:
        """Write everything appended so far into the files."""
        dirty = self._dirty
        if not dirty:
            return
        if self.offline is not None:
            raise self.offline
        try:
            if self._sealed or self._trust_is_unnoted:
                self._write_beside()
            for segment in dirty:
                segment.write_pending()
            self._dirty = []
        except KafkaStorageError as failure:
            self.offline = failure
            raise

    def _write_beside(self) -> None:
        """What must be in the store before the active segment may grow."""
        if self._trust_is_unnoted:
            self.store.write_whole(UNCHECKED_HEADERS, b"")
            self.store.flush()
            self._trust_is_unnoted = False
        for segment in self._sealed:
            segment.write_pending()
            segment.save_indexes()
            if self.config.cleanup_compact:
                # Offsets of a compacted log have gaps: a start cannot tell that the end of a segment was lost
                # while the next one was not. So the next one begins when this one is safe.
                segment.flush()
        for offset, content in self._snapshots:
            self.store.write_whole(segment_name(offset, "snapshot"), content, durable=False)
        self._sealed, self._snapshots = [], []

    def flush(self) -> None:
        """Return when everything appended so far survives a loss of power."""
        self.write_pending()
        with self.storage_work():
            self._flush()

    def _flush(self) -> None:
        active = self.active
        for segment in self.segments:
            if segment.base_offset >= self.recovery_point or segment is active:
                segment.flush()
        if active.base_offset > self._named_up_to:
            self.store.flush()
            self._named_up_to = active.base_offset
        if active.base_offset > self.recovery_point:
            self.store.write_whole(LEADER_EPOCHS, self.epochs.encode())
            self.move_recovery_point(active.base_offset)
        self.flushed_offset = self.log_end_offset
        self._unflushed_since_ms = None

    def close(self) -> None:
        """Flush, write all state, and leave the mark that makes the next start skip the scan."""
        self.flush()
        with self.storage_work():
            self.active.save_indexes()
            self.store.write_whole(segment_name(self.log_end_offset, "snapshot"), self.producers.encode())
            self.store.write_whole(LEADER_EPOCHS, self.epochs.encode())
            self.store.flush()
            self.write_offset(CLEAN_SHUTDOWN, self.log_end_offset)
            self.store.flush()
        self.offline = KafkaStorageError("the log is closed")

    def move_recovery_point(self, offset: int) -> None:
        self.write_offset(RECOVERY_POINT, offset)
        self.recovery_point = offset

    def write_offset(self, name: str, offset: int) -> None:
        """Write one of the small files that hold one offset."""
        self.store.write_whole(name, seal(_KIND, 1, _OFFSET.pack(offset)))

    def read_offset(self, name: str) -> int | None:
        """The offset in one of the small files; None when it is missing or damaged."""
        content = unseal(_KIND, 1, self.store.read_whole(name))
        if content is None or len(content) != _OFFSET.size:
            return None
        offset: int = _OFFSET.unpack(content)[0]
        return offset

    def note_truncation(self) -> None:
        """The log has become shorter: nothing waits to be written, and what is left was flushed as far as it was."""
        self._dirty, self._sealed, self._snapshots = [], [], []
        self._hints.clear()
        self.flushed_offset = min(self.flushed_offset, self.log_end_offset)
        if self.flushed_offset == self.log_end_offset:
            self._unflushed_since_ms = None
        self._named_up_to = min(self._named_up_to, self.active.base_offset)

    def note_recovery(self, flushed_offset: int, now_ms: int) -> None:
        """The log has been read from its files, which hold everything below `flushed_offset` for certain."""
        self.flushed_offset = flushed_offset
        self._unflushed_since_ms = now_ms if flushed_offset < self.log_end_offset else None
        self._leader_epoch = self.epochs.latest

    def write_epochs(self) -> None:
        """Write the leader epochs after a change that no batch will repeat."""
        self.store.write_whole(LEADER_EPOCHS, self.epochs.encode())
        self._leader_epoch = self.epochs.latest

    def move_log_start_offset(self, offset: int) -> None:
        """Readers may begin at `offset` from now on, also after a loss of power."""
        self.write_offset(LOG_START_OFFSET, offset)
        self.store.flush()
        self.log_start_offset = offset
        self.epochs.truncate_from_start(offset)
        self.producers.forget_transactions_before(offset)


def remember(
    producers: ProducerState,
    aborted: AbortedIndex | None,
    fields: HeaderFields,
    marker: EndTransactionMarker | None,
    *,
    base_offset: int,
    now_ms: int,
) -> None:
    """Bring producer state, and the aborted index of the segment, up to one batch of a producer with an id.

    `base_offset` is that in the log: `fields` may be a producer's. `marker` is None for data, and for control
    batches that are none or that compaction has emptied.
    """
    attributes, producer_id, producer_epoch = fields[5], fields[9], fields[10]
    if not attributes & CONTROL:
        producers.apply_batch(
            producer_id, producer_epoch, fields[11], base_offset, base_offset + fields[6],
            timestamp=now_ms, transactional=bool(attributes & TRANSACTIONAL),
        )  # fmt: skip
    elif marker is not None:
        completed = producers.apply_marker(
            producer_id, producer_epoch, marker.coordinator_epoch, base_offset,
            timestamp=now_ms, commit=marker.commit,
        )  # fmt: skip
        if completed is not None and completed.aborted and aborted is not None:
            still_open = producers.first_open_offset()
            stable = base_offset + 1 if still_open is None else still_open
            aborted.append(AbortedTransaction(producer_id, completed.first_offset, completed.last_offset, stable))
