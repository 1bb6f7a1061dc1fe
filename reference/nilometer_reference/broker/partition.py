"""One partition as its leader sees it: the log, and the bounds of who may see how much of it.

    log_start_offset <= last_stable_offset <= high_watermark <= log_end_offset
    inclusive           exclusive             exclusive         exclusive

    change                          who is told
    append, marker                  `touched.unpersisted`: its log must be written before it is acknowledged
    the same, DeleteRecords,        `touched.changed`: requests that wait for it look again, once a pass
    removal, storage failure

Sources: `Partition.scala`; KIP-98 (last stable offset), KIP-101 (leader epochs), KIP-227 (waiters).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from nilometer_reference.broker import tracing
from nilometer_reference.broker.topic_configs import TopicSettings
from nilometer_reference.log.append_check import AppendOrigin
from nilometer_reference.log.errors import OffsetOutOfRange
from nilometer_reference.log.leader_epochs import UNDEFINED_EPOCH, EpochEnd
from nilometer_reference.log.log import AppendResult, Log
from nilometer_reference.log.storage import Buffer
from nilometer_reference.wire.chunks import RecordChunks, Records
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.record_encoding import encode_end_transaction_marker

__all__ = ["AppendOrigin", "AppendResult", "IsolationLevel", "Partition", "ReadResult", "Touched", "Waiter"]


class IsolationLevel(IntEnum):
    """How far a consumer may read: to the high watermark, or to the last stable offset (KIP-98)."""

    READ_UNCOMMITTED = 0
    READ_COMMITTED = 1


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a fetch is answered for one partition. Offsets as in the module's drawing; `aborted` holds
    (producer id, first offset), None unless read_committed."""

    records: Records
    size: int
    high_watermark: int
    last_stable_offset: int
    log_start_offset: int
    aborted: Sequence[tuple[int, int]] | None


class Waiter(Protocol):
    """A request that waits until something happens to a partition."""

    def look(self, partition: Partition, now_ms: int) -> None:
        """Something has happened to the partition: an append, DeleteRecords, its removal, a storage failure."""


@dataclass(slots=True)
class Touched:
    """What has happened to the partitions of a broker since somebody last looked, in order; and who is told of it."""

    unpersisted: dict[Log, None] = field(default_factory=dict)
    changed: dict[Partition, None] = field(default_factory=dict)
    tracer: tracing.Tracer | None = None


