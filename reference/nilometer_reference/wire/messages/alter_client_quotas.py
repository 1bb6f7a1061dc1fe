"""AlterClientQuotasRequest and AlterClientQuotasResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(slots=True)
class RequestEntityData:
    entity_type: str = ""
    entity_name: str | None = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class OpData:
    key: str = ""
    value: float = 0.0
    remove: bool = False
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class RequestEntryData:
    entity: list[RequestEntityData] = field(default_factory=list)
    ops: list[OpData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class AlterClientQuotasRequest:
    API_KEY: ClassVar[int | None] = 49
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 1

    entries: list[RequestEntryData] = field(default_factory=list)
    validate_only: bool = False
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponseEntityData:
    entity_type: str = ""
    entity_name: str | None = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponseEntryData:
    error_code: int = 0
    error_message: str | None = ""
    entity: list[ResponseEntityData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class AlterClientQuotasResponse:
    API_KEY: ClassVar[int | None] = 49
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 1

    throttle_time_ms: int = 0
    entries: list[ResponseEntryData] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
