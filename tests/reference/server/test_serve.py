"""The broker as a program, in a process of its own: starting, ending, dying and starting again."""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.stores import MemoryStores
from nilometer_reference.server.data_directory import DataDirectory
from nilometer_reference.server.serve import Options, listen, make_node, raise_descriptor_limit, serve
from nilometer_reference.server.settings import UnknownSetting
from nilometer_reference.wire.messages.metadata import MetadataResponse
from tests.reference.requests import batch, batches_of, fetch_request, metadata_request, produce_request
from tests.reference.server.test_loop import Socket

TIMEOUT_S = 30


class Program:
    """`python -m nilometer_reference.server`, ready when this is made."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "nilometer_reference.server", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.announced = self.process.stdout.readline()
        found = re.fullmatch(r"listening on (\S+):(\d+)\n", self.announced)
        if found is None:
            _, errors = self.process.communicate(timeout=TIMEOUT_S)
            raise AssertionError(f"not announced: {self.announced!r} {errors}")
        self.address = found[1], int(found[2])

    def client(self) -> Socket:
        return Socket(self.address)

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode


@pytest.fixture
def start() -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def start_one(*arguments: str) -> Program:
        programs.append(Program(*arguments))
        return programs[-1]

    yield start_one
    for program in programs:
        if program.process.poll() is None:
            program.end(signal.SIGKILL)


def _refused(*arguments: str) -> str:
    """What a program that does not start says."""
    command = [sys.executable, "-m", "nilometer_reference.server", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    return result.stderr


def _metadata(client: Socket, *topics: str) -> MetadataResponse:
    answer: MetadataResponse = client.ask(metadata_request(*topics), 12)
    return answer


def _create(client: Socket, topic: str = "t") -> bytes:
    _metadata(client, topic)
    (found,) = _metadata(client, topic).topics
    assert found.error_code == 0
    return found.topic_id


def _produce(client: Socket, records: bytes) -> int:
    answer = client.ask(produce_request(("t", 0, records)), 9).responses[0].partition_responses[0]
    assert answer.error_code == 0
    base_offset: int = answer.base_offset
    return base_offset


def _read(client: Socket) -> list[bytes]:
    """Every batch behind its offset and epoch."""
    found: list[bytes] = []
    offset = 0
    while True:
        data = client.ask(fetch_request(("t", 0, offset), partition_max_bytes=1 << 22), 11).responses[0].partitions[0]
        batches = batches_of(data)
        if not batches:
            return found
        found += [bytes(one.data[16:]) for one in batches]
        offset = batches[-1].header.next_offset


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_orderly_end_has_exit_code_0_and_leaves_clean_logs(
    start: Callable[..., Program], tmp_path: Path, number: signal.Signals
) -> None:
    program = start("--port", "0", "--data-dir", str(tmp_path))
    client = program.client()
    _create(client)
    _produce(client, batch(3))
    assert program.end(number) == 0
    assert (tmp_path / "t-0" / "clean-shutdown").exists()


def test_what_was_acknowledged_survives_kill_9_again_and_again(start: Callable[..., Program], tmp_path: Path) -> None:
    written: list[bytes] = []
    topic_id: bytes | None = None
    sequence = 0
    for _ in range(3):
        program = start("--port", "0", "--data-dir", str(tmp_path))
        client = program.client()
        found = _create(client)
        assert topic_id in (None, found)
        topic_id = found
        assert _read(client) == written
        for number in range(20):
            records = batch(number + 1, producer_id=5, producer_epoch=0, base_sequence=sequence)
            assert _produce(client, records) == _records_in(written)
            written.append(records[16:])
            sequence += number + 1
        client.send(produce_request(("t", 0, batch(50_000))), 9)  # under way when the process dies: it may be there
        assert program.end(signal.SIGKILL) == -signal.SIGKILL
        program = start("--port", "0", "--data-dir", str(tmp_path))
        survived = _read(program.client())
        assert survived[: len(written)] == written
        written = survived
        program.end(signal.SIGKILL)


def _records_in(batches: list[bytes]) -> int:
    return sum(int.from_bytes(one[41:45], "big") for one in batches)


def test_a_restart_keeps_the_cluster_id_and_is_a_new_leader_epoch(
    start: Callable[..., Program], tmp_path: Path
) -> None:
    seen = []
    for _ in range(2):
        program = start("--port", "0", "--data-dir", str(tmp_path))
        client = program.client()
        _create(client)
        response = _metadata(client, "t")
        seen.append((response.cluster_id, response.topics[0].partitions[0].leader_epoch))
        program.end(signal.SIGKILL)
    (first_id, first_epoch), (second_id, second_epoch) = seen
    assert first_id == second_id
    assert (first_epoch, second_epoch) == (0, 1)


def test_a_data_directory_in_use_is_refused_and_its_broker_goes_on(
    start: Callable[..., Program], tmp_path: Path
) -> None:
    program = start("--port", "0", "--data-dir", str(tmp_path))
    assert "in use by another process" in _refused("--port", "0", "--data-dir", str(tmp_path))
    assert _metadata(program.client()).cluster_id


def test_a_port_in_use_is_refused_before_anything_is_touched(start: Callable[..., Program], tmp_path: Path) -> None:
    program = start("--port", "0", "--memory")
    assert "in use" in _refused("--port", str(program.address[1]), "--data-dir", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "no.such.setting=1"], "no setting is called 'no.such.setting'"),
        (["--set", "num.partitions"], "is not NAME=VALUE"),
        (["--set", "num.partitions=many"], "num.partitions"),
        (["--memory", "--data-dir", "x"], "exclude each other"),
        (["--bug", "no-such-bug"], "no-such-bug"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], words: str) -> None:
    assert words in _refused("--port", "0", *arguments)


def test_settings_and_the_advertised_address_are_what_clients_see(start: Callable[..., Program]) -> None:
    program = start(
        "--port", "0", "--memory", "--advertised-host", "localhost", "--advertised-port", "1",
        "--set", "num.partitions=3", "--set", "node.id=9", "--set", "cluster.id=abcdefghijklmnopqrstuv",
    )  # fmt: skip
    client = program.client()
    _create(client)
    response = _metadata(client, "t")
    (broker,) = response.brokers
    assert (broker.node_id, broker.host, broker.port) == (9, "localhost", 1)
    assert response.cluster_id == "abcdefghijklmnopqrstuv"
    assert len(response.topics[0].partitions) == 3


def test_without_being_told_otherwise_clients_are_sent_to_the_port_that_was_found(
    start: Callable[..., Program],
) -> None:
    program = start("--port", "0", "--memory")
    (broker,) = _metadata(program.client()).brokers
    assert (broker.host, broker.port) == program.address


def test_a_temporary_directory_is_removed_at_the_end(
    start: Callable[..., Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    program = start("--port", "0")
    assert [path.name.startswith("nilometer-broker-") for path in tmp_path.iterdir()] == [True]
    program.end(signal.SIGTERM)
    assert list(tmp_path.iterdir()) == []


def test_the_names_of_settings_are_listed() -> None:
    command = [sys.executable, "-m", "nilometer_reference.server", "--list-settings"]
    names = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True).stdout.split()
    assert {"num.partitions", "log.retention.ms", "group.initial.rebalance.delay.ms"} <= set(names)


# Parts, in this process


def test_a_listening_socket_has_the_port_that_was_asked_for() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(OSError):  # noqa: PT011  # address in use
            listen("127.0.0.1", port)
    with listen("127.0.0.1", port) as again:
        assert again.getsockname()[1] == port


def test_a_broker_takes_as_many_open_files_as_it_may_have() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
        assert raise_descriptor_limit() == before[1]
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_what_was_begun_is_undone_when_a_start_fails(tmp_path: Path) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise UnknownSetting("not today")

    with listen("127.0.0.1", 0) as found:
        port = found.getsockname()[1]
    options = Options(port=port, data_directory=tmp_path, make_node=fail)
    with pytest.raises(UnknownSetting):
        serve(options, lambda _host, _port: pytest.fail("announced"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
    with DataDirectory(tmp_path):
        pass


def test_a_node_is_wired_to_its_stores() -> None:
    stores = MemoryStores()
    node = make_node(BrokerConfig(), stores, chance=os.urandom, now_ms=0)
    assert node.broker.stores is stores
    assert stores.names() == [("__cluster_metadata", 0)]


def test_the_steps_of_the_broker_are_recorded_line_by_line_and_go_on_after_a_kill(
    start: Callable[..., Program], tmp_path: Path
) -> None:
    recorded = tmp_path / "events.jsonl"
    options = ("--port", "0", "--data-dir", str(tmp_path / "data"), "--record", str(recorded))
    for number in (signal.SIGKILL, signal.SIGTERM):
        program = start(*options)
        client = program.client()
        _create(client)
        client.ask(produce_request(("t", 0, batch(2))), 9)
        program.end(number)
    events = [json.loads(line) for line in recorded.read_text("utf-8").splitlines()]
    ends = [
        event["data"]["observed"]["log_end_offset"] for event in events if event["data"]["args"].get("topic") == "t"
    ]
    assert ends == [0, 2, 2, 4]
