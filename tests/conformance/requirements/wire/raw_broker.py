"""A scripted broker that also sees frames which are no request: ApiVersions of the future, unknown keys."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from nilometer_reference.wire import frames
from nilometer_reference.wire.codec import UnsupportedMessageVersion
from nilometer_reference.wire.primitives import MalformedMessage
from tests.conformance.scripted import HANG_UP, SILENCE, ScriptedBroker

API_VERSIONS = 18


def kip_511(frame: bytes) -> object:
    """What a broker answers that does not know a version: v0 with UNSUPPORTED_VERSION for ApiVersions, else nothing."""
    key, _, correlation_id = struct.unpack_from(">hhi", frame)
    if key != API_VERSIONS:
        return HANG_UP
    return struct.pack(">ihihhh", correlation_id, 35, 1, API_VERSIONS, 0, 4)


class RawBroker(ScriptedBroker):
    """`unknown` answers what does not parse: bytes, or HANG_UP."""

    def __init__(self, unknown: Callable[[bytes], object] = kip_511, **options) -> None:
        self.unknown = unknown
        super().__init__(**options)

    def _serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        with suppress(OSError, struct.error), connection:
            while size := stream.read(4):
                frame = stream.read(struct.unpack(">i", size)[0])
                answer = self._answer(frame)
                if answer is HANG_UP:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                if isinstance(answer, bytes):
                    connection.sendall(struct.pack(">i", len(answer)) + answer)

    def _answer(self, frame: bytes) -> object:
        try:
            header, request = frames.parse_request(frame)
        except (MalformedMessage, UnsupportedMessageVersion, KeyError):
            return self.unknown(frame)
        if header.api_version > self.apis.get(type(request).__name__.removesuffix("Request"), (0, -1))[1]:
            return self.unknown(frame)
        self.requests.append((header, request))
        answer = self.answer(header, request)
        if answer is None:
            answer = self.usual(request)
        if answer in (HANG_UP, SILENCE) or isinstance(answer, bytes):
            return answer
        chunks = frames.encode_response(answer, header.api_version, header.correlation_id)
        return b"".join(bytes(chunk) for chunk in chunks)[4:]
