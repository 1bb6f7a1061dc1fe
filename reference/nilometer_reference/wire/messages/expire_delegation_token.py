"""ExpireDelegationTokenRequest and ExpireDelegationTokenResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class ExpireDelegationTokenRequest:
    API_KEY: ClassVar[int | None] = 40
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (1, 2)
    FLEXIBLE_FROM: ClassVar[int] = 2

    hmac: bytes = b""
    expiry_time_period_ms: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ExpireDelegationTokenResponse:
    API_KEY: ClassVar[int | None] = 40
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (1, 2)
    FLEXIBLE_FROM: ClassVar[int] = 2

    error_code: int = 0
    expiry_timestamp_ms: int = 0
    throttle_time_ms: int = 0
    unknown_tags: dict[int, bytes] | None = None
