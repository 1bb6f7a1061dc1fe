"""Kafka Connect, unmodified, in distributed mode: Avro through the reference registry and the reference broker.

Its state is in three compacted topics of the broker, its workers are a group, its sources write in transactions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tests.clients.kafka_connect import Worker, wait
from tests.reference.registry.running import broker, record, registry

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("connect")]

PATIENCE_S = 30
USER = json.dumps(record("User", "name", ("age", "int")))
WITH_MAIL = json.dumps(record("User", "name", ("age", "int"), ("mail", "string", "none")))
HOIST = {"transforms": "hoist", "transforms.hoist.type": "org.apache.kafka.connect.transforms.HoistField$Value",
         "transforms.hoist.field": "line"}  # fmt: skip
"""A record with one field instead of the bare line."""


class Running:
    """A broker, a registry, a worker, and Python's clients."""

    def __init__(self, bootstrap: str, url: str, home: Path) -> None:
        self.bootstrap, self.url, self.home = bootstrap, url, home
        self.worker = Worker(home / "worker", bootstrap, url)
        self.client = SchemaRegistryClient({"url": url})
        self.producer = Producer({"bootstrap.servers": bootstrap})

    def append(self, name: str, *lines: str) -> Path:
        path = self.home / name
        with path.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)
        return path

    def write(self, topic: str, schema: str, *values: dict[str, Any]) -> None:
        serialize = AvroSerializer(self.client, schema)
        for value in values:
            self.producer.produce(topic, serialize(value, SerializationContext(topic, MessageField.VALUE)))
        assert self.producer.flush(PATIENCE_S) == 0

    def read(self, topic: str, count: int) -> list[Any]:
        """That many committed values, from the start."""
        deserialize = AvroDeserializer(self.client)
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "read", "enable.partition.eof": True})
        consumer.assign([TopicPartition(topic, 0, 0)])
        found: list[Any] = []

        def enough() -> bool:
            for message in consumer.consume(500, 0.2):
                if message.error() is None:
                    found.append(deserialize(message.value(), SerializationContext(topic, MessageField.VALUE)))
            return len(found) >= count

        try:
            wait(enough, f"{count} records in {topic}")
        finally:
            consumer.close()
        return found

    def position(self, connector: str) -> int:
        """Of a source in its file, in bytes, as Connect stored it."""
        stored = self.worker.ask("GET", f"/connectors/{connector}/offsets")["offsets"]
        return int(stored[0]["offset"]["position"]) if stored else 0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = Path(tmp_path_factory.mktemp("connect"))
    # With transaction version 2 the Java client 4.3.1 now and then ends a transaction before it has sent the records:
    # `Sender` asks whether batches are left, and only then for the next request; EndTxn may have come in between.
    with broker(home / "broker", "--set", "transaction.version=1") as made, registry(made.bootstrap) as client:
        found = Running(made.bootstrap, client.url, home)
        try:
            yield found
        finally:
            found.worker.kill()


def test_a_source_writes_avro_that_python_reads(running: Running) -> None:
    running.worker.connect("source", "Source", running.append("in", "one", "two"), "lines", **HOIST)
    assert running.read("lines", 2) == [{"line": "one"}, {"line": "two"}]
    latest = running.client.get_latest_version("lines-value")
    assert json.loads(str(latest.schema.schema_str))["name"] == "ConnectDefault"


def test_a_sink_reads_avro_that_python_wrote_in_both_versions_of_its_schema(running: Running) -> None:
    running.write("users", USER, {"name": "Ada", "age": 36})
    running.write("users", WITH_MAIL, {"name": "Bob", "age": 40, "mail": "b@x"})
    out = running.home / "out"
    running.worker.connect("sink", "Sink", out, "users")
    expected = "Struct{name=Ada,age=36}\nStruct{name=Bob,age=40,mail=b@x}\n"
    wait(lambda: out.exists() and out.read_text() == expected, "two lines")


def test_protobuf_goes_from_a_source_to_a_sink(running: Running) -> None:
    source, out = running.append("protobuf-in", "one", "two"), running.home / "protobuf-out"
    converter = {"value.converter": "io.confluent.connect.protobuf.ProtobufConverter",
                 "value.converter.schema.registry.url": running.url}  # fmt: skip
    running.worker.connect("protobuf-source", "Source", source, "protobuf", **HOIST, **converter)
    running.worker.connect("protobuf-sink", "Sink", out, "protobuf", **converter)
    wait(lambda: out.exists() and out.read_text() == "Struct{line=one}\nStruct{line=two}\n", "two lines")
    assert running.client.get_latest_version("protobuf-value").schema.schema_type == "PROTOBUF"


