"""The records of `__consumer_offsets`, in Kafka's own format, so that its tools read them.

    key        int16 type, then the key message       1 (and 0, of old) offset commit, 2 group metadata
    value      int16 version, then the value message  null: the key is deleted

    written    OffsetCommitValue 4 (with the topic id), 1 if the commit came with its own retention time
               GroupMetadataValue 3
    read       every version; records of other types (KIP-848 groups, share groups) are left alone

Sources: `GroupCoordinatorRecordHelpers.java`, `CoordinatorRecordSerde.java`; KIP-211, KIP-345.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nilometer_reference.broker.journal import Journal, partition_for
from nilometer_reference.wire.codec import decode, encode
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.coordinator_records import (
    GroupMetadataKey,
    GroupMetadataValue,
    MemberMetadata,
    OffsetCommitKey,
    OffsetCommitValue,
)
from nilometer_reference.wire.primitives import MalformedMessage

from .classic_group import ClassicGroup, GroupState
from .members import Member

OFFSET_COMMIT_TYPES = (0, 1)
GROUP_METADATA_TYPE = 2
GROUP_METADATA_VERSION = 3

Record = tuple[bytes, bytes | None]
GroupRecordKey = OffsetCommitKey | GroupMetadataKey


@dataclass(frozen=True, slots=True)
class GroupLog:
    """Where the coordinator writes: each group lives in one partition of `__consumer_offsets`."""

    journal: Journal

    def partition(self, group_id: str) -> int:
        return partition_for(group_id, self.journal.partition_count)

    def append(
        self,
        group_id: str,
        records: Collection[Record],
        now_ms: int,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> int:
        """Append one batch; answers its base offset. Raises KafkaError, with the code that a client of the
        coordinator is told, and has written nothing then."""
        try:
            return self.journal.append(
                self.partition(group_id), list(records), now_ms, producer_id=producer_id, producer_epoch=producer_epoch
            )
        except KafkaError as error:
            raise KafkaError(append_error(error.code), error.message) from error


_APPEND_ERRORS = {
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_ENOUGH_REPLICAS: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.REQUEST_TIMED_OUT: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_LEADER_OR_FOLLOWER: ErrorCode.NOT_COORDINATOR,
    ErrorCode.KAFKA_STORAGE_ERROR: ErrorCode.NOT_COORDINATOR,
    ErrorCode.MESSAGE_TOO_LARGE: ErrorCode.UNKNOWN_SERVER_ERROR,
    ErrorCode.RECORD_LIST_TOO_LARGE: ErrorCode.UNKNOWN_SERVER_ERROR,
    ErrorCode.INVALID_FETCH_SIZE: ErrorCode.UNKNOWN_SERVER_ERROR,
}


def append_error(code: ErrorCode) -> ErrorCode:
    """What a client is told when the coordinator could not write (`CoordinatorOperationExceptionHelper.java`)."""
    return _APPEND_ERRORS.get(code, code)


def _key(record_type: int, key: GroupRecordKey) -> bytes:
    return encode(key, 0, struct.pack(">h", record_type))


def offset_key(group_id: str, topic: str, partition: int) -> bytes:
    return _key(1, OffsetCommitKey(group=group_id, topic=topic, partition=partition))


def offset_tombstone(group_id: str, topic: str, partition: int) -> Record:
    return offset_key(group_id, topic, partition), None


def offset_value(value: OffsetCommitValue) -> bytes:
    version = 4 if value.expire_timestamp == -1 else 1
    return encode(value, version, struct.pack(">h", version))


def empty_group_record(group_id: str, now_ms: int) -> Record:
    """A group that somebody has asked to join and nobody has joined yet."""
    return group_record(ClassicGroup(group_id, state_changed_at_ms=now_ms), [], {}, None)


def group_tombstone(group_id: str) -> Record:
    return _key(GROUP_METADATA_TYPE, GroupMetadataKey(group=group_id)), None


def group_record(
    group: ClassicGroup, members: Collection[Member], assignments: Mapping[str, bytes], leader_id: str | None
) -> Record:
    """The group as it is, but with these members, assignments and leader."""
    protocol = group.protocol_name
    value = GroupMetadataValue(
        protocol_type=group.protocol_type or "",
        generation=group.generation_id,
        protocol=protocol,
        leader=leader_id,
        current_state_timestamp=group.state_changed_at_ms,
        members=[
            MemberMetadata(
                member_id=member.member_id,
                group_instance_id=member.group_instance_id,
                client_id=member.client_id,
                client_host=member.client_host,
                rebalance_timeout=member.rebalance_timeout_ms,
                session_timeout=member.session_timeout_ms,
                subscription=b"" if protocol is None else member.metadata(protocol),
                assignment=assignments[member.member_id],
            )
            for member in members
        ],
    )
    version = GROUP_METADATA_VERSION
    key = _key(GROUP_METADATA_TYPE, GroupMetadataKey(group=group.group_id))
    return key, encode(value, version, struct.pack(">h", version))


def read_key(data: bytes) -> GroupRecordKey | None:
    """None for a type that belongs to somebody else."""
    if len(data) < 2:
        return None
    (record_type,) = struct.unpack_from(">h", data)
    if record_type in OFFSET_COMMIT_TYPES:
        return decode(OffsetCommitKey, data, 0, 2)
    if record_type == GROUP_METADATA_TYPE:
        return decode(GroupMetadataKey, data, 0, 2)
    return None


def read_offset_value(data: bytes) -> OffsetCommitValue:
    (version,) = struct.unpack_from(">h", data)
    return decode(OffsetCommitValue, data, version, 2)


def read_group(group_id: str, data: bytes) -> ClassicGroup:
    """The group as written: Stable if it has members, Empty otherwise. Raises ValueError or struct.error."""
    (version,) = struct.unpack_from(">h", data)
    value = decode(GroupMetadataValue, data, version, 2)
    _check_consistent(value)
    state = GroupState.STABLE if value.members else GroupState.EMPTY
    group = ClassicGroup(
        group_id,
        state=state,
        previous_state=state,
        state_changed_at_ms=value.current_state_timestamp,
        generation_id=value.generation,
        protocol_type=value.protocol_type or None,
        protocol_name=value.protocol,
        leader_id=value.leader if value.members else None,
    )
    for written in value.members:
        group.add(_read_member(written, value.protocol), value.protocol_type)
    group.update_subscribed_topics()
    return group


def _check_consistent(value: GroupMetadataValue) -> None:
    """No coordinator writes such a group, but who may write to the topic may."""
    member_ids = [member.member_id for member in value.members]
    instances = [member.group_instance_id for member in value.members if member.group_instance_id is not None]
    if len(set(member_ids)) < len(member_ids) or len(set(instances)) < len(instances):
        raise MalformedMessage(f"a member stands twice in a group: {member_ids=}, {instances=}")
    if value.members and (not value.protocol_type or value.protocol is None or value.leader not in member_ids):
        raise MalformedMessage(f"{value.protocol_type=}, {value.protocol=}, {value.leader=} of {member_ids=}")


def _read_member(written: MemberMetadata, protocol: str | None) -> Member:
    """A member as written supports the protocol of its generation; version 0 had no rebalance timeout."""
    rebalance_timeout_ms = written.rebalance_timeout
    return Member(
        member_id=written.member_id,
        group_instance_id=written.group_instance_id,
        client_id=written.client_id,
        client_host=written.client_host,
        rebalance_timeout_ms=written.session_timeout if rebalance_timeout_ms == -1 else rebalance_timeout_ms,
        session_timeout_ms=written.session_timeout,
        protocols=((protocol or "", bytes(written.subscription)),),
        assignment=bytes(written.assignment),
    )
