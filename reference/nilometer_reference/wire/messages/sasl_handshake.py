"""SaslHandshakeRequest and SaslHandshakeResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(slots=True)
class SaslHandshakeRequest:
    API_KEY: ClassVar[int | None] = 17
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    mechanism: str = ""
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class SaslHandshakeResponse:
    API_KEY: ClassVar[int | None] = 17
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    error_code: int = 0
    mechanisms: list[str] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None
