"""MetadataRequest and MetadataResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class MetadataRequestTopic:
    topic_id: bytes = ZERO_UUID
    name: str | None = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class MetadataRequest:
    API_KEY: ClassVar[int | None] = 3
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 13)
    FLEXIBLE_FROM: ClassVar[int] = 9

    topics: list[MetadataRequestTopic] | None = field(default_factory=list)
    allow_auto_topic_creation: bool = True
    include_cluster_authorized_operations: bool = False
    include_topic_authorized_operations: bool = False
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class MetadataResponseBroker:
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class MetadataResponsePartition:
    error_code: int = 0
    partition_index: int = 0
    leader_id: int = 0
    leader_epoch: int = -1
    replica_nodes: list[int] = field(default_factory=list)
    isr_nodes: list[int] = field(default_factory=list)
    offline_replicas: list[int] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class MetadataResponseTopic:
    error_code: int = 0
    name: str | None = ""
    topic_id: bytes = ZERO_UUID
    is_internal: bool = False
    partitions: list[MetadataResponsePartition] = field(default_factory=list)
    topic_authorized_operations: int = -2147483648
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class MetadataResponse:
    API_KEY: ClassVar[int | None] = 3
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 13)
    FLEXIBLE_FROM: ClassVar[int] = 9

    throttle_time_ms: int = 0
    brokers: list[MetadataResponseBroker] = field(default_factory=list)
    cluster_id: str | None = None
    controller_id: int = -1
    topics: list[MetadataResponseTopic] = field(default_factory=list)
    cluster_authorized_operations: int = -2147483648
    error_code: int = 0
    unknown_tags: dict[int, bytes] | None = None
