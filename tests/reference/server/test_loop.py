"""The loop on real sockets, in a thread: pipelining, long polls, slow and hostile peers, failing disks."""

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.stores import MemoryStores, Stores
from nilometer_reference.node import Node
from nilometer_reference.server.clock import Clock
from nilometer_reference.server.file_stores import FileStores
from nilometer_reference.server.loop import Loop
from nilometer_reference.server.serve import listen
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.frames import encode_request, messages_by_key, parse_response
from nilometer_reference.wire.messages.api_versions import ApiVersionsRequest
from tests.reference.requests import batch, batches_of, fetch_request, list_offset, metadata_request, produce_request

TIMEOUT_S = 20


class Running:
    """A broker on a free port of this machine, in a thread of this process."""

    def __init__(self, stores: Stores) -> None:
        clock = Clock()
        listener = listen("127.0.0.1", 0)
        self.address: tuple[str, int] = listener.getsockname()
        broker = Broker(BrokerConfig(advertised_port=self.address[1]), stores, chance=os.urandom, now_ms=clock.now_ms())
        broker.topics.create("t", 1, now_ms=clock.now_ms())
        self.node = Node(broker)
        self.loop = Loop(self.node, listener, clock)
        self.thread = threading.Thread(target=self.loop.run)
        self.thread.start()

    def client(self, **options: int) -> "Socket":
        return Socket(self.address, **options)

    def stop(self) -> None:
        self.loop.stop()
        self.thread.join(TIMEOUT_S)
        assert not self.thread.is_alive()


