"""ListConfigResourcesRequest and ListConfigResourcesResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(slots=True)
class ListConfigResourcesRequest:
    API_KEY: ClassVar[int | None] = 74
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 0

    resource_types: list[int] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ConfigResource:
    resource_name: str = ""
    resource_type: int = 16
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ListConfigResourcesResponse:
    API_KEY: ClassVar[int | None] = 74
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 0

    throttle_time_ms: int = 0
    error_code: int = 0
    config_resources: list[ConfigResource] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
