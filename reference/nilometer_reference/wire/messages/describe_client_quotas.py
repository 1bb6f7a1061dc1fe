"""DescribeClientQuotasRequest and DescribeClientQuotasResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(slots=True)
class ComponentData:
    entity_type: str = ""
    match_type: int = 0
    match: str | None = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class DescribeClientQuotasRequest:
    API_KEY: ClassVar[int | None] = 48
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 1

    components: list[ComponentData] = field(default_factory=list)
    strict: bool = False
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class EntityData:
    entity_type: str = ""
    entity_name: str | None = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ValueData:
    key: str = ""
    value: float = 0.0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class EntryData:
    entity: list[EntityData] = field(default_factory=list)
    values: list[ValueData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class DescribeClientQuotasResponse:
    API_KEY: ClassVar[int | None] = 48
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 1

    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    entries: list[EntryData] | None = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
