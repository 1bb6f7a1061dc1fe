"""A broker as bytes in, effects out: no socket, no clock. The server and every simulator drive this.

    effects = node.receive(connection_id, data, now_ms)
    deadline_ms = node.next_deadline_ms()            None: nothing to wait for
    effects = node.on_deadline(now_ms)

    effect                        the driver
    Persist(log)                  makes the log write the batches that it has taken in
    Send(connection_id, chunks)   sends them, in order, after every Persist that stands before it
    Close(connection_id)          closes the connection, after what was sent before

One request of a connection is served at a time and answers leave in the order of the requests. A driver that
works in passes hands in the bytes of many connections with `take_in`, then asks once for `take_effects`: the
logs are then written once a pass (group commit). Bytes handed in may be overwritten once the Persists of their
pass are done, not before: batches are views of them until then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from nilometer_reference.apis.api import Again, Api
from nilometer_reference.apis.registry import served_apis
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import NO_RESPONSE, CloseConnection, RequestContext
from nilometer_reference.connection import Connection
from nilometer_reference.repeats import Answers
from nilometer_reference.wire.chunks import Chunk
from nilometer_reference.wire.codec import Message, UnsupportedMessageVersion, decode_from
from nilometer_reference.wire.frames import API_VERSIONS, encode_response, frame_bytes, parse_request_header
from nilometer_reference.wire.primitives import MalformedMessage

if TYPE_CHECKING:
    from nilometer_reference.log.log import Log

logger = logging.getLogger(__name__)

UNSENT_BYTES_MAX: Final = 1 << 20
"""Above this a connection is not served until the driver says that its answers have left (`drained`)."""


@dataclass(frozen=True, slots=True)
class Persist:
    """Write what the log has taken in. If that fails the driver calls `Node.persist_failed`."""

    log: Log


@dataclass(slots=True)
class Send:
    """Send the chunks. If a Persist before it failed and `depends` is set, send what `otherwise(failed logs)`
    answers instead, or close the connection if there is none."""

    connection_id: int
    chunks: Sequence[Chunk]
    depends: bool = False
    otherwise: Callable[[Collection[Log]], Sequence[Chunk]] | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection after what was sent before."""

    connection_id: int


Effect: TypeAlias = Persist | Send | Close


