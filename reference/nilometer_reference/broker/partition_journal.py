"""Journals over partitions: how coordinators, and the broker itself, write and read back their state.

    PartitionJournal   the partitions of an internal topic, created at the first append
    MetadataJournal    one partition that is no topic's: `__cluster_metadata`

One append is one batch; with a producer it is a transactional one, which has no sequences. Where what is written
elsewhere rests on a record (a marker on its decision, a batch on the transaction that it is in, a log on its
topic), the record is written at once and not with its pass: a process that dies in between, or a disk that fails,
must not keep the one without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.partition import Partition
from nilometer_reference.log.append_check import AppendOrigin
from nilometer_reference.log.log import Log
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.record_encoding import Record, decode_control_record, decode_records, encode_batch
from nilometer_reference.wire.records import split_batches

if TYPE_CHECKING:
    from nilometer_reference.broker.topics import Topics

_READ_BYTES: Final = 1 << 20


class PartitionJournal:
    """The journal of the internal topic `name`. `partition_count` is what the topic has, or will have.

    With `writes_at_once` an append has been written when it returns; otherwise the driver writes it, with its pass.
    """

    def __init__(self, topics: Topics, name: str, partition_count: int, *, writes_at_once: bool = False) -> None:
        self._topics = topics
        self._name = name
        self._future_partition_count = partition_count
        self._writes_at_once = writes_at_once

    @property
    def partition_count(self) -> int:
        topic = self._topics.get(self._name)
        return self._future_partition_count if topic is None else len(topic.partitions)

    def append(
        self,
        partition: int,
        records: Sequence[tuple[bytes, bytes | None]],
        now_ms: int,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> int:
        """See `Journal`."""
        found = self._topics.ensure_internal(self._name, now_ms).partition(partition)
        if found is None:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"partition {partition} of {self._name}")
        base_offset = append_records(found, records, now_ms, producer_id=producer_id, producer_epoch=producer_epoch)
        if self._writes_at_once:
            found.write_now()
        return base_offset

    def replay(self, partition: int) -> Iterator[JournalRecord]:
        """See `Journal`; nothing for a topic that does not exist yet."""
        topic = self._topics.get(self._name)
        found = None if topic is None else topic.partition(partition)
        return iter(()) if found is None else replay_records(found.log)


class MetadataJournal:
    """A journal of one partition, opened by its owner; it writes at once."""

    def __init__(self, partition: Partition) -> None:
        self._partition = partition

    @property
    def partition_count(self) -> int:
        return 1

    def append(
        self,
        partition: int,
        records: Sequence[tuple[bytes, bytes | None]],
        now_ms: int,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> int:
        """See `Journal`."""
        assert partition == 0
        base_offset = append_records(
            self._partition, records, now_ms, producer_id=producer_id, producer_epoch=producer_epoch
        )
        self._partition.write_now()
        return base_offset

    def replay(self, partition: int) -> Iterator[JournalRecord]:
        """See `Journal`."""
        assert partition == 0
        return replay_records(self._partition.log)


def append_records(
    partition: Partition,
    records: Sequence[tuple[bytes, bytes | None]],
    now_ms: int,
    *,
    producer_id: int = -1,
    producer_epoch: int = -1,
) -> int:
    """Append the records as one batch; its base offset. Raises KafkaError, and has written nothing then."""
    batch = encode_batch(
        [Record(-1, now_ms, key, value) for key, value in records],
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        transactional=producer_id >= 0,
    )
    return partition.append(batch, now_ms, origin=AppendOrigin.COORDINATOR).base_offset


def replay_records(log: Log) -> Iterator[JournalRecord]:
    """Every record and marker of the log, in order, from its log start offset to its present end."""
    offset, end_offset = log.log_start_offset, log.log_end_offset
    while offset < end_offset:
        data = join(log.read(offset, _READ_BYTES, up_to_offset=end_offset).chunks)
        if not data:
            return  # compaction has emptied what is left
        for batch in split_batches(data):
            header = batch.header
            for record in decode_records(batch):
                marker = decode_control_record(record) if header.is_control else None
                if record.offset < offset or (header.is_control and marker is None):
                    continue
                yield JournalRecord(
                    record.offset, record.timestamp, record.key or b"", record.value,
                    header.producer_id, header.producer_epoch, header.is_transactional,
                    None if marker is None else marker.commit,
                )  # fmt: skip
            offset = header.next_offset
