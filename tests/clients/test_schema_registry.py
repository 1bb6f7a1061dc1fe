"""The clients of confluent-kafka, unmodified, on the reference registry and the reference broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import ConfigCompatibilityLevel, Schema, SchemaRegistryClient, ServerConfig
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tests.reference.registry.running import broker, record, registry

PATIENCE_S = 60
USER = record("User", "name", ("age", "int"))
DOCUMENT = {
    "title": "User", "type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
}  # fmt: skip
ADA = {"name": "Ada", "age": 36}


class Running:
    """A broker and a registry."""

    def __init__(self, bootstrap: str, url: str) -> None:
        self.bootstrap = bootstrap
        self.client = SchemaRegistryClient({"url": url})

    def send_and_take(self, topic: str, value: bytes) -> bytes:
        """Through the broker."""
        producer = Producer({"bootstrap.servers": self.bootstrap})
        producer.produce(topic, value)
        assert producer.flush(PATIENCE_S) == 0
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        try:
            message = consumer.poll(PATIENCE_S)
            assert message is not None
            assert message.error() is None
            found = message.value()
            assert isinstance(found, bytes)
            return found
        finally:
            consumer.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with broker(Path(tmp_path_factory.mktemp("broker"))) as made, registry(made.bootstrap) as client:
        yield Running(made.bootstrap, client.url)


def value_of(topic: str) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE)


def test_avro_goes_through_registry_and_broker(running: Running) -> None:
    serialize = AvroSerializer(running.client, json.dumps(USER))
    sent = serialize(ADA, value_of("avro"))
    assert sent is not None
    assert AvroDeserializer(running.client)(running.send_and_take("avro", sent), value_of("avro")) == ADA
    assert running.client.get_latest_version("avro-value").version == 1


def test_a_reader_with_a_newer_schema_reads_what_an_older_one_wrote(running: Running) -> None:
    sent = AvroSerializer(running.client, json.dumps(USER))(ADA, value_of("evolving"))
    assert sent is not None
    newer = json.dumps(record("User", "name", ("age", "long"), ("mail", "string", "none")))
    running.client.register_schema("evolving-value", Schema(newer, "AVRO"))
    read: Any = AvroDeserializer(running.client, newer)(sent, value_of("evolving"))
    assert read == {**ADA, "mail": "none"}


def test_a_schema_that_cannot_read_what_is_there_is_refused(running: Running) -> None:
    AvroSerializer(running.client, json.dumps(USER))(ADA, value_of("strict"))
    with pytest.raises(SchemaRegistryError) as refused:
        running.client.register_schema("strict-value", Schema(json.dumps(record("User", "name", "mail")), "AVRO"))
    assert refused.value.http_status_code == 409


def test_a_serializer_that_may_not_register_looks_up(running: Running) -> None:
    running.client.register_schema("known-value", Schema(json.dumps(USER), "AVRO"))
    settings = {"auto.register.schemas": False}
    sent = AvroSerializer(running.client, json.dumps(USER), conf=settings)(ADA, value_of("known"))
    assert sent is not None
    assert sent[0] == 0
    latest = {"auto.register.schemas": False, "use.latest.version": True}
    assert AvroSerializer(running.client, json.dumps(USER), conf=latest)(ADA, value_of("known")) == sent


def test_json_goes_through_registry_and_broker(running: Running) -> None:
    sent = JSONSerializer(json.dumps(DOCUMENT), running.client)(ADA, value_of("json"))
    assert sent is not None
    taken = running.send_and_take("json", sent)
    assert JSONDeserializer(json.dumps(DOCUMENT), schema_registry_client=running.client)(taken, value_of("json")) == ADA


def test_the_calls_of_the_client(running: Running) -> None:
    client, subject, schema = running.client, "calls", Schema(json.dumps(USER), "AVRO")
    number = client.register_schema(subject, schema)
    assert client.get_schema(number).schema_str == json.dumps(USER, separators=(",", ":"))
    assert subject in client.get_subjects()
    assert client.get_versions(subject) == [1]
    assert client.get_version(subject, 1).schema_id == number
    assert client.lookup_schema(subject, schema).version == 1
    assert client.test_compatibility(subject, Schema(json.dumps(record("User", "name")), "AVRO"))
    assert client.set_config(subject, ServerConfig(ConfigCompatibilityLevel.FULL)) is not None
    assert client.get_config(subject).compatibility_level == "FULL"
    assert client.delete_version(subject, 1) == 1
    assert client.delete_subject(subject, permanent=True) == [1]
    with pytest.raises(SchemaRegistryError) as gone:
        client.get_versions(subject)
    assert (gone.value.http_status_code, gone.value.error_code) == (404, 40401)
