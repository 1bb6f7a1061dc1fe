"""Two kinds of broker that the stories of `scenarios.py` are told to: ours in memory, and any other at an address."""

from __future__ import annotations

import itertools
import socket
import struct
import time
import uuid
from typing import Any, Protocol

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.frames import encode_request, messages_by_key, parse_response
from nilometer_reference.wire.messages import (
    CreateTopicsRequest,
    DeleteTopicsRequest,
    FindCoordinatorRequest,
    LeaveGroupRequest,
    MetadataRequest,
)
from nilometer_reference.wire.messages.create_topics import CreatableTopic
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState
from nilometer_reference.wire.messages.metadata import MetadataRequestTopic
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness, NoAnswer

PATIENCE_MS = 20_000
"""How long an answer may take; nothing here waits longer than a session or rebalance timeout."""

NOT_READY = (
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
)


class Connection(Protocol):
    """One connection of a story."""

    def send(self, request: Message, version: int) -> None: ...
    def answer(self) -> Any: ...


class Side(Protocol):
    """A broker that stories are told to."""

    unique: str
    """Made part of every name of a group, so that a story may be told twice."""

    def connect(self, client_id: str) -> Connection: ...
    def expect_group(self, group: str) -> None:
        """Come back once the group's coordinator has read all that it has to read."""

    def create_topic(self, name: str, partitions: int) -> bytes:
        """Answers its id, once the broker knows it everywhere."""

    def delete_topic(self, name: str) -> None: ...
    def between_heartbeats(self) -> None:
        """A little time passes."""

    def close(self) -> None: ...


class HarnessSide:
    """Time passes when somebody waits for an answer, from one deadline of the broker to the next."""

    unique = ""

    def __init__(self, config: BrokerConfig | None = None) -> None:
        self.harness = Harness(config)

    def connect(self, client_id: str) -> Connection:
        return _HarnessConnection(self.harness, self.harness.client(client_id=client_id))

    def expect_group(self, group: str) -> None:
        """It has, since it started."""

    def create_topic(self, name: str, partitions: int) -> bytes:
        return self.harness.broker.topics.create(name, partitions, now_ms=self.harness.now_ms).topic_id

    def delete_topic(self, name: str) -> None:
        self.harness.broker.topics.delete(name, self.harness.now_ms)

    def between_heartbeats(self) -> None:
        self.harness.advance(100)

    def close(self) -> None:
        self.harness.stop()


class _HarnessConnection:
    def __init__(self, harness: Harness, client: Client) -> None:
        self._harness = harness
        self._client = client

    def send(self, request: Message, version: int) -> None:
        self._client.send(request, version)

    def answer(self) -> Any:
        patience_ends_ms = self._harness.now_ms + PATIENCE_MS
        while not self._client.has_answer:
            deadline_ms = self._harness.node.next_deadline_ms()
            if deadline_ms is None or deadline_ms > patience_ends_ms:
                raise NoAnswer("nothing that waits will bring an answer")
            self._harness.advance(max(deadline_ms - self._harness.now_ms, 0))
        return self._client.answer()


class SocketSide:
    """A broker at an address."""

    def __init__(self, host: str, port: int) -> None:
        self.unique = f"-{uuid.uuid4()}"
        self._address = (host, port)
        self._open: list[_SocketConnection] = []
        self._wait_for_coordinators()

    def _wait_for_coordinators(self) -> None:
        """Kafka creates its internal topics when they are first needed, and says so to who comes too early."""
        connection = self.connect("first")
        questions: list[tuple[Message, int]] = [
            (FindCoordinatorRequest("g", 0), 1),
            (FindCoordinatorRequest("g", 1), 1),
        ]
        for request, version in questions:
            _ask_until_ready(connection, request, version)

    def expect_group(self, group: str) -> None:
        """Kafka reads the partitions of `__consumer_offsets` one after the other; this is the group's turn.

        Heartbeats of anybody are answered 0 until the group's partition is read.
        """
        _ask_until_ready(self.connect("first"), LeaveGroupRequest(group, "nobody"), 0)

    def connect(self, client_id: str) -> Connection:
        connection = _SocketConnection(self._address, client_id)
        self._open.append(connection)
        return connection

    def create_topic(self, name: str, partitions: int) -> bytes:
        topic = CreatableTopic(name=name, num_partitions=partitions, replication_factor=1)
        connection = self.connect("admin")
        connection.send(CreateTopicsRequest(topics=[topic]), 7)
        created = connection.answer().topics[0]
        assert created.error_code == 0, created
        while True:
            connection.send(MetadataRequest(topics=[MetadataRequestTopic(name=name)]), 12)
            found = connection.answer().topics[0]
            if found.error_code == 0 and found.topic_id == created.topic_id:
                return bytes(found.topic_id)

    def delete_topic(self, name: str) -> None:
        connection = self.connect("admin")
        connection.send(DeleteTopicsRequest(topics=[DeleteTopicState(name, ZERO_UUID)], timeout_ms=PATIENCE_MS), 6)
        assert connection.answer().responses[0].error_code == 0

    def between_heartbeats(self) -> None:
        time.sleep(0.05)

    def close(self) -> None:
        for connection in self._open:
            connection.socket.close()


def _ask_until_ready(connection: Connection, request: Message, version: int) -> None:
    code = None
    while code is None or code in NOT_READY:
        connection.send(request, version)
        code = connection.answer().error_code


class _SocketConnection:
    def __init__(self, address: tuple[str, int], client_id: str) -> None:
        self.socket = socket.create_connection(address, timeout=PATIENCE_MS / 1000)
        self._client_id = client_id
        self._numbers = itertools.count()
        self._open: list[tuple[type[Message], int]] = []

    def send(self, request: Message, version: int) -> None:
        assert request.API_KEY is not None
        self._open.append((messages_by_key()[request.API_KEY].response, version))
        self.socket.sendall(encode_request(request, version, next(self._numbers), self._client_id))

    def answer(self) -> Any:
        (size,) = struct.unpack(">i", self._read(4))
        response_class, version = self._open.pop(0)
        return parse_response(self._read(size), response_class, version)[1]

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise NoAnswer("the connection was closed")
            data += part
        return data
