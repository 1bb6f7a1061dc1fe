"""DefaultPrincipalData: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class DefaultPrincipalData:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    type: str = ""
    name: str = ""
    token_authenticated: bool = False
    unknown_tags: dict[int, bytes] | None = None
