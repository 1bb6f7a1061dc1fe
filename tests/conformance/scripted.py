"""A broker of the tests: it answers what a function says, over real sockets, in this process.

    def answer(header, request): return m.MetadataResponse(…)

    with ScriptedBroker(answer) as broker: …          broker.address, broker.requests

The function may return a response, bytes (the frame without its size), HANG_UP, SILENCE, or None: then ApiVersions
and Metadata are answered as a broker of one node does that serves `apis`, and everything else closes.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self

from nilometer_reference.wire import frames
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.messages.api_versions import ApiVersion
from nilometer_reference.wire.messages.metadata import MetadataResponseBroker
from nilometer_reference.wire.primitives import MalformedMessage

HANG_UP, SILENCE = object(), object()
Answer = Callable[[frames.RequestHeader, Any], Any]
NODE = 1


class ScriptedBroker:
    """Listens on loopback until it is closed."""

    def __init__(
        self, answer: Answer | None = None, apis: Mapping[str, tuple[int, int]] | None = None, port: int = 0
    ) -> None:
        self.answer = answer or (lambda _header, _request: None)
        self.apis = {"ApiVersions": (0, 4), "Metadata": (0, 13), **(apis or {})}
        self.requests: list[tuple[frames.RequestHeader, Any]] = []
        self.connections = 0
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def text(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        with suppress(OSError, MalformedMessage, struct.error), connection:
            while size := stream.read(4):
                frame = stream.read(struct.unpack(">i", size)[0])
                header, request = frames.parse_request(frame)
                self.requests.append((header, request))
                response = self.answer(header, request)
                if response is None:
                    response = self.usual(request)
                if response is HANG_UP:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                if response is SILENCE:
                    continue
                if not isinstance(response, bytes):
                    response = join(frames.encode_response(response, header.api_version, header.correlation_id))[4:]
                connection.sendall(struct.pack(">i", len(response)) + response)

    def usual(self, request: Any) -> Any:
        """What a broker of one node says."""
        if isinstance(request, m.ApiVersionsRequest):
            keys = {name: getattr(m, f"{name}Request").API_KEY for name in self.apis}
            return m.ApiVersionsResponse(api_keys=[ApiVersion(keys[name], *self.apis[name]) for name in self.apis])
        if isinstance(request, m.MetadataRequest):
            host, port = self.address
            broker = MetadataResponseBroker(NODE, host, port)
            return m.MetadataResponse(brokers=[broker], cluster_id="scripted", controller_id=NODE)
        return HANG_UP

    def close(self) -> None:
        for one in (self._listener, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
