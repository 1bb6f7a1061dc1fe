"""100,000 frames that nobody should send: the broker serves on, its memory stays bounded, its log unchanged."""

from __future__ import annotations

import gc
import hashlib
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from nilometer.targets import parse_target
from nilometer.targets.reference import ReferenceTarget
from nilometer_reference.connection import Connection
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.frames import SIZE, encode_request, messages_by_key, parse_response
from nilometer_reference.wire.messages import (
    ApiVersionsRequest,
    CreateTopicsRequest,
    FetchRequest,
    ProduceRequest,
)
from nilometer_reference.wire.messages.create_topics import CreatableTopic
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchTopic
from nilometer_reference.wire.messages.produce import PartitionProduceData, TopicProduceData
from nilometer_reference.wire.record_encoding import Record, encode_batch
from tests.hostile import frames
from tests.reference.harness import Harness

CANARY = "canary-that-no-frame-names"
GROWTH_KIB_MAX = 64 * 1024
"""What topics, groups and sessions that well-formed hostile requests made may take, and one large buffer."""


class Asks(Protocol):
    """A client in memory, or one on a socket."""

    def ask(self, request: Message, version: int) -> Any: ...


def read_canary(client: Asks) -> bytes:
    partition = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1 << 20)
    request = FetchRequest(topics=[FetchTopic(topic=CANARY, partitions=[partition])], max_wait_ms=0, max_bytes=1 << 20)
    answer = client.ask(request, 11)
    part = answer.responses[0].partitions[0]
    assert part.error_code == 0
    return bytes(part.records)


def write_canary(client: Asks) -> None:
    topic = CreatableTopic(name=CANARY, num_partitions=1, replication_factor=1)
    assert client.ask(CreateTopicsRequest(topics=[topic], timeout_ms=1000), 5).topics[0].error_code == 0
    batch = encode_batch([Record(timestamp=-1, value=b"sings")] * 100)
    data = [TopicProduceData(CANARY, partition_data=[PartitionProduceData(0, batch)])]
    answer = client.ask(ProduceRequest(acks=-1, timeout_ms=1000, topic_data=data), 9)
    assert answer.responses[0].partition_responses[0].error_code == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_no_frame_is_an_error_of_ours(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    """Handlers answer or the connection closes; nothing is raised that nobody had foreseen."""
    caplog.set_level(logging.ERROR, "nilometer_reference")
    cluster = Harness()
    singer = cluster.client()
    write_canary(singer)
    before = read_canary(singer)
    client = cluster.client()
    for number, frame in enumerate(frames(seed, 20_000)):
        if client.is_closed or number % 5 == 0:
            client.close()
            client = cluster.client()
        client.send_bytes(frame)
        client.received.clear()
        if number % 1_000 == 0:
            cluster.advance(500)
    assert [record.getMessage() for record in caplog.records] == []
    assert read_canary(singer) == before
    cluster.advance(60_000)
    assert read_canary(cluster.client()) == before


def test_what_a_request_made_goes_without_the_garbage_collector() -> None:
    """An error kept with its traceback keeps the frames, they keep it, and both keep the connection's buffer."""
    cluster = Harness()
    client = cluster.client()
    gc.collect()
    gc.disable()
    try:
        for number, frame in enumerate(frames(4, 5_000)):
            if client.is_closed or number % 5 == 0:
                client.close()
                client = cluster.client()
            client.send_bytes(frame)
            client.received.clear()
        connections = [found for found in gc.get_objects() if isinstance(found, Connection)]
    finally:
        gc.enable()
    assert len(connections) <= 1


@pytest.fixture
def broker() -> Iterator[ReferenceTarget]:
    with parse_target("reference:tcp") as target:
        assert isinstance(target, ReferenceTarget)
        yield target


def resident_kib(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return int(found[1])


def segments_of_canary(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*.log"))
        if CANARY in str(path)
    }


class Socket:
    """The canary's own connection to a real process."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=30)

    def ask(self, request: Message, version: int) -> Any:
        self._socket.sendall(encode_request(request, version, 7, "canary"))
        frame = self._exactly(SIZE.unpack(self._exactly(4))[0])
        response = messages_by_key()[request.API_KEY].response
        correlation_id, answer, end = parse_response(frame, response, version)
        assert (correlation_id, end) == (7, len(frame))
        return answer

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self._socket.recv(size - len(data))
            assert piece, "the canary's connection was closed"
            data += piece
        return bytes(data)


@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="skipped, because memory is read from /proc")
def test_a_hundred_thousand_hostile_frames_leave_a_real_broker_as_it_was(broker: ReferenceTarget) -> None:
    address = broker.endpoint.addresses[0]
    pid = broker.nodes[0].process.pid
    singer = Socket(address)
    write_canary(singer)
    before, files = read_canary(singer), segments_of_canary(broker.data_directory)
    assert files
    memory_kib = resident_kib(pid)
    peak_kib = memory_kib
    sock: socket.socket | None = None
    for number, frame in enumerate(frames(3, 100_000)):
        if sock is None or number % 5 == 0:
            if sock is not None:
                sock.close()
            sock = socket.create_connection(address, timeout=30)
        try:
            sock.sendall(frame)
            if number % 50 == 0:
                sock.settimeout(0.001)
                sock.recv(1 << 16)
        except TimeoutError:
            sock.settimeout(30)
        except OSError:
            sock.close()
            sock = None
        if number % 2_000 == 0:
            assert read_canary(singer) == before
            peak_kib = max(peak_kib, resident_kib(pid))
    assert read_canary(singer) == before
    assert segments_of_canary(broker.data_directory) == files
    assert peak_kib - memory_kib < GROWTH_KIB_MAX, f"{memory_kib=} {peak_kib=}"
    newcomer = Socket(address)
    assert newcomer.ask(ApiVersionsRequest(), 0).error_code == 0
