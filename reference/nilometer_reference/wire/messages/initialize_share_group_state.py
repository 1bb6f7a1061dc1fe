"""InitializeShareGroupStateRequest and InitializeShareGroupStateResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class PartitionData:
    partition: int = 0
    state_epoch: int = 0
    start_offset: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class InitializeStateData:
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class InitializeShareGroupStateRequest:
    API_KEY: ClassVar[int | None] = 83
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    group_id: str = ""
    topics: list[InitializeStateData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class PartitionResult:
    partition: int = 0
    error_code: int = 0
    error_message: str | None = None
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class InitializeStateResult:
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionResult] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class InitializeShareGroupStateResponse:
    API_KEY: ClassVar[int | None] = 83
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    results: list[InitializeStateResult] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
