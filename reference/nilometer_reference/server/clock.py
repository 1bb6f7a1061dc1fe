"""Unix time in milliseconds that never goes back: timers and `now_ms` of the core come from here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_JUMP_MS: Final = 1_000


class Clock:
    """Follows the monotonic clock from the wall time at the start, and the wall clock when that is set forward."""

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._ahead_ns = wall_ns() - monotonic_ns()

    def now_ms(self) -> int:
        wall_ms = self._wall_ns() // 1_000_000
        now_ms = (self._monotonic_ns() + self._ahead_ns) // 1_000_000
        if wall_ms > now_ms + _JUMP_MS:
            self._ahead_ns = self._wall_ns() - self._monotonic_ns()
            return wall_ms
        return now_ms
