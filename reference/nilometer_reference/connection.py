"""One connection inside the node: bytes on their way to being frames, and the request under way.

    buffer   [ served … | start … frames not yet served … end | free ]
                                                            └─ a driver receives here

The buffer grows only by bytes that have arrived, never to a size that a frame merely announces, and never beyond
one frame of `socket.request.max.bytes`. While a request is under way at most one buffer of further bytes is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nilometer_reference.repeats import Repeats
from nilometer_reference.wire.frames import SIZE

if TYPE_CHECKING:
    from nilometer_reference.broker.requests import RequestContext

BUFFER_BYTES: Final = 256 * 1024
KEPT_BYTES_MAX: Final = 4 * 1024 * 1024
"""A buffer that grew beyond this is given back once it is empty."""


class Connection:
    """See the module's drawing."""

    __slots__ = (
        "_buffer", "_end", "_frame_bytes_max", "_needed", "_start", "_view",
        "client_host", "id", "is_broken", "is_open", "repeats", "served", "unsent_bytes", "waiting",
    )  # fmt: skip

    def __init__(self, connection_id: int, client_host: str, frame_bytes_max: int) -> None:
        self.id = connection_id
        self.client_host = client_host
        self.is_open = True
        self.is_broken = False
        """A frame announced a size that no frame may have."""
        self.waiting: RequestContext | None = None
        """The request under way."""
        self.served = 0
        """Requests taken up so far: the number of the last one."""
        self.repeats = Repeats()
        self.unsent_bytes = 0
        """Bytes of answers since the driver last said `drained`."""
        self._frame_bytes_max = frame_bytes_max
        self._buffer = bytearray(0)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        self._needed = SIZE.size
        """Bytes from `_start` that make the next frame whole, as far as they are known."""

    @property
    def is_busy(self) -> bool:
        return self.waiting is not None

    @property
    def has_input(self) -> bool:
        """Whether bytes are there that were not served yet."""
        return self._end > self._start

    def free_space(self) -> memoryview:
        """Where to put bytes that arrive; empty if the connection has to wait. Call `arrived` with their count.

        May move what is left in the buffer to its front, so views of served frames must no longer be needed.
        """
        if self._start == self._end:
            self._start = self._end = 0
            if not BUFFER_BYTES <= len(self._buffer) <= KEPT_BYTES_MAX:
                self._buffer = bytearray(BUFFER_BYTES)
                self._view = memoryview(self._buffer)
            return self._view
        size, left = len(self._buffer), self._end - self._start
        free = size - self._end
        if free >= BUFFER_BYTES // 4 or free >= self._needed - left > 0:
            return self._view[self._end :]
        if self._start and (left < size // 2 or self._needed <= size):
            self._view[:left] = self._view[self._start : self._end]
            self._start, self._end = 0, left
        elif left < self._needed:
            buffer = bytearray(min(2 * size, self._needed + BUFFER_BYTES))
            buffer[:left] = self._view[self._start : self._end]
            self._buffer, self._view = buffer, memoryview(buffer)
            self._start, self._end = 0, left
        return self._view[self._end :]

    def arrived(self, count: int) -> None:
        """`count` bytes were put at the front of `free_space()`."""
        self._end += count

    def put(self, data: bytes | memoryview) -> None:
        """Append bytes, all of them: for drivers without a buffer of their own."""
        left = self._end - self._start
        if len(self._buffer) - self._end < len(data):
            # A new buffer, not a longer one: batches of earlier frames may be views of this one.
            buffer = bytearray(max(BUFFER_BYTES, left + len(data)))
            buffer[:left] = self._view[self._start : self._end]
            self._buffer, self._view = buffer, memoryview(buffer)
            self._start, self._end = 0, left
        self._view[self._end : self._end + len(data)] = data
        self._end += len(data)

    def next_frame(self) -> memoryview | None:
        """The next whole frame without its size, or None; sets `is_broken` for a size that no frame may have."""
        start = self._start
        available = self._end - start
        if available < SIZE.size:
            self._needed = SIZE.size
            return None
        size: int = SIZE.unpack_from(self._buffer, start)[0]
        if not 0 <= size <= self._frame_bytes_max:
            self.is_broken = True
            return None
        if available < SIZE.size + size:
            self._needed = SIZE.size + size
            return None
        self._needed = SIZE.size
        self._start = start = start + SIZE.size
        self._start += size
        return self._view[start : start + size]