class Node:
    """See the module's table."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._unpersisted = broker.unpersisted
        self._changed = broker.changed
        self._is_traced = broker.touched.tracer is not None
        self.apis: dict[int, Api] = served_apis()
        self._connections: dict[int, Connection] = {}
        self._ready: list[Connection] = []
        """Answered later, and perhaps with a next request in the buffer."""
        self._effects: list[Effect] = []
        self._answers = Send(-1, ()), Answers()
        """The effect that the answers to repeated requests were last put into."""
        self._now_ms = 0

    # What a driver calls

    def connected(self, connection_id: int, now_ms: int, client_host: str = "127.0.0.1") -> list[Effect]:
        """A connection was opened. Ids are never used twice."""
        assert connection_id not in self._connections
        self._now_ms = now_ms
        limit = self.broker.config.socket_request_max_bytes
        self._connections[connection_id] = Connection(connection_id, client_host, limit)
        return []

    def connection(self, connection_id: int) -> Connection:
        """For drivers that receive into the connection's own buffer."""
        return self._connections[connection_id]

    def receive(self, connection_id: int, data: bytes | memoryview, now_ms: int) -> list[Effect]:
        """Bytes arrived. Bytes of a connection that has gone are ignored."""
        connection = self._connections.get(connection_id)
        if connection is None:
            return []
        connection.put(data)
        self.take_in(connection, now_ms)
        return self.take_effects(now_ms)

    def disconnected(self, connection_id: int, now_ms: int) -> list[Effect]:
        """The peer has gone. What it waited for is dropped; what it asked for and was begun is finished."""
        connection = self._connections.pop(connection_id, None)
        if connection is None:
            return []
        self._forget(connection)
        return self.take_effects(now_ms)

    def drained(self, connection_id: int, now_ms: int) -> list[Effect]:
        """Everything that was to be sent to the connection has left."""
        connection = self._connections.get(connection_id)
        if connection is None or not connection.unsent_bytes:
            return []
        self.take_in_after_drained(connection, now_ms)
        return self.take_effects(now_ms)

    def next_deadline_ms(self) -> int | None:
        """When to call `on_deadline`; None if nothing waits."""
        return self.broker.timers.next_deadline_ms()

    def on_deadline(self, now_ms: int) -> list[Effect]:
        """Run what is due. May be called at any time."""
        self.run_due(now_ms)
        return self.take_effects(now_ms)

    def persist_failed(self, log: Log, now_ms: int) -> list[Effect]:
        """A Persist failed: the log is offline from now on, with KAFKA_STORAGE_ERROR to who asks for it."""
        self.broker.storage_failed(log, now_ms)
        return self.take_effects(now_ms)

    # For drivers that work in passes

    def take_in(self, connection: Connection, now_ms: int) -> None:
        """Serve the requests that are whole in the connection's buffer."""
        self._now_ms = now_ms
        while connection.waiting is None and connection.unsent_bytes < UNSENT_BYTES_MAX and connection.is_open:
            frame = connection.next_frame()
            if frame is None:
                if connection.is_broken:
                    self._close(connection, "a frame of an impossible size")
                return
            found = connection.repeats.find(frame)
            if found is None or not self._serve_again(connection, frame, *found):
                self._serve(connection, frame)
            if self._is_traced:
                self.broker.tell()

    def take_in_after_drained(self, connection: Connection, now_ms: int) -> None:
        """Everything that was to be sent to the connection has left; go on with it."""
        connection.unsent_bytes = 0
        self.take_in(connection, now_ms)

    def run_due(self, now_ms: int) -> None:
        """Run what is due; its effects come with the next `take_effects`."""
        self._now_ms = now_ms
        timers = self.broker.timers
        while (deadline_ms := timers.next_deadline_ms()) is not None and deadline_ms <= now_ms:
            try:
                timers.run_due(now_ms)
            except Exception:
                logger.exception("a timer failed; the others go on")
            self.broker.tell()

    def take_effects(self, now_ms: int) -> list[Effect]:
        """All effects since the last call: what must be written first, then what may be sent."""
        self._now_ms = now_ms
        broker = self.broker
        while self._changed or self._ready:
            if self._changed:
                broker.wake_waiters(now_ms)
            ready, self._ready = self._ready, []
            for connection in ready:
                self.take_in(connection, now_ms)
        effects, self._effects = self._effects, []
        if self._unpersisted:
            persists: list[Effect] = [Persist(log) for log in self._unpersisted]
            self._unpersisted.clear()
            return persists + effects
        return effects

    # One request

    def _serve_again(self, connection: Connection, frame: memoryview, again: Again, correlation_id: int) -> bool:
        """Serve a request that came before; False if it has to be decoded after all."""
        try:
            served = again.serve(self.broker, frame, correlation_id, self._now_ms)
        except Exception:
            logger.exception("a repeated request failed; its connection is closed")
            self._close(connection, "an error of ours")
            return True
        if served is None:
            return False
        chunk, log = served
        connection.served += 1
        connection.unsent_bytes += len(chunk)
        send, answers = self._answers
        effects = self._effects
        if not effects or effects[-1] is not send or send.connection_id != connection.id:
            answers = Answers()
            send = Send(connection.id, answers.chunks, depends=True, otherwise=answers.otherwise)
            self._answers = send, answers
            effects.append(send)
        answers.add(again, correlation_id, chunk, log)
        return True

    def _serve(self, connection: Connection, frame: memoryview) -> None:
        try:
            api_key = int.from_bytes(frame[:2], "big")
            api = self.apis.get(api_key)
            if api is None:
                raise MalformedMessage(f"{api_key=} is not served")
            header = parse_request_header(frame, api.request.FLEXIBLE_FROM)
            version = header.api_version
            if api.versions[0] <= version <= api.versions[1]:
                request, _ = decode_from(api.request, frame, version, header.body_position)
            elif api_key == API_VERSIONS:
                # KIP-511: answered, in version 0, by the handler that sees a version it does not know.
                request = api.request()
            else:
                raise UnsupportedMessageVersion(f"{api_key=} {version=}, served are {api.versions}")
        except (MalformedMessage, UnsupportedMessageVersion) as error:
            self._close(connection, str(error))
            return
        connection.served += 1
        context = RequestContext(
            connection.id, version, header.correlation_id, header.client_id, self._now_ms,
            partial(self._respond, connection, connection.served), connection.client_host,
        )  # fmt: skip
        connection.waiting = context
        try:
            answer = api.handle(self.broker, request, context)
        except CloseConnection as reason:
            self._close(connection, str(reason))
            return
        except Exception:
            logger.exception("key %d version %d failed; its connection is closed", api_key, version)
            self._close(connection, "an error of ours")
            return
        if answer is NO_RESPONSE:
            connection.waiting = None
        elif answer is not None:
            self._answer(connection, context, answer)
            if api.learn is not None:
                again = api.learn(request, frame, header)
                if again is not None:
                    connection.repeats.learn(frame, again)

    def _respond(self, connection: Connection, number: int, response: Message) -> None:
        context = connection.waiting
        if context is None or connection.served != number:
            return  # it has been answered, or nobody waits any more
        self._answer(connection, context, response)
        self._ready.append(connection)

    def _answer(self, connection: Connection, context: RequestContext, response: Message) -> None:
        version = context.api_version
        if response.API_KEY == API_VERSIONS and not 0 <= version <= self.apis[API_VERSIONS].versions[1]:
            version = 0  # also for a negative one
        try:
            chunks = encode_response(response, version, context.correlation_id)
        except Exception:
            logger.exception("%s version %d cannot be encoded", type(response).__name__, version)
            self._close(connection, "an error of ours")
            return
        connection.waiting = None
        send = Send(connection.id, chunks)
        if self._unpersisted:
            send.depends = True
            if context.if_storage_fails is not None:
                send.otherwise = partial(_encode_otherwise, context, context.if_storage_fails, version)
        connection.unsent_bytes += frame_bytes(chunks)
        self._effects.append(send)

    def _close(self, connection: Connection, reason: str) -> None:
        logger.info("connection %d is closed: %s", connection.id, reason)
        if self._connections.pop(connection.id, None) is not None:
            self._effects.append(Close(connection.id))
        self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        connection.is_open = False
        context, connection.waiting = connection.waiting, None
        if context is not None and context.on_disconnect is not None:
            context.on_disconnect()


def _encode_otherwise(
    context: RequestContext,
    if_storage_fails: Callable[[Collection[Log]], Message],
    version: int,
    failed: Collection[Log],
) -> Sequence[Chunk]:
    return encode_response(if_storage_fails(failed), version, context.correlation_id)
