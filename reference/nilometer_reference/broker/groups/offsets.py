"""Committed offsets: a fold of `__consumer_offsets`, the same function while running and after a restart.

    record                                 effect
    offset commit                          committed at once
    offset commit of a transaction         pending for its producer
    commit marker of the producer          its pending offsets become committed, unless a record later in the log
                                           than the pending one has committed that partition since
    abort marker of the producer           its pending offsets are dropped
    tombstone                              committed and pending offsets of the partition are dropped

`apply` and `end_transaction` are called with each record in log order, live right after its append. Because the
race between a plain commit and a transaction is decided by the positions of the two commit records alone, and
not by when the marker came, live state and replay agree (KAFKA-14505).

Source: `OffsetMetadataManager.replay`, `replayEndTransactionMarker`; KIP-98, KIP-447.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nilometer_reference.wire.messages.coordinator_records import OffsetCommitKey, OffsetCommitValue

TopicPartition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class CommittedOffset:
    """`record_offset` is where its commit record lies in the log; -1 stands for "none" in epoch and expiry."""

    offset: int
    leader_epoch: int
    metadata: str
    commit_timestamp_ms: int
    expire_timestamp_ms: int
    topic_id: bytes
    record_offset: int


@dataclass(slots=True)
class OffsetStore:
    """All offsets of all groups. Pending ones are kept by (partition of `__consumer_offsets`, producer id)."""

    committed: dict[str, dict[TopicPartition, CommittedOffset]] = field(default_factory=dict)
    _pending: dict[tuple[int, int], dict[tuple[str, TopicPartition], CommittedOffset]] = field(default_factory=dict)
    _open: dict[str, dict[TopicPartition, set[tuple[int, int]]]] = field(default_factory=dict)
    """Which of those hold an offset of a group for a partition."""

    # The fold

    def apply(
        self,
        log_partition: int,
        record_offset: int,
        producer_id: int,
        key: OffsetCommitKey,
        value: OffsetCommitValue | None,
    ) -> None:
        """One offset-commit record, or its tombstone; `producer_id` -1 unless it belongs to a transaction."""
        partition = (key.topic, key.partition)
        if value is None:
            self.drop(key.group, partition)
            return
        offset = CommittedOffset(
            offset=value.offset,
            leader_epoch=value.leader_epoch,
            metadata=value.metadata,
            commit_timestamp_ms=value.commit_timestamp,
            expire_timestamp_ms=value.expire_timestamp,
            topic_id=bytes(value.topic_id),
            record_offset=record_offset,
        )
        if producer_id < 0:
            self.committed.setdefault(key.group, {})[partition] = offset
        else:
            transaction = log_partition, producer_id
            self._pending.setdefault(transaction, {})[key.group, partition] = offset
            self._open.setdefault(key.group, {}).setdefault(partition, set()).add(transaction)

    def end_transaction(self, log_partition: int, producer_id: int, *, commit: bool) -> None:
        """The marker of a producer; without effect on other producers and other partitions of the log."""
        transaction = log_partition, producer_id
        for (group_id, partition), offset in self._pending.pop(transaction, {}).items():
            self._close(group_id, partition, transaction)
            present = self.committed.get(group_id, {}).get(partition)
            if commit and (present is None or offset.record_offset > present.record_offset):
                self.committed.setdefault(group_id, {})[partition] = offset

    def drop(self, group_id: str, partition: TopicPartition) -> None:
        """Committed and pending, of every producer."""
        offsets = self.committed.get(group_id)
        if offsets is not None:
            offsets.pop(partition, None)
            if not offsets:
                del self.committed[group_id]
        for transaction in list(self._open.get(group_id, {}).get(partition, ())):
            self._close(group_id, partition, transaction)
            pending = self._pending[transaction]
            del pending[group_id, partition]
            if not pending:
                del self._pending[transaction]

    def _close(self, group_id: str, partition: TopicPartition, transaction: tuple[int, int]) -> None:
        transactions = self._open[group_id][partition]
        transactions.remove(transaction)
        if not transactions:
            del self._open[group_id][partition]
        if not self._open[group_id]:
            del self._open[group_id]

    # Questions

    def get(self, group_id: str, partition: TopicPartition) -> CommittedOffset | None:
        return self.committed.get(group_id, {}).get(partition)

    def is_pending(self, group_id: str, partition: TopicPartition) -> bool:
        """Does an open transaction hold an offset for it?"""
        return partition in self._open.get(group_id, {})

    def has_pending(self, group_id: str) -> bool:
        return group_id in self._open

    def partitions(self, group_id: str) -> list[TopicPartition]:
        """Every partition for which the group has a committed or pending offset."""
        return list({**self.committed.get(group_id, {}), **self._open.get(group_id, {})})

    def all(self) -> Iterable[tuple[str, TopicPartition, CommittedOffset]]:
        """Every offset with its group, committed ones first, then pending ones."""
        for group_id, offsets in self.committed.items():
            for partition, offset in offsets.items():
                yield group_id, partition, offset
        for pending in self._pending.values():
            for (group_id, partition), offset in pending.items():
                yield group_id, partition, offset