class Socket:
    """A blocking connection that numbers its requests, and may be asked as a `Client` is."""

    def __init__(self, address: tuple[str, int], *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.connect(address)
        self._open: list[tuple[int, Message, int]] = []
        self._sent = 0

    def send(self, request: Message, version: int) -> None:
        self._sent += 1
        self._open.append((self._sent, request, version))
        self.socket.sendall(encode_request(request, version, self._sent, "test"))

    def answer(self) -> Any:
        number, request, version = self._open.pop(0)
        (size,) = struct.unpack(">i", self.exactly(4))
        assert request.API_KEY is not None
        response_class = messages_by_key()[request.API_KEY].response
        got, response, _ = parse_response(self.exactly(size), response_class, version)
        assert got == number
        return response

    def ask(self, request: Message, version: int) -> Any:
        self.send(request, version)
        return self.answer()

    def exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionResetError(f"closed after {len(data)} of {size} bytes")
            data += piece
        return bytes(data)

    def is_closed(self) -> bool:
        """Waits until the broker has closed the connection."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.socket.close()


@pytest.fixture(params=["memory", "files"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    running = Running(MemoryStores() if request.param == "memory" else FileStores(tmp_path))
    try:
        yield running
    finally:
        running.stop()


def _records(response: Any) -> list[bytes]:
    return [bytes(one.data) for one in batches_of(response.responses[0].partitions[0])]


def test_a_batch_goes_in_and_comes_out(running: Running) -> None:
    client = running.client()
    sent = batch(3)
    produced = client.ask(produce_request(("t", 0, sent)), 9).responses[0].partition_responses[0]
    assert (produced.error_code, produced.base_offset) == (0, 0)
    (got,) = _records(client.ask(fetch_request(("t", 0, 0)), 11))
    assert got[16:] == sent[16:]


def test_many_requests_in_one_packet_are_answered_in_order(running: Running) -> None:
    client = running.client()
    for _ in range(200):
        client.send(produce_request(("t", 0, batch())), 9)
    offsets = [client.answer().responses[0].partition_responses[0].base_offset for _ in range(200)]
    assert offsets == list(range(200))


def test_a_long_poll_is_ended_by_another_connections_batch(running: Running) -> None:
    waiting, producer = running.client(), running.client()
    waiting.send(fetch_request(("t", 0, 0), max_wait_ms=TIMEOUT_S * 1000), 11)
    producer.ask(produce_request(("t", 0, batch())), 9)
    assert len(_records(waiting.answer())) == 1


def test_a_long_poll_ends_by_itself(running: Running) -> None:
    client = running.client()
    began = time.monotonic()
    assert _records(client.ask(fetch_request(("t", 0, 0), max_wait_ms=50), 11)) == []
    assert time.monotonic() - began >= 0.045


def test_records_of_many_megabytes_arrive_whole(running: Running) -> None:
    client = running.client()
    sent = [batch(60_000, timestamp=1_700_000_000_000 + number) for number in range(8)]
    for records in sent:
        assert client.ask(produce_request(("t", 0, records)), 9).responses[0].partition_responses[0].error_code == 0
    request = fetch_request(("t", 0, 0), max_bytes=1 << 26, partition_max_bytes=1 << 26)
    assert [got[16:] for got in _records(client.ask(request, 11))] == [records[16:] for records in sent]


def test_a_peer_that_does_not_read_holds_up_nobody_and_gets_all_in_the_end(running: Running) -> None:
    slow, other = running.client(receive_buffer=4096), running.client()
    records = batch(60_000)
    for _ in range(4):
        other.ask(produce_request(("t", 0, records)), 9)
    request = fetch_request(("t", 0, 0), max_bytes=1 << 26, partition_max_bytes=1 << 26)
    for _ in range(20):
        slow.send(request, 11)
    for _ in range(20):
        assert other.ask(ApiVersionsRequest("a", "1"), 3).error_code == 0
    for _ in range(20):
        answer = slow.answer()
        assert answer.responses[0].partitions[0].error_code == 0
        assert len(_records(answer)) == 4


def test_a_peer_that_sends_while_it_does_not_read_is_read_no_further(running: Running) -> None:
    greedy = running.client(receive_buffer=4096)
    greedy.socket.setblocking(False)
    frame = encode_request(metadata_request("t"), 12, 1, "x" * 1000)
    sent = 0
    for _ in range(300):
        try:
            while True:
                sent += greedy.socket.send(frame * 100)
        except BlockingIOError:
            time.sleep(0.001)
    # What the sockets of both sides hold, one buffer of requests, one of answers; not 300 times that.
    assert sent < 30 << 20
    assert running.client().ask(ApiVersionsRequest("a", "1"), 3).error_code == 0


@pytest.mark.parametrize("hostile", [b"\xff\xff\xff\xff", struct.pack(">ihh", 4, 200, 0), b"GET / HTTP/1.1\r\n\r\n"])
def test_a_hostile_peer_is_closed_and_the_others_are_served(running: Running, hostile: bytes) -> None:
    good, bad = running.client(), running.client()
    bad.socket.sendall(hostile)
    assert bad.is_closed()
    assert good.ask(ApiVersionsRequest("a", "1"), 3).error_code == 0


def test_answers_leave_before_their_connection_is_closed(running: Running) -> None:
    client = running.client()
    client.send(ApiVersionsRequest("a", "1"), 3)
    client.socket.sendall(struct.pack(">ihh", 4, 200, 0))
    assert client.answer().error_code == 0
    assert client.is_closed()


def test_peers_that_hang_up_at_any_moment_leave_the_broker_serving(running: Running) -> None:
    data = encode_request(produce_request(("t", 0, batch(10))), 9, 1, "c")
    data += encode_request(fetch_request(("t", 0, 0), max_wait_ms=60_000, min_bytes=1 << 20), 11, 2, "c")
    for size in range(0, len(data) + 1, 7):
        client = running.client()
        client.socket.sendall(data[:size])
        client.close()
    assert running.client().ask(ApiVersionsRequest("a", "1"), 3).error_code == 0


def test_hundreds_of_connections_are_served_at_once(running: Running) -> None:
    clients = [running.client() for _ in range(300)]
    for client in clients:
        client.send(ApiVersionsRequest("a", "1"), 3)
    assert all(client.answer().error_code == 0 for client in clients)


def test_a_disk_that_fails_is_told_and_does_not_end_the_loop() -> None:
    stores = MemoryStores()
    running = Running(stores)
    try:
        client, other = running.client(), running.client()
        stores.stores["t", 0].failing = True
        other.send(fetch_request(("t", 0, 0), max_wait_ms=TIMEOUT_S * 1000), 11)
        answer = client.ask(produce_request(("t", 0, batch())), 9).responses[0].partition_responses[0]
        assert answer.error_code == 56
        assert other.answer().responses[0].partitions[0].error_code == 56
        assert client.ask(ApiVersionsRequest("a", "1"), 3).error_code == 0
    finally:
        running.stop()


def test_a_loop_that_was_stopped_has_closed_its_connections() -> None:
    running = Running(MemoryStores())
    client = running.client()
    client.ask(ApiVersionsRequest("a", "1"), 3)
    running.stop()
    assert client.is_closed()
    with contextlib.closing(socket.socket()) as late, pytest.raises(ConnectionRefusedError):
        late.connect(running.address)
    running.loop.stop()  # once more, to no effect


def test_an_offset_is_the_same_for_who_asks_over_a_socket(running: Running) -> None:
    client: Any = running.client()
    client.ask(produce_request(("t", 0, batch(3))), 9)
    assert list_offset(client, -1).offset == 3
