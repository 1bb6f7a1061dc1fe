"""FetchSnapshotRequest and FetchSnapshotResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..chunks import Records
from ..uuids import ZERO_UUID


@dataclass(slots=True)
class RequestSnapshotId:
    end_offset: int = 0
    epoch: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class RequestPartitionSnapshot:
    partition: int = 0
    current_leader_epoch: int = 0
    snapshot_id: RequestSnapshotId = field(default_factory=RequestSnapshotId)
    position: int = 0
    replica_directory_id: bytes = ZERO_UUID
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class RequestTopicSnapshot:
    name: str = ""
    partitions: list[RequestPartitionSnapshot] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class FetchSnapshotRequest:
    API_KEY: ClassVar[int | None] = 59
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 0

    cluster_id: str | None = None
    replica_id: int = -1
    max_bytes: int = 2147483647
    topics: list[RequestTopicSnapshot] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponseSnapshotId:
    end_offset: int = 0
    epoch: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class LeaderIdAndEpoch:
    leader_id: int = 0
    leader_epoch: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponsePartitionSnapshot:
    index: int = 0
    error_code: int = 0
    snapshot_id: ResponseSnapshotId = field(default_factory=ResponseSnapshotId)
    current_leader: LeaderIdAndEpoch = field(default_factory=LeaderIdAndEpoch)
    size: int = 0
    position: int = 0
    unaligned_records: Records | None = None
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponseTopicSnapshot:
    name: str = ""
    partitions: list[ResponsePartitionSnapshot] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class NodeEndpoint:
    node_id: int = 0
    host: str = ""
    port: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class FetchSnapshotResponse:
    API_KEY: ClassVar[int | None] = 59
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 0

    throttle_time_ms: int = 0
    error_code: int = 0
    topics: list[ResponseTopicSnapshot] = field(default_factory=list)
    node_endpoints: list[NodeEndpoint] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
