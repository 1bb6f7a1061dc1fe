"""SaslAuthenticateRequest and SaslAuthenticateResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class SaslAuthenticateRequest:
    API_KEY: ClassVar[int | None] = 36
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 2)
    FLEXIBLE_FROM: ClassVar[int] = 2

    auth_bytes: bytes = b""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class SaslAuthenticateResponse:
    API_KEY: ClassVar[int | None] = 36
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 2)
    FLEXIBLE_FROM: ClassVar[int] = 2

    error_code: int = 0
    error_message: str | None = ""
    auth_bytes: bytes = b""
    session_lifetime_ms: int = 0
    unknown_tags: dict[int, bytes] | None = None
