"""ConsumerProtocolSubscription and ConsumerProtocolAssignment: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(slots=True)
class ConsumerProtocolSubscriptionTopicPartition:
    topic: str = ""
    partitions: list[int] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerProtocolSubscription:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 3)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    topics: list[str] = field(default_factory=list)
    user_data: bytes | None = None
    owned_partitions: list[ConsumerProtocolSubscriptionTopicPartition] = field(default_factory=list)
    generation_id: int = -1
    rack_id: str | None = None
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerProtocolAssignmentTopicPartition:
    topic: str = ""
    partitions: list[int] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConsumerProtocolAssignment:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 3)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    assigned_partitions: list[ConsumerProtocolAssignmentTopicPartition] = field(default_factory=list)
    user_data: bytes | None = None
    unknown_tags: dict[int, bytes] | None = None
