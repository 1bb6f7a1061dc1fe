"""RenewDelegationTokenRequest and RenewDelegationTokenResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class RenewDelegationTokenRequest:
    API_KEY: ClassVar[int | None] = 39
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (1, 2)
    FLEXIBLE_FROM: ClassVar[int] = 2

    hmac: bytes = b""
    renew_period_ms: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class RenewDelegationTokenResponse:
    API_KEY: ClassVar[int | None] = 39
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (1, 2)
    FLEXIBLE_FROM: ClassVar[int] = 2

    error_code: int = 0
    expiry_timestamp_ms: int = 0
    throttle_time_ms: int = 0
    unknown_tags: dict[int, bytes] | None = None
