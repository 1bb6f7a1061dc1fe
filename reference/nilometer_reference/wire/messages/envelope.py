"""EnvelopeRequest and EnvelopeResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class EnvelopeRequest:
    API_KEY: ClassVar[int | None] = 58
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    request_data: bytes = b""
    request_principal: bytes | None = b""
    client_host_address: bytes = b""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class EnvelopeResponse:
    API_KEY: ClassVar[int | None] = 58
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    response_data: bytes | None = None
    error_code: int = 0
    unknown_tags: dict[int, bytes] | None = None