@dataclass(eq=False, slots=True)
class Partition:
    """A partition of a topic on its leader. Created by `Broker.open_partition` only."""

    topic: str
    topic_id: bytes
    index: int
    log: Log
    settings: TopicSettings = field(repr=False)
    touched: Touched = field(repr=False)
    leader_id: int
    leader_epoch: int = 0
    replicas: list[int] = field(default_factory=list)
    isr: list[int] = field(default_factory=list)
    is_removed: bool = False
    """The topic is gone; whoever still waits here is answered UNKNOWN_TOPIC_OR_PARTITION."""
    waiters: dict[Waiter, None] = field(default_factory=dict, repr=False)
    """Who is to look again after a change, once a pass: long polls."""

    @property
    def log_start_offset(self) -> int:
        """First offset that may be read (inclusive)."""
        return self.log.log_start_offset

    @property
    def log_end_offset(self) -> int:
        """The offset that the next record gets (exclusive end)."""
        return self.log.log_end_offset

    @property
    def high_watermark(self) -> int:
        """First offset *not* known to be on every in-sync replica (exclusive). The leader is the only one so far."""
        return self.log.log_end_offset

    @property
    def last_stable_offset(self) -> int:
        """First offset of the oldest open transaction, else the high watermark (exclusive)."""
        return self.log.last_stable_offset(self.high_watermark)

    @property
    def is_online(self) -> bool:
        """False after a storage failure, until the next start."""
        return self.log.offline is None

    def check_online(self) -> None:
        """Raises KAFKA_STORAGE_ERROR (56)."""
        if self.log.offline is not None:
            raise self.log.offline

    def is_in_sealed_segment(self, offset: int) -> bool:
        """Whether the log goes on behind the segment that holds the offset."""
        return offset < self.log.segments[-1].base_offset

    def limit(self, isolation_level: int) -> int:
        """How far a reader may read (exclusive)."""
        return self.last_stable_offset if isolation_level == IsolationLevel.READ_COMMITTED else self.high_watermark

    def check_leader_epoch(self, leader_epoch: int) -> None:
        """Raises FENCED_LEADER_EPOCH (74), UNKNOWN_LEADER_EPOCH (75); -1 is a client that does not know (KIP-320)."""
        if leader_epoch >= 0 and leader_epoch != self.leader_epoch:
            code = ErrorCode.FENCED_LEADER_EPOCH if leader_epoch < self.leader_epoch else ErrorCode.UNKNOWN_LEADER_EPOCH
            raise KafkaError(code, f"{leader_epoch=} where {self.leader_epoch=}")

    def check_min_insync_replicas(self) -> None:
        """Raises NOT_ENOUGH_REPLICAS (19): a write with acks=all could not be kept as the topic demands."""
        wanted = min(self.settings.min_insync_replicas, len(self.replicas))
        if len(self.isr) < wanted:
            raise KafkaError(ErrorCode.NOT_ENOUGH_REPLICAS, f"{len(self.isr)} in sync where {wanted} are wanted")

    def append(
        self,
        record_set: Buffer,
        now_ms: int,
        *,
        origin: AppendOrigin = AppendOrigin.CLIENT,
        transaction_version: int = 1,
        new_producer_starts_at_zero: bool = False,
    ) -> AppendResult:
        """Append one batch, or answer a retry. Raises KafkaError, see `log.append_check`; nothing has happened then."""
        tracer = self.touched.tracer
        try:
            result = self.log.append_as_leader(
                record_set,
                leader_epoch=self.leader_epoch,
                now_ms=now_ms,
                origin=origin,
                transaction_version=transaction_version,
                new_producer_starts_at_zero=new_producer_starts_at_zero,
            )
        except KafkaError as error:
            if tracer is not None and origin is AppendOrigin.CLIENT:
                tracing.refused(tracer, self, record_set, error)
            raise
        if tracer is not None and origin is AppendOrigin.CLIENT:
            tracing.appended(tracer, self, record_set, result)
        # A retry may come before its original is written: its answer too must wait for that.
        self.touched.unpersisted[self.log] = None
        self.touched.changed[self] = None
        return result

    def write_marker(
        self,
        *,
        producer_id: int,
        producer_epoch: int,
        coordinator_epoch: int,
        commit: bool,
        transaction_version: int,
        now_ms: int,
    ) -> AppendResult:
        """Append the control batch that ends a transaction here. Raises KafkaError, see `log.producer_state`."""
        marker = encode_end_transaction_marker(producer_id, producer_epoch, coordinator_epoch, commit, now_ms)
        result = self.append(marker, now_ms, origin=AppendOrigin.COORDINATOR, transaction_version=transaction_version)
        if self.touched.tracer is not None:
            tracing.marked(
                self.touched.tracer, self, producer_id=producer_id, producer_epoch=producer_epoch,
                coordinator_epoch=coordinator_epoch, commit=commit,
            )  # fmt: skip
        return result

    def write_now(self) -> None:
        """Write what was appended without waiting for the driver: what comes next rests on it.

        Raises KafkaStorageError. The log then stays among the unpersisted, so that all who wait for it learn of it.
        """
        self.log.persist()
        self.touched.unpersisted.pop(self.log, None)

    def read(
        self,
        offset: int,
        max_bytes: int,
        isolation_level: int = IsolationLevel.READ_UNCOMMITTED,
        *,
        min_one_batch: bool = True,
    ) -> ReadResult:
        """Batches from the one that holds `offset` on, whole but for the last, which `max_bytes` may cut.

        With `min_one_batch` the first comes whatever its size (KIP-74). Raises OFFSET_OUT_OF_RANGE (1) and
        KAFKA_STORAGE_ERROR (56).
        """
        log = self.log
        high_watermark = self.high_watermark
        last_stable_offset = log.last_stable_offset(high_watermark)
        committed = isolation_level == IsolationLevel.READ_COMMITTED
        limit = last_stable_offset if committed else high_watermark
        data = log.read(offset, max_bytes, up_to_offset=limit, min_one_batch=min_one_batch, cut_last_batch=True)
        aborted: list[tuple[int, int]] | None = None
        if committed:
            aborted = []
            if data.size:
                found = log.aborted_transactions(offset, data.next_offset)
                aborted = [(transaction.producer_id, transaction.first_offset) for transaction in found]
        records: Records = RecordChunks(data.chunks, data.size) if data.size else b""
        return ReadResult(records, data.size, high_watermark, last_stable_offset, log.log_start_offset, aborted)

    def diverging_epoch(self, last_fetched_epoch: int, fetch_offset: int) -> EpochEnd | None:
        """Where the reader's log parts from this one, if it does (KIP-595): largest common epoch and its end.

        Raises OFFSET_OUT_OF_RANGE if that cannot be told, or lies below the log start offset.
        """
        end = self.log.end_offset_for_epoch(last_fetched_epoch)
        if end.leader_epoch == UNDEFINED_EPOCH:
            raise OffsetOutOfRange(f"{last_fetched_epoch=} is not known here")
        if fetch_offset < self.log_start_offset:
            raise OffsetOutOfRange(f"{fetch_offset=} below {self.log_start_offset=}")
        if end.leader_epoch < last_fetched_epoch or end.end_offset < fetch_offset:
            return end
        return None

    def delete_records(self, before_offset: int) -> int:
        """Move the log start offset up (-1: to the high watermark); answers it. Raises OFFSET_OUT_OF_RANGE."""
        log_start_offset = self.log.delete_records(before_offset, self.high_watermark)
        self.touched.changed[self] = None
        return log_start_offset

    def retain(self, now_ms: int) -> None:
        """Drop what the topic no longer keeps, and idle producers. Raises KAFKA_STORAGE_ERROR (56)."""
        if self.log.retention(now_ms, self.high_watermark):
            self.touched.changed[self] = None

    def compact(self, now_ms: int) -> bool:
        """Compact the log if it is worth it; whether it was. Raises KAFKA_STORAGE_ERROR (56)."""
        return self.log.compact(now_ms, self.high_watermark) is not None