def test_source_and_sink_go_on_where_they_were_after_the_worker_was_stopped(running: Running) -> None:
    source, sunk = running.append("restart-in", "one", "two"), running.home / "restart-out"
    running.worker.connect("restart-source", "Source", source, "restart", **HOIST)
    running.worker.connect("restart-sink", "Sink", sunk, "restart")
    wait(lambda: sunk.exists() and sunk.read_text() == "Struct{line=one}\nStruct{line=two}\n", "two lines")
    running.worker.stop()
    running.append("restart-in", "three")
    running.worker.start()
    running.worker.wait_until_running("restart-sink")
    wait(lambda: "three" in sunk.read_text(), "the third line")
    assert [value["line"] for value in running.read("restart", 3)] == ["one", "two", "three"]
    assert sunk.read_text() == "Struct{line=one}\nStruct{line=two}\nStruct{line=three}\n"
    assert running.position("restart-source") == source.stat().st_size


def test_a_source_whose_worker_is_killed_writes_every_line_once(running: Running) -> None:
    """Its lines and its offsets are in one transaction; the next task fences the one that was killed.

    Lines are long because the source leaves lines unread that are more than a batch in its buffer at the end of a file.
    """
    lines = [f"line {number} {'x' * 200}" for number in range(3_000)]
    source = running.append("killed-in", *lines[:2_000])
    running.worker.connect("killed", "Source", source, "killed", **{**HOIST, "batch.size": "10"})
    running.read("killed", 1)
    running.worker.kill()
    running.append("killed-in", *lines[2_000:])
    running.worker.start()
    running.worker.wait_until_running("killed")
    wait(lambda: running.position("killed") == source.stat().st_size, "the whole file is read")
    assert [value["line"] for value in running.read("killed", len(lines))] == lines


def test_the_three_topics_of_the_worker_are_compacted(running: Running) -> None:
    admin = AdminClient({"bootstrap.servers": running.bootstrap})
    names = [f"connect-{what}" for what in ("config", "offset", "status")]
    wanted = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
    policies = [future.result(PATIENCE_S)["cleanup.policy"].value for future in admin.describe_configs(wanted).values()]
    assert policies == ["compact"] * 3
    assert [len(admin.list_topics(name, PATIENCE_S).topics[name].partitions) for name in names] == [1, 5, 5]


def test_a_second_worker_takes_over_from_one_that_is_killed(running: Running) -> None:
    source = running.append("moved-in", "one")
    running.worker.connect("moved", "Source", source, "moved", **HOIST)
    assert running.read("moved", 1) == [{"line": "one"}]
    second = Worker(running.home / "second", running.bootstrap, running.url)
    try:
        running.worker.kill()
        address = second.url.removeprefix("http://")
        wait(lambda: [task["worker_id"] for task in second.tasks("moved")] == [address], "the task has moved")
        second.wait_until_running("moved")
        running.append("moved-in", "two")
        assert running.read("moved", 2) == [{"line": "one"}, {"line": "two"}]
    finally:
        second.stop()
        running.worker.start()


def test_a_schema_that_the_subject_does_not_allow_fails_the_task(running: Running) -> None:
    """The source would write bare strings where records were written."""
    running.worker.connect("refused-first", "Source", running.append("refused-in", "one"), "refused", **HOIST)
    assert running.read("refused", 1) == [{"line": "one"}]
    running.worker.configure("refused", "Source", running.append("refused-in-2", "bare"), "refused")
    wait(lambda: [task["state"] for task in running.worker.tasks("refused")] == ["FAILED"], "the task fails")
    trace = running.worker.tasks("refused")[0]["trace"]
    assert "RestClientException" in trace
    assert "error code: 409" in trace
    assert running.client.get_versions("refused-value") == [1]


def test_offsets_of_a_stopped_source_are_changed_and_forgotten(running: Running) -> None:
    running.worker.connect("again", "Source", running.append("again-in", "one", "two"), "again", **HOIST)
    assert len(running.read("again", 2)) == 2
    wait(lambda: running.position("again") == len("one\ntwo\n"), "the offset is stored")
    running.worker.ask("PUT", "/connectors/again/stop")
    wait(lambda: not running.worker.tasks("again"), "it has stopped")
    running.worker.ask("DELETE", "/connectors/again/offsets")
    assert running.position("again") == 0
    running.worker.ask("PUT", "/connectors/again/resume")
    running.worker.wait_until_running("again")
    assert [value["line"] for value in running.read("again", 4)] == ["one", "two"] * 2
