"""The sending side of one socket: chunks in a queue, sent without copying large ones.

small bytes   joined into one `send`: hundreds of answers to pipelined requests wake the client once
large bytes   `sendmsg`
FileSlice     `sendfile` from the segment file
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from nilometer_reference.wire.chunks import Chunk

if TYPE_CHECKING:
    from nilometer_reference.connection import Connection

_GATHERED_MAX: Final = 1024
"""IOV_MAX of Linux: buffers in one `sendmsg`."""
_JOINED_BYTES_MAX: Final = 64 * 1024
"""Up to here a copy is cheaper than handing many buffers to the kernel."""
_BYTES = (bytes, bytearray, memoryview)


class Peer:
    """One accepted socket and what is still to be sent on it."""

    __slots__ = ("_queue", "_sent", "closes_when_sent", "connection", "events", "id", "socket")

    def __init__(self, id_: int, sock: socket.socket, connection: Connection) -> None:
        self.id = id_
        self.socket = sock
        self.connection = connection
        self.events = 0
        """Readiness events that the selector watches for."""
        self.closes_when_sent = False
        self._queue: deque[Chunk] = deque()
        self._sent = 0
        """Bytes of the first chunk that have left."""

    @property
    def has_unsent(self) -> bool:
        return bool(self._queue)

    def enqueue(self, chunks: Sequence[Chunk]) -> None:
        self._queue.extend(chunks)

    def send(self) -> None:
        """Send as much as the socket takes. Raises OSError, other than for a socket that is full."""
        queue = self._queue
        try:
            while queue:
                first = queue[0]
                if isinstance(first, _BYTES):
                    self._send_bytes(len(queue))
                else:
                    sent = os.sendfile(
                        self.socket.fileno(),
                        first.fileno(),
                        first.position + self._sent,
                        first.length - self._sent,
                    )
                    if sent == 0 and self._sent < first.length:
                        raise OSError(f"{first.length - self._sent} bytes of a segment are gone")
                    self._count(sent)
        except (BlockingIOError, InterruptedError):
            return

    def _send_bytes(self, count: int) -> None:
        queue = self._queue
        if count == 1 and not self._sent:
            sent = self.socket.send(queue[0])  # type: ignore[arg-type]  # checked by the caller
            self._count(sent)
            return
        gathered: list[bytes | bytearray | memoryview] = []
        size = more_follows = 0
        for chunk in queue:
            if not isinstance(chunk, _BYTES):
                # A file slice comes next: let the kernel fill the packet with it.
                more_follows = socket.MSG_MORE if hasattr(socket, "MSG_MORE") else 0
                break
            gathered.append(chunk)
            size += len(chunk)
            if size > _JOINED_BYTES_MAX or len(gathered) == _GATHERED_MAX:
                break
        if self._sent:
            gathered[0] = memoryview(gathered[0])[self._sent :]
        if size <= _JOINED_BYTES_MAX:
            self._count(self.socket.send(b"".join(gathered), more_follows))
        else:
            self._count(self.socket.sendmsg(gathered, (), more_follows))

    def _count(self, sent: int) -> None:
        """Drop from the queue what has left."""
        queue = self._queue
        sent += self._sent
        while queue:
            first = queue[0]
            length = len(first) if isinstance(first, _BYTES) else first.length
            if sent < length:
                break
            sent -= length
            queue.popleft()
        self._sent = sent
