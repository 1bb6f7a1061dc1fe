"""Everything that waits, in one place: callbacks ordered by the instant at which they are due.

The core has no clock. Drivers ask `next_deadline_ms()` how long they may sleep and call `run_due(now_ms)`.
Timers that are due at one instant run in the order in which they were set.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

Callback = Callable[[int], None]
"""Called with the present instant in milliseconds."""


@dataclass(slots=True)
class Timer:
    """One waiting callback; `cancel()` may be called at any time, also twice."""

    deadline_ms: int
    callback: Callback | None

    def cancel(self) -> None:
        self.callback = None

    @property
    def is_waiting(self) -> bool:
        return self.callback is not None


class Timers:
    """A heap of timers; cancelled ones are dropped when they come to the top, and in bulk now and then."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._sequence = 0

    def at(self, deadline_ms: int, callback: Callback) -> Timer:
        """Call `callback(now_ms)` once, at the first `run_due` with `now_ms >= deadline_ms`."""
        timer = Timer(deadline_ms, callback)
        self._sequence += 1
        heapq.heappush(self._heap, (deadline_ms, self._sequence, timer))
        if self._sequence % 4096 == 0:
            self._drop_cancelled()
        return timer

    def next_deadline_ms(self) -> int | None:
        """Earliest instant at which something is due; None if nothing waits."""
        while self._heap and not self._heap[0][2].is_waiting:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run_due(self, now_ms: int) -> None:
        """Run everything that is due, also what these callbacks make due at once."""
        while self._heap and self._heap[0][0] <= now_ms:
            timer = heapq.heappop(self._heap)[2]
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback(now_ms)

    def _drop_cancelled(self) -> None:
        self._heap = [entry for entry in self._heap if entry[2].is_waiting]
        heapq.heapify(self._heap)
