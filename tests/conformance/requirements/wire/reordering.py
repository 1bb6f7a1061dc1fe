"""A relay to a broker of one node that sends the answer to a quick request before that to a long poll."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

from nilometer_reference.wire import frames
from nilometer_reference.wire.messages import FetchRequest
from nilometer_reference.wire.primitives import MalformedMessage
from tests.conformance.requirements.faulty import FaultyBroker, _read_frame


class ReorderingRelay:
    """Listens on loopback; answers to Fetch with max_wait_ms > 0 are held back until another answer has gone."""

    def __init__(self, upstream: str) -> None:
        self.inner = FaultyBroker(upstream)  # makes all addresses in answers its own: ours has to be in front
        self.swapped = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        self.inner.address = self.address
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def bootstrap(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(self.inner._listener.getsockname())
            threading.Thread(target=self._relay, args=(client, upstream), daemon=True).start()

    def _relay(self, client: socket.socket, upstream: socket.socket) -> None:
        slow: set[int] = set()

        def requests() -> None:
            with suppress(OSError, EOFError):
                while True:
                    frame = _read_frame(client)
                    with suppress(MalformedMessage, ValueError):
                        header, request = frames.parse_request(frame)
                        if isinstance(request, FetchRequest) and request.max_wait_ms > 0:
                            slow.add(header.correlation_id)
                    upstream.sendall(struct.pack(">i", len(frame)) + frame)
            with suppress(OSError):
                upstream.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=requests, daemon=True).start()
        held: list[bytes] = []
        upstream.settimeout(1.0)
        with suppress(OSError, EOFError):
            while True:
                try:
                    frame = _read_frame(upstream)
                except TimeoutError:
                    frame = b""
                if frame and struct.unpack_from(">i", frame)[0] in slow and not held:
                    held.append(frame)
                    continue
                for one in (frame, *held):
                    if one:
                        client.sendall(struct.pack(">i", len(one)) + one)
                self.swapped += bool(held and frame)
                held.clear()
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        self.inner.close()

    def __enter__(self) -> ReorderingRelay:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
