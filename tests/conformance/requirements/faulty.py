"""A broker that is wrong in exactly one way: a proxy in front of an honest one, which changes what passes.

    def high_watermark_one_too_high(passing):
        for part in partitions(passing.response, FetchResponse):
            part.high_watermark += 1

    with FaultyBroker(honest, on_response=high_watermark_one_too_high) as broker:
        result = judge("L11", broker.bootstrap)

    on_response   may change `passing.response` in place, or return another response to send instead
    on_request    may change `passing.request` in place, or return a response: the broker never sees the request
    raise HangUp  in either: the connection is closed
    raise Silence in either: this request is never answered

Both are called under one lock, so they may keep state. Requests without an answer (Produce with acks=0) pass
`on_request` only. Addresses in answers are those of the proxy, so that clients come back; it stands for one node.
A request that we cannot read is passed on as it is.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from nilometer_reference.wire import frames
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.codec import Message, UnsupportedMessageVersion
from nilometer_reference.wire.primitives import MalformedMessage

Hook = Callable[["Passing"], Any]

UNSUPPORTED_VERSION = 35


@dataclass
class Passing:
    """What passes. Messages are those of `nilometer_reference.wire.messages`."""

    request: Any
    version: int
    response: Any = None
    """None while the request passes."""


class HangUp(Exception):
    """Close the connection instead of an answer."""


class Silence(Exception):
    """No answer, ever."""


def partitions(response: object, kind: type | tuple[type, ...]) -> Iterator[Any]:
    """The partitions of a Produce, Fetch or ListOffsets request or response; none if it is not of that kind."""
    if not isinstance(response, kind):
        return
    for field in ("responses", "topics", "topic_data"):
        for topic in getattr(response, field, ()):
            for name in ("partition_responses", "partitions", "partition_data"):
                yield from getattr(topic, name, ())


def _unchanged(_: Passing) -> None:
    """The honest hook."""


class FaultyBroker:
    """Listens on loopback until it is closed."""

    def __init__(self, upstream: str, *, on_response: Hook = _unchanged, on_request: Hook = _unchanged) -> None:
        """`upstream` is the `host:port` of an honest broker of one node."""
        host, _, port = upstream.split(",", maxsplit=1)[0].rpartition(":")
        self.upstream = host, int(port)
        self.on_response = on_response
        self.on_request = on_request
        self.lock = threading.Lock()
        self.changed = 0
        """Messages that a function changed, replaced or refused: a fault that never fired proves nothing."""
        self.errors: list[BaseException] = []
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def fired(self) -> bool:
        """Whether the fault showed at least once."""
        return self.changed > 0

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"{self.address[0]}:{self.address[1]}"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                upstream = socket.create_connection(self.upstream, timeout=60)
            except OSError:
                client.close()
                continue
            for one in (client, upstream):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets |= {client, upstream}
            relay = _Relay(self, client, upstream)
            for pump in (relay.pump_requests, relay.pump_responses):
                threading.Thread(target=self._guarded, args=(relay, pump), daemon=True).start()

    def _guarded(self, relay: _Relay, pump: Callable[[], None]) -> None:
        try:
            pump()
        except (OSError, EOFError, HangUp):
            pass
        except BaseException as error:
            self.errors.append(error)
        finally:
            relay.close()

    def close(self) -> None:
        """Close every connection. Raises what a function of the test raised."""
        _shut(self._listener)
        for one in list(self._sockets):
            _shut(one)
        if self.errors:
            raise self.errors[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with suppress(*([] if kind is None else [BaseException])):
            self.close()


class _Relay:
    """One client's connection and ours to the broker."""

    def __init__(self, broker: FaultyBroker, client: socket.socket, upstream: socket.socket) -> None:
        self.broker, self.client, self.upstream = broker, client, upstream
        self.expected: deque[tuple[frames.RequestHeader, Message] | bytes | None] = deque()
        """In request order: what the broker will answer, an answer of our own, or None for an unreadable request."""
        self.more = threading.Condition()
        self.closed = False

    def close(self) -> None:
        """End both pumps."""
        with self.more:
            self.closed = True
            self.more.notify_all()
        _shut(self.client)
        _shut(self.upstream)

    def pump_requests(self) -> None:
        while True:
            frame = _read_frame(self.client)
            try:
                header, request = frames.parse_request(frame)
            except (MalformedMessage, UnsupportedMessageVersion):
                self._expect(None)
                self.upstream.sendall(struct.pack(">i", len(frame)) + frame)
                continue
            before = frames.encode_request(request, header.api_version, 0)
            with self.broker.lock:
                try:
                    answer = self.broker.on_request(Passing(request, header.api_version))
                except Silence:
                    self.broker.changed += 1
                    continue
                except HangUp:
                    self.broker.changed += 1
                    raise
            after = frames.encode_request(request, header.api_version, 0)
            self.broker.changed += answer is not None or after != before
            if answer is not None:
                self._expect(_response_frame(answer, header))
            else:
                if not (isinstance(request, m.ProduceRequest) and request.acks == 0):
                    self._expect((header, request))
                if after == before:
                    self.upstream.sendall(struct.pack(">i", len(frame)) + frame)
                else:
                    self.upstream.sendall(
                        frames.encode_request(request, header.api_version, header.correlation_id, header.client_id)
                    )

    def _expect(self, one: tuple[frames.RequestHeader, Message] | bytes | None) -> None:
        with self.more:
            self.expected.append(one)
            self.more.notify()

    def _next(self) -> tuple[frames.RequestHeader, Message] | bytes | None:
        with self.more:
            self.more.wait_for(lambda: self.expected or self.closed)
            if self.closed:
                raise EOFError
            return self.expected.popleft()

    def pump_responses(self) -> None:
        while True:
            expected = self._next()
            if isinstance(expected, bytes):
                self.client.sendall(expected)
                continue
            frame = _read_frame(self.upstream)
            with suppress(Silence):
                self.client.sendall(
                    struct.pack(">i", len(frame)) + frame if expected is None else self._answer(frame, *expected)
                )

    def _answer(self, frame: bytes, header: frames.RequestHeader, request: Message) -> bytes:
        kind, version = frames.messages_by_key()[header.api_key].response, header.api_version
        if isinstance(request, m.ApiVersionsRequest) and struct.unpack_from(">h", frame, 4)[0] == UNSUPPORTED_VERSION:
            return struct.pack(">i", len(frame)) + frame
        _, response, _ = frames.parse_response(frame, kind, version)
        before = _response_frame(response, header)
        with self.broker.lock:
            try:
                answer = self.broker.on_response(Passing(request, version, response))
            except (Silence, HangUp):
                self.broker.changed += 1
                raise
        answer = response if answer is None else answer
        after = _response_frame(answer, header)
        self.broker.changed += after != before
        _point_to(answer, self.broker.address)
        return _response_frame(answer, header)


def _response_frame(response: Message, header: frames.RequestHeader) -> bytes:
    return join(frames.encode_response(response, header.api_version, header.correlation_id))


def _point_to(response: Any, address: tuple[str, int]) -> None:
    """Every broker's address becomes ours."""
    for field in ("brokers", "coordinators", "node_endpoints"):
        for one in getattr(response, field, ()):
            one.host, one.port = address
    if isinstance(response, m.FindCoordinatorResponse) and response.node_id >= 0:
        response.host, response.port = address


def _read_frame(source: socket.socket) -> bytes:
    (size,) = struct.unpack(">i", _read(source, 4))
    return _read(source, size)


def _read(source: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = source.recv(size - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        one.close()
