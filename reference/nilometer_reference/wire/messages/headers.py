"""RequestHeader and ResponseHeader: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class RequestHeader:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (1, 2)
    FLEXIBLE_FROM: ClassVar[int] = 2

    request_api_key: int = 0
    request_api_version: int = 0
    correlation_id: int = 0
    client_id: str | None = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ResponseHeader:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 1

    correlation_id: int = 0
    unknown_tags: dict[int, bytes] | None = None
