"""AlterPartitionRequest and AlterPartitionResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class BrokerState:
    broker_id: int = 0
    broker_epoch: int = -1
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class RequestPartitionData:
    partition_index: int = 0
    leader_epoch: int = 0
    new_isr: list[int] = field(default_factory=list)
    new_isr_with_epochs: list[BrokerState] = field(default_factory=list)
    leader_recovery_state: int = 0
    partition_epoch: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class RequestTopicData:
    topic_id: bytes = ZERO_UUID
    partitions: list[RequestPartitionData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class AlterPartitionRequest:
    API_KEY: ClassVar[int | None] = 56
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (2, 3)
    FLEXIBLE_FROM: ClassVar[int] = 0

    broker_id: int = 0
    broker_epoch: int = -1
    topics: list[RequestTopicData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponsePartitionData:
    partition_index: int = 0
    error_code: int = 0
    leader_id: int = 0
    leader_epoch: int = 0
    isr: list[int] = field(default_factory=list)
    leader_recovery_state: int = 0
    partition_epoch: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponseTopicData:
    topic_id: bytes = ZERO_UUID
    partitions: list[ResponsePartitionData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class AlterPartitionResponse:
    API_KEY: ClassVar[int | None] = 56
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (2, 3)
    FLEXIBLE_FROM: ClassVar[int] = 0

    throttle_time_ms: int = 0
    error_code: int = 0
    topics: list[ResponseTopicData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
