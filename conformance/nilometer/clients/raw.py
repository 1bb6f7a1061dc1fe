"""One connection that does what it is told: it sends one request, or many before it reads, and hides nothing.

    connection.call(request, version)          send and wait: an Exchange with a decoded response
    connection.send(request, version)          pipelining: …
    connection.receive()                       … the answer to the oldest request that has none
    connection.send_frame(body)                bytes that need not be a request
    connection.receive_frame()                 a frame that need not be a response; None when the peer closed

It never retries. Bytes after the response, a wrong correlation id and unparsable responses are noted in the journal.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections import deque
from contextlib import suppress
from typing import Self, cast

from nilometer.clients.exchange import Exchange, Journal, api_name
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages
from nilometer_reference.wire.codec import Message, decode_from, encode
from nilometer_reference.wire.messages import ApiVersionsRequest, RequestHeader, ResponseHeader
from nilometer_reference.wire.primitives import MalformedMessage

FRAME_BYTES_MAX = 1 << 27
UNSUPPORTED_VERSION = 35


class NoAnswer(NotObservable):
    """No usable response: the connection closed, the time was over, or the bytes do not parse. Indefinite."""

    def __init__(self, detail: str, exchange: Exchange | None = None) -> None:
        super().__init__(Reason.NO_ANSWER, detail)
        self.exchange = exchange


class ConnectionClosed(NoAnswer):
    """The peer closed the connection, or it could not be opened."""


class AnswerTimedOut(NoAnswer):
    """Nothing came within our own time-out."""


class UnparsableResponse(NoAnswer):
    """Bytes came that are no response of the version that was asked."""


def response_class(request: Message | type[Message]) -> type[Message]:
    """FetchResponse for a FetchRequest."""
    return cast("type[Message]", getattr(messages, f"{api_name(request)}Response"))


def request_frame(
    request: Message,
    version: int,
    correlation_id: int,
    client_id: str | None = "nilometer",
    header_tags: dict[int, bytes] | None = None,
) -> bytes:
    """Header and body, without the size in front; tags go into a flexible header."""
    assert request.API_KEY is not None
    header_version = 2 if version >= request.FLEXIBLE_FROM else 1
    header = RequestHeader(request.API_KEY, version, correlation_id, client_id, unknown_tags=header_tags)
    return encode(header, header_version) + encode(request, version)


class Connection:
    """A TCP connection to one broker. Not for several threads."""

    def __init__(
        self, host: str, port: int, journal: Journal, *, timeout_s: float = 10.0, client_id: str = "nilometer"
    ) -> None:
        self.node = f"{host}:{port}"
        self.journal = journal
        self.timeout_s = timeout_s
        self.client_id = client_id
        self.closed = False
        self.header_tags: dict[int, bytes] | None = None
        """Unknown tagged fields for the headers of what is sent."""
        self._waiting: deque[Exchange] = deque()
        self._correlation_id = 0
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
        except OSError as error:
            raise ConnectionClosed(f"cannot connect to {self.node}: {error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, request: Message, version: int, *, timeout_s: float | None = None) -> Exchange:
        """Send and wait for the answer; `NoAnswer` if there is none."""
        exchange = self.send(request, version)
        self.receive(timeout_s)
        return exchange

    def send(self, request: Message, version: int, *, answered: bool = True) -> Exchange:
        """Send without waiting; `answered=False` for a request that has no response (Produce with acks=0)."""
        self._correlation_id += 1
        frame = request_frame(request, version, self._correlation_id, self.client_id, self.header_tags)
        exchange = self.note(request, version, self._correlation_id)
        self.send_frame(frame, exchange)
        if answered:
            self._waiting.append(exchange)
        return exchange

    def note(self, request: Message, version: int, correlation_id: int) -> Exchange:
        """The exchange of a request that leaves now; for frames that the caller makes himself."""
        exchange = Exchange(
            self.journal.next_number(), self.node, version, correlation_id, request, time.monotonic_ns(),
            actor=self.client_id,
        )  # fmt: skip
        self.journal.sent(exchange)
        return exchange

    def receive(self, timeout_s: float | None = None) -> Exchange:
        """The oldest unanswered request with its response."""
        exchange = self._waiting.popleft()
        frame = self.receive_frame(timeout_s, exchange)
        exchange.answered_at_ns = time.monotonic_ns()
        if frame is None:
            exchange.fault = "the connection was closed instead of an answer"
            raise ConnectionClosed(f"{exchange.api} v{exchange.version}: {self.node} closed the connection", exchange)
        exchange.response_frame = frame
        self._parse(exchange)
        return exchange

    def receive_next(self, timeout_s: float | None = None) -> Exchange:
        """Whichever response comes next, matched by its correlation id; `UnparsableResponse` if nobody asked for it."""
        oldest = self._waiting[0]
        frame = self.receive_frame(timeout_s, oldest)
        if frame is None:
            raise ConnectionClosed(f"{oldest.api} v{oldest.version}: {self.node} closed the connection", oldest)
        correlation_id = struct.unpack_from(">i", frame)[0] if len(frame) >= 4 else None
        for exchange in self._waiting:
            if exchange.correlation_id == correlation_id:
                self._waiting.remove(exchange)
                exchange.answered_at_ns = time.monotonic_ns()
                exchange.response_frame = frame
                self._parse(exchange)
                return exchange
        waiting = [one.correlation_id for one in self._waiting]
        text = f"a response with correlation id {correlation_id}, asked for were {waiting}"
        self.journal.anomaly("correlation-id", oldest, text)
        oldest.response_frame, oldest.fault = frame, text
        raise UnparsableResponse(f"{self.node}: {text}", oldest)

    def _parse(self, exchange: Exchange) -> None:
        frame, version = exchange.response_frame, exchange.version
        kind = response_class(exchange.request)
        self.journal.answered()
        try:
            if isinstance(exchange.request, ApiVersionsRequest):
                header_version = 0
                if len(frame) >= 6 and struct.unpack_from(">h", frame, 4)[0] == UNSUPPORTED_VERSION:
                    version = 0  # KIP-511: a version that the broker does not know is answered in the layout of v0
            else:
                header_version = 1 if version >= kind.FLEXIBLE_FROM else 0
            header, position = decode_from(ResponseHeader, frame, header_version)
            if header.correlation_id != exchange.correlation_id:
                exchange.fault = f"correlation id {header.correlation_id}, asked with {exchange.correlation_id}"
                self.journal.anomaly("correlation-id", exchange, exchange.fault)
                raise UnparsableResponse(f"{exchange.api} v{version}: {exchange.fault}", exchange)
            exchange.response, end = decode_from(kind, frame, version, position)
        except (MalformedMessage, ValueError) as error:
            exchange.fault = f"the response does not parse: {error}"
            self.journal.anomaly("unparsable", exchange, exchange.fault)
            raise UnparsableResponse(f"{exchange.api} v{version}: {exchange.fault}", exchange) from error
        if end != len(frame):
            detail = f"{len(frame) - end} bytes after the response: {frame[end : end + 32].hex(' ')}"
            self.journal.anomaly("leftover-bytes", exchange, detail)

    def send_frame(self, body: bytes, exchange: Exchange | None = None) -> None:
        """Any bytes as one frame."""
        self.send_bytes(struct.pack(">i", len(body)) + body, exchange)

    def send_bytes(self, data: bytes, exchange: Exchange | None = None) -> None:
        """Any bytes, without a size in front."""
        self._socket.settimeout(self.timeout_s)
        try:
            self._socket.sendall(data)
        except OSError as error:
            self._drop(exchange, f"sending failed: {error}")
            raise ConnectionClosed(f"{self.node}: {error}", exchange) from error

    def receive_frame(self, timeout_s: float | None = None, exchange: Exchange | None = None) -> bytes | None:
        """The next frame without its size; None when the peer has closed between two frames."""
        deadline = time.monotonic() + (self.timeout_s if timeout_s is None else timeout_s)
        size = self._read(4, deadline, exchange, may_end=True)
        if size is None:
            return None
        (length,) = struct.unpack(">i", size)
        if not 0 <= length <= FRAME_BYTES_MAX:
            self._drop(exchange, f"a frame that says it has {length} bytes")
            raise UnparsableResponse(f"{self.node}: a frame of {length} bytes", exchange)
        return self._read(length, deadline, exchange, may_end=False)

    def is_closed_by_peer(self, timeout_s: float) -> bool:
        """Whether the peer closes within the time; bytes that it sends instead count as not closed."""
        self._socket.settimeout(max(timeout_s, 0.001))
        try:
            return self._socket.recv(1, socket.MSG_PEEK) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    @property
    def has_news(self) -> bool:
        """Whether `receive` would not wait: bytes have come, or the connection has ended."""
        return self.closed or bool(select.select([self._socket], [], [], 0)[0])

    def _read(self, size: int, deadline: float, exchange: Exchange | None, *, may_end: bool) -> bytes | None:
        parts = bytearray()
        while len(parts) < size:
            left = deadline - time.monotonic()
            try:
                self._socket.settimeout(max(left, 0.000_1))
                part = self._socket.recv(min(size - len(parts), 1 << 20))
            except TimeoutError as error:
                self._drop(exchange, "no answer within our time-out")
                raise AnswerTimedOut(f"{self._what(exchange)}: no answer in time from {self.node}", exchange) from error
            except OSError as error:
                self._drop(exchange, f"the connection broke: {error}")
                raise ConnectionClosed(f"{self._what(exchange)}: {self.node}: {error}", exchange) from error
            if not part:
                self._drop(exchange, "the connection was closed instead of an answer")
                if may_end and not parts:
                    return None
                raise ConnectionClosed(f"{self.node} closed the connection inside a frame", exchange)
            parts += part
        return bytes(parts)

    @staticmethod
    def _what(exchange: Exchange | None) -> str:
        return "a frame" if exchange is None else f"{exchange.api} v{exchange.version}"

    def _drop(self, exchange: Exchange | None, fault: str) -> None:
        self.close()
        for one in (exchange, *self._waiting):
            if one is not None and not one.fault:
                one.fault = fault

    def cut(self) -> None:
        """From another thread: whoever reads or writes here finds the connection closed."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close our end. Closing twice is closing once."""
        self.closed = True
        with suppress(OSError):
            self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
