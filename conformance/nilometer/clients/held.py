"""A request that is on its way for a long time: all of it but its last byte is with the broker until it is released.

held = HeldRequest(session, request, version, node)     sent now, as far as the sender can tell
exchange = held.release()                               it arrives; its answer

The sender of such a request may have given it up long ago; a broker has to treat it by what is true when it arrives.
"""

from __future__ import annotations

import struct
from typing import Self

from nilometer.clients.exchange import Exchange
from nilometer.clients.raw import Connection, request_frame
from nilometer.clients.session import Session
from nilometer_reference.wire.codec import Message


class HeldRequest(Connection):
    """One request on a connection of its own."""

    def __init__(self, session: Session, request: Message, version: int, node: int | None) -> None:
        """Connects and sends; raises `NoAnswer` if that fails."""
        host, port = session.address(node)
        super().__init__(host, port, session.journal, timeout_s=session.timeout_s, client_id=session.client_id)
        frame = request_frame(request, version, 1, self.client_id)
        self.exchange = self.note(request, version, 1)
        data = struct.pack(">i", len(frame)) + frame
        self._rest = data[-1:]
        self.send_bytes(data[:-1], self.exchange)

    def release(self, timeout_s: float | None = None) -> Exchange:
        """The last byte, then the answer; `NoAnswer` if there is none."""
        self.send_bytes(self._rest, self.exchange)
        self._waiting.append(self.exchange)
        return self.receive(timeout_s)

    def __enter__(self) -> Self:
        return self
