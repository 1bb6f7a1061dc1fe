"""Every group and every offset: the fold of `__consumer_offsets`, and the way to write there.

    write            append one batch, then apply each of its records
    apply            apply one record that was read back, or one marker

Both end in the same function, so that a coordinator that was running and one that has loaded know the same:

    record           of a group                                of an offset
    value            the group as written; timers start later  committed or pending (offsets.py)
    tombstone        the group is gone                         the offset is gone
    marker           -                                         pending offsets of its producer are decided

An offset of a group that is not known makes it known: a simple group, Empty and without a protocol type.
What happens inside a generation (joins, heartbeats) is not in the log.

Source: `GroupCoordinatorShard.replay`, `OffsetMetadataManager.replay`; KIP-98, KIP-447.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.coordinator_records import OffsetCommitKey
from nilometer_reference.wire.messages.join_group import JoinGroupResponse
from nilometer_reference.wire.messages.sync_group import SyncGroupResponse

from .classic_group import ClassicGroup
from .group_records import GroupLog, Record, group_tombstone, offset_tombstone, read_group, read_key, read_offset_value
from .offsets import OffsetStore, TopicPartition

TOMBSTONE_BATCH_BYTES_MAX = 500_000
"""Tombstones need not stand in one batch; this many bytes of keys fit below every sensible message size."""


@dataclass(slots=True)
class GroupTable:
    """See the module's table."""

    log: GroupLog
    groups: dict[str, ClassicGroup] = field(default_factory=dict)
    offsets: OffsetStore = field(default_factory=OffsetStore)
    failed_log_partitions: set[int] = field(default_factory=set)
    """Those that can be written no longer."""

    def get(self, group_id: str) -> ClassicGroup | None:
        """Raises NOT_COORDINATOR (16) if its log has failed."""
        log_partition = self.log.partition(group_id)
        if log_partition in self.failed_log_partitions:
            raise KafkaError(ErrorCode.NOT_COORDINATOR, f"partition {log_partition} of the log of groups has failed")
        return self.groups.get(group_id)

    def find(self, group_id: str) -> ClassicGroup:
        """Raises GROUP_ID_NOT_FOUND (69), NOT_COORDINATOR (16)."""
        group = self.get(group_id)
        if group is None:
            raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} not found.")
        return group

    def write(
        self,
        group_id: str,
        records: Sequence[Record],
        now_ms: int,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> None:
        """Append one batch and apply it; of a transaction if a producer is given.

        Raises what the client is told, and has changed nothing then.
        """
        base_offset = self.log.append(group_id, records, now_ms, producer_id=producer_id, producer_epoch=producer_epoch)
        log_partition = self.log.partition(group_id)
        for record_offset, (key, value) in enumerate(records, base_offset):
            self._apply(log_partition, record_offset, producer_id, key, value)

    def delete_offsets(self, group_id: str, partitions: Iterable[TopicPartition], now_ms: int) -> None:
        """Write tombstones. Raises KafkaError; those before the one that failed are written then."""
        for records in _batches(offset_tombstone(group_id, *partition) for partition in partitions):
            self.write(group_id, records, now_ms)

    def forget_offsets(self, group_id: str, partitions: Iterable[TopicPartition]) -> None:
        """Without the log: for offsets that must not be seen again although it refuses their tombstones."""
        for partition in partitions:
            self.offsets.drop(group_id, partition)

    def delete_group(self, group_id: str, now_ms: int) -> None:
        """Its offsets first: a group tombstone alone would leave them to a group of the same name."""
        self.delete_offsets(group_id, self.offsets.partitions(group_id), now_ms)
        self.write(group_id, [group_tombstone(group_id)], now_ms)

    def unload(self, group_ids: Iterable[str]) -> None:
        """Forget these groups without the log; who waits in them is told NOT_COORDINATOR (16)."""
        for group_id in group_ids:
            self.forget_offsets(group_id, self.offsets.partitions(group_id))
            group = self.groups.pop(group_id)
            for member in group.members.values():
                member.answer_join(JoinGroupResponse(error_code=ErrorCode.NOT_COORDINATOR, member_id=member.member_id))
                member.answer_sync(SyncGroupResponse(error_code=ErrorCode.NOT_COORDINATOR))
            group.discard()

    def apply(self, log_partition: int, record: JournalRecord) -> None:
        """One record as read back. Raises ValueError or struct.error for bytes that are not what they should be, and
        changes nothing then."""
        if record.marker is not None:
            self.end_transaction(log_partition, record.producer_id, commit=record.marker)
        else:
            producer_id = record.producer_id if record.transactional else -1
            self._apply(log_partition, record.offset, producer_id, record.key, record.value)

    def end_transaction(self, log_partition: int, producer_id: int, *, commit: bool) -> None:
        """A marker stands in the log."""
        self.offsets.end_transaction(log_partition, producer_id, commit=commit)

    def _apply(
        self, log_partition: int, record_offset: int, producer_id: int, key_bytes: bytes, value: bytes | None
    ) -> None:
        key = read_key(key_bytes)
        if key is None:
            return
        if not isinstance(key, OffsetCommitKey):
            written = None if value is None else read_group(key.group, value)
            replaced = self.groups.pop(key.group, None)
            if replaced is not None:
                replaced.discard()
            if written is not None:
                self.groups[key.group] = written
            return
        read = None if value is None else read_offset_value(value)
        if read is not None and key.group not in self.groups:
            self.groups[key.group] = ClassicGroup(key.group)
        self.offsets.apply(log_partition, record_offset, producer_id, key, read)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for key, value in records:
        if batch and size + len(key) > TOMBSTONE_BATCH_BYTES_MAX:
            yield batch
            batch, size = [], 0
        batch.append((key, value))
        size += len(key)
    if batch:
        yield batch
