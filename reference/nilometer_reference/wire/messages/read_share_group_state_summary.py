"""ReadShareGroupStateSummaryRequest and ReadShareGroupStateSummaryResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class PartitionData:
    partition: int = 0
    leader_epoch: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ReadStateSummaryData:
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ReadShareGroupStateSummaryRequest:
    API_KEY: ClassVar[int | None] = 87
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 0

    group_id: str = ""
    topics: list[ReadStateSummaryData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class PartitionResult:
    partition: int = 0
    error_code: int = 0
    error_message: str | None = None
    state_epoch: int = 0
    leader_epoch: int = 0
    start_offset: int = 0
    delivery_complete_count: int = -1
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ReadStateSummaryResult:
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionResult] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ReadShareGroupStateSummaryResponse:
    API_KEY: ClassVar[int | None] = 87
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 0

    results: list[ReadStateSummaryResult] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
