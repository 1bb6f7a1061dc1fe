"""Which committed offsets may be forgotten (KIP-211).

    group                                        forgotten, after offsets.retention.minutes from
    never had members (simple commits)           the commit
    Empty                                        the instant at which it became empty
    Stable, consumer type, topic not subscribed  the commit
    anything else, in particular any rebalance   never (KAFKA-13636)

Never while a transaction holds an offset for the partition. A commit that brought its own retention time
(OffsetCommit 2-4) is forgotten when that has passed, in the groups and for the topics of the same table.

Source: `ClassicGroup.offsetExpirationCondition`, `OffsetExpirationConditionImpl.java`.
"""

from __future__ import annotations

from nilometer_reference.wire.errors import KafkaError

from .classic_group import ClassicGroup, GroupState
from .group_table import GroupTable
from .offsets import CommittedOffset, OffsetStore, TopicPartition


def _base_timestamp_ms(group: ClassicGroup, offset: CommittedOffset) -> int | None:
    """The instant from which the retention counts; None if the group keeps its offsets."""
    if group.protocol_type is None:
        return offset.commit_timestamp_ms
    if group.state is GroupState.EMPTY:
        is_known = group.state_changed_at_ms != -1
        return group.state_changed_at_ms if is_known else offset.commit_timestamp_ms
    if group.is_consumer_type and group.subscribed_topics is not None and group.state is GroupState.STABLE:
        return offset.commit_timestamp_ms
    return None


def is_expired(group: ClassicGroup, topic: str, offset: CommittedOffset, retention_ms: int, now_ms: int) -> bool:
    base_ms = _base_timestamp_ms(group, offset)
    if base_ms is None or group.is_subscribed(topic):
        return False
    if offset.expire_timestamp_ms != -1:
        return now_ms >= offset.expire_timestamp_ms
    return now_ms - base_ms >= retention_ms


def expired_partitions(group: ClassicGroup, store: OffsetStore, retention_ms: int, now_ms: int) -> list[TopicPartition]:
    return [
        partition
        for partition, offset in store.committed.get(group.group_id, {}).items()
        if is_expired(group, partition[0], offset, retention_ms, now_ms)
        and not store.is_pending(group.group_id, partition)
    ]


def is_superfluous(group: ClassicGroup, store: OffsetStore) -> bool:
    """A group without members, offsets, open transactions and ids that were handed out may be removed."""
    has_offsets = group.group_id in store.committed or store.has_pending(group.group_id)
    return group.state is GroupState.EMPTY and not has_offsets and not group.pending_members


def sweep(table: GroupTable, retention_ms: int, now_ms: int) -> None:
    """Forget what may be forgotten. What cannot be written is left to the next sweep."""
    for group in list(table.groups.values()):
        try:
            table.delete_offsets(group.group_id, expired_partitions(group, table.offsets, retention_ms, now_ms), now_ms)
            if is_superfluous(group, table.offsets):
                table.delete_group(group.group_id, now_ms)
        except KafkaError:
            continue
