"""OffsetCommitKey and OffsetCommitValue: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class OffsetCommitKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group: str = ""
    topic: str = ""
    partition: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class OffsetCommitValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 4)
    FLEXIBLE_FROM: ClassVar[int] = 4

    offset: int = 0
    leader_epoch: int = -1
    metadata: str = ""
    commit_timestamp: int = 0
    expire_timestamp: int = -1
    topic_id: bytes = ZERO_UUID
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class GroupMetadataKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class MemberMetadata:
    member_id: str = ""
    group_instance_id: str | None = None
    client_id: str = ""
    client_host: str = ""
    rebalance_timeout: int = -1
    session_timeout: int = 0
    subscription: bytes = b""
    assignment: bytes = b""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class GroupMetadataValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 4)
    FLEXIBLE_FROM: ClassVar[int] = 4

    protocol_type: str = ""
    generation: int = 0
    protocol: str | None = ""
    leader: str | None = ""
    current_state_timestamp: int = -1
    members: list[MemberMetadata] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class TransactionLogKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    transactional_id: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class PartitionsSchema:
    topic: str = ""
    partition_ids: list[int] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class TransactionLogValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 1

    producer_id: int = 0
    previous_producer_id: int = -1
    next_producer_id: int = -1
    producer_epoch: int = 0
    next_producer_epoch: int = -1
    transaction_timeout_ms: int = 0
    transaction_status: int = 0
    transaction_partitions: list[PartitionsSchema] | None = field(default_factory=list)
    transaction_last_update_timestamp_ms: int = 0
    transaction_start_timestamp_ms: int = 0
    client_transaction_version: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupMetadataKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group_id: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupMetadataValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    epoch: int = 0
    metadata_hash: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupMemberMetadataKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group_id: str = ""
    member_id: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ClassicProtocol:
    name: str = ""
    metadata: bytes = b""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ClassicMemberMetadata:
    session_timeout_ms: int = 0
    supported_protocols: list[ClassicProtocol] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupMemberMetadataValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    instance_id: str | None = ""
    rack_id: str | None = ""
    client_id: str = ""
    client_host: str = ""
    subscribed_topic_names: list[str] = field(default_factory=list)
    subscribed_topic_regex: str | None = ""
    rebalance_timeout_ms: int = -1
    server_assignor: str | None = ""
    classic_member_metadata: ClassicMemberMetadata | None = field(default_factory=ClassicMemberMetadata)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupTargetAssignmentMetadataKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group_id: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupTargetAssignmentMetadataValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    assignment_epoch: int = 0
    assignment_timestamp: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupTargetAssignmentMemberKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group_id: str = ""
    member_id: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class TopicPartition:
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupTargetAssignmentMemberValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    topic_partitions: list[TopicPartition] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupCurrentMemberAssignmentKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group_id: str = ""
    member_id: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class TopicPartitions:
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(default_factory=list)
    assignment_epochs: list[int] | None = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupCurrentMemberAssignmentValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    member_epoch: int = 0
    previous_member_epoch: int = 0
    state: int = 0
    assigned_partitions: list[TopicPartitions] = field(default_factory=list)
    partitions_pending_revocation: list[TopicPartitions] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupRegularExpressionKey:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    group_id: str = ""
    regular_expression: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerGroupRegularExpressionValue:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    topics: list[str] = field(default_factory=list)
    version: int = 0
    timestamp: int = 0
    unknown_tags: dict[int, bytes] | None = None
