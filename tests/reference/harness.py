"""A broker in memory, with a clock that stands still, and clients that speak bytes: for tests of all above the log.

cluster = Harness()                                 one broker on an empty MemoryStores
client = cluster.client()                           one connection
response = client.ask(MetadataRequest(), 12)        bytes in, bytes out, decoded
client.send(FetchRequest(…), 12)                    without waiting; `client.answer()` takes the next answer
cluster.advance(500)                                time passes, timers run
cluster.crash()      a loss of power: what was not flushed is gone; cluster.kill() keeps what was written
cluster.restart()    on the same stores
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable
from typing import Any

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.stores import MemoryStores
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.log import Log
from nilometer_reference.node import Close, Effect, Node, Persist, Send
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.frames import SIZE, encode_request, messages_by_key, parse_response

START_MS = 1_700_000_000_000


class NoAnswer(AssertionError):
    """Nothing has come back, and nothing will unless time passes or somebody does something."""


class Client:
    """One connection. Requests are numbered; each answer must carry the number of the oldest open request."""

    def __init__(self, harness: Harness, connection_id: int, host: str, client_id: str | None) -> None:
        self._harness = harness
        self.connection_id = connection_id
        self.host = host
        self.client_id = client_id
        self.is_closed = False
        self.received = bytearray()
        self._correlation_ids = itertools.count(1)
        self._open: deque[tuple[int, type[Message], int]] = deque()

    def ask(self, request: Message, version: int) -> Any:
        """Send and take the answer, which must come without time passing."""
        assert not self._open, "earlier answers are still to be taken"
        self.send(request, version)
        return self.answer()

    def send(self, request: Message, version: int, *, is_answered: bool = True, answered_in: int | None = None) -> int:
        """Send; answers the correlation id. `answered_in` is the version of the answer where it differs."""
        correlation_id = next(self._correlation_ids)
        if is_answered:
            self.expect(request, version if answered_in is None else answered_in, correlation_id)
        self.send_bytes(encode_request(request, version, correlation_id, self.client_id))
        return correlation_id

    def expect(self, request: Message, version: int, correlation_id: int) -> None:
        """An answer to a request that was sent in another way."""
        assert request.API_KEY is not None
        self._open.append((correlation_id, messages_by_key()[request.API_KEY].response, version))

    def send_bytes(self, data: bytes | memoryview) -> None:
        """Send anything."""
        assert not self.is_closed, "the broker has closed this connection"
        node = self._harness.node
        self._harness.carry_out(node.receive(self.connection_id, data, self._harness.now_ms))

    @property
    def has_answer(self) -> bool:
        """Whether a whole frame has come in."""
        return len(self.received) >= 4 and len(self.received) - 4 >= SIZE.unpack_from(self.received)[0]

    def answer(self) -> Any:
        """The next answer, which must be there. Raises NoAnswer."""
        correlation_id, response_class, version = self._open[0]
        frame = self.frame()
        self._open.popleft()
        got, response, position = parse_response(frame, response_class, version)
        assert got == correlation_id, f"answer {got} where {correlation_id} is the oldest open request"
        assert position == len(frame), f"{len(frame) - position} bytes after the answer"
        return response

    def frame(self) -> bytes:
        """The next frame as bytes, without its size. Raises NoAnswer."""
        if not self.has_answer:
            raise NoAnswer("the connection was closed" if self.is_closed else "no answer yet")
        end = 4 + SIZE.unpack_from(self.received)[0]
        frame = bytes(self.received[4:end])
        del self.received[:end]
        return frame

    def close(self) -> None:
        """Hang up."""
        self.is_closed = True
        self._harness.clients.pop(self.connection_id, None)
        self._harness.carry_out(self._harness.node.disconnected(self.connection_id, self._harness.now_ms))


class Harness:
    """See the module. `chance` is seeded: a test sees the same ids every time. `reads` false makes every client
    slow: the broker is never told that its answers have left."""

    def __init__(
        self,
        config: BrokerConfig | None = None,
        stores: MemoryStores | None = None,
        *,
        now_ms: int = START_MS,
        make_broker: Callable[..., Broker] = Broker,
    ) -> None:
        self.config = config or BrokerConfig()
        self.stores = stores or MemoryStores()
        self.now_ms = now_ms
        self.reads = True
        self.clients: dict[int, Client] = {}
        self.effects: list[Effect] = []
        """Every effect so far, in order."""
        self._make_broker = make_broker
        self._random = random.Random(0)
        self._next_id = 1
        self.node = self._start()

    @property
    def broker(self) -> Broker:
        return self.node.broker

    def client(self, *, host: str = "127.0.0.1", client_id: str | None = "test") -> Client:
        """A new connection."""
        client = Client(self, self._next_id, host, client_id)
        self._next_id += 1
        self.clients[client.connection_id] = client
        self.carry_out(self.node.connected(client.connection_id, self.now_ms, host))
        return client

    def advance(self, span_ms: int) -> None:
        """Let time pass; timers run at the instants at which they are due."""
        end_ms = self.now_ms + span_ms
        while True:
            deadline_ms = self.node.next_deadline_ms()
            if deadline_ms is None or deadline_ms > end_ms:
                break
            self.now_ms = max(self.now_ms, deadline_ms)
            self.carry_out(self.node.on_deadline(self.now_ms))
        self.now_ms = end_ms

    def carry_out(self, effects: list[Effect]) -> None:
        """Be the driver: do all effects, and what follows from them."""
        while effects:
            self.effects += effects
            failed: list[Log] = []
            for effect in effects:
                match effect:
                    case Persist(log):
                        try:
                            log.persist()
                        except KafkaStorageError:
                            failed.append(log)
                    case Send():
                        self._deliver(effect, failed)
                    case Close(connection_id):
                        client = self.clients.pop(connection_id, None)
                        if client is not None:
                            client.is_closed = True
            sent_to = {effect.connection_id for effect in effects if isinstance(effect, Send)}
            effects = []
            for log in failed:
                effects += self.node.persist_failed(log, self.now_ms)
            for connection_id in sent_to if self.reads else ():
                effects += self.node.drained(connection_id, self.now_ms)

    def _deliver(self, send: Send, failed: list[Log]) -> None:
        client = self.clients.get(send.connection_id)
        if client is None:
            return
        if not failed or not send.depends:
            client.received += join(send.chunks)
        elif send.otherwise is not None:
            client.received += join(send.otherwise(failed))
        else:
            self.clients.pop(send.connection_id).is_closed = True

    def stop(self) -> None:
        """An orderly end."""
        self._cut()
        self.broker.close()

    def kill(self) -> None:
        """The process dies; the operating system keeps what it wrote."""
        self._cut()

    def crash(self, keep: Callable[[str, int, int], int] | None = None) -> None:
        """Power is lost; `keep` as in `MemoryStore.crashed`."""
        self._cut()
        self.stores = self.stores.crashed(keep)

    def restart(self, config: BrokerConfig | None = None) -> None:
        """Start again on the same stores. Ends a broker that still runs as `kill` does."""
        self._cut()
        self.config = config or self.config
        self.node = self._start()

    def _cut(self) -> None:
        for client in self.clients.values():
            client.is_closed = True
        self.clients.clear()

    def _start(self) -> Node:
        broker = self._make_broker(self.config, self.stores, chance=self._random.randbytes, now_ms=self.now_ms)
        return Node(broker)
