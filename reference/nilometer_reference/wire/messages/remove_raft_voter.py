"""RemoveRaftVoterRequest and RemoveRaftVoterResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class RemoveRaftVoterRequest:
    API_KEY: ClassVar[int | None] = 81
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    cluster_id: str | None = ""
    voter_id: int = 0
    voter_directory_id: bytes = ZERO_UUID
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class RemoveRaftVoterResponse:
    API_KEY: ClassVar[int | None] = 81
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    unknown_tags: dict[int, bytes] | None = None
