"""Confluent's Java serializers, unmodified, on the reference registry and broker, alone and opposite Python's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from nilometer.schema.protobuf.values import classes
from tests.clients.confluent_java import AVRO, PATIENCE_S, PROTOBUF, ConfluentJava, Refused
from tests.reference.registry.running import Client, broker, record, registry

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("jvm")]

USER = json.dumps(record("User", "name", ("age", "int")))
WITH_MAIL = json.dumps(record("User", "name", ("age", "int"), ("mail", "string", "none")))
WITHOUT_DEFAULT = json.dumps(record("User", "name", ("age", "int"), ("town", "string")))
ADA = {"name": "Ada", "age": 36}
EVERYTHING = json.dumps({
    "type": "record", "name": "Everything", "namespace": "n", "fields": [
        {"name": "whole", "type": "long"},
        {"name": "real", "type": "double"},
        {"name": "truth", "type": "boolean"},
        {"name": "data", "type": "bytes"},
        {"name": "colour", "type": {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}},
        {"name": "words", "type": {"type": "array", "items": "string"}},
        {"name": "counts", "type": {"type": "map", "values": "int"}},
        {"name": "maybe", "type": ["null", {"type": "record", "name": "Inner", "fields": [
            {"name": "text", "type": "string"}]}], "default": None},
    ],
})  # fmt: skip
EVERY_VALUE: dict[str, Any] = {
    "whole": -(2**62), "real": 0.5, "truth": True, "data": "\u00ff", "colour": "BLUE", "words": ["a", "é"],
    "counts": {"one": 1}, "maybe": {"n.Inner": {"text": "t"}},
}  # fmt: skip
PERSON = 'syntax = "proto3"; package p; message Person { string name = 1; int32 age = 2; message Inner { int64 n = 1; } } message Second { bool b = 1; }'  # noqa: E501


class Running:
    """A broker, a registry, the clients of both languages."""

    def __init__(self, bootstrap: str, http: Client) -> None:
        self.bootstrap, self.http, self.url = bootstrap, http, http.url
        self.java, self.python = ConfluentJava(), SchemaRegistryClient({"url": http.url})

    def send(self, kind: str, topic: str, *values: Any, **settings: object) -> None:
        self.java.send(kind, self.bootstrap, self.url, topic, *values, **settings)

    def take(self, kind: str, topic: str, count: int = 1) -> list[dict[str, Any]]:
        return self.java.take(kind, self.bootstrap, self.url, topic, count)

    def send_bytes(self, topic: str, value: bytes | None) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap})
        producer.produce(topic, value)
        assert producer.flush(PATIENCE_S) == 0

    def take_bytes(self, topic: str) -> bytes:
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        message = consumer.poll(PATIENCE_S)
        consumer.close()
        assert message is not None
        assert message.error() is None
        value = message.value()
        assert isinstance(value, bytes)
        return value

    def read(self, topic: str, reader: str | None = None) -> Any:
        """What Python's Avro deserializer finds in the topic."""
        return AvroDeserializer(self.python, reader)(self.take_bytes(topic), value_of(topic))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with broker(Path(tmp_path_factory.mktemp("broker"))) as made, registry(made.bootstrap) as client:
        yield Running(made.bootstrap, client)


def value_of(topic: str) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE)


def test_java_reads_what_java_wrote(running: Running) -> None:
    values = [running.java.avro(EVERYTHING, EVERY_VALUE), running.java.avro(EVERYTHING, {**EVERY_VALUE, "maybe": None})]
    running.send(AVRO, "avro", *values)
    assert running.take(AVRO, "avro", 2) == [running.java.value(value) for value in values]
    assert running.python.get_versions("avro-value") == [1]


def test_python_reads_what_java_wrote(running: Running) -> None:
    running.send(AVRO, "to-python", running.java.avro(EVERYTHING, EVERY_VALUE))
    assert running.read("to-python") == {**EVERY_VALUE, "data": b"\xff", "maybe": {"text": "t"}}


def test_java_reads_what_python_wrote(running: Running) -> None:
    sent = AvroSerializer(running.python, USER)(ADA, value_of("to-java"))
    running.send_bytes("to-java", sent)
    assert running.take(AVRO, "to-java") == [ADA]


def test_both_languages_register_one_schema_under_one_id(running: Running) -> None:
    running.send(AVRO, "shared", running.java.avro(USER, ADA))
    sent = AvroSerializer(running.python, USER)(ADA, value_of("shared"))
    assert sent == running.take_bytes("shared")
    assert running.python.get_versions("shared-value") == [1]


def test_a_serializer_that_may_not_register_needs_a_registered_schema(running: Running) -> None:
    value = running.java.avro(USER, ADA)
    with pytest.raises(Refused) as unknown:
        running.send(AVRO, "closed", value, auto_register_schemas=False)
    assert (unknown.value.status, unknown.value.error_code) == (404, 40401)
    running.python.register_schema("closed-value", Schema(WITH_MAIL, "AVRO"))
    with pytest.raises(Refused) as other:
        running.send(AVRO, "closed", value, auto_register_schemas=False)
    assert (other.value.status, other.value.error_code) == (404, 40403)
    running.send(AVRO, "closed", running.java.avro(WITH_MAIL, {**ADA, "mail": "m"}), auto_register_schemas=False)
    assert running.read("closed") == {**ADA, "mail": "m"}


def test_the_latest_version_is_written_where_that_is_asked_for(running: Running) -> None:
    """The record's own schema is not registered: it has a comment."""
    commented = json.dumps({**json.loads(WITH_MAIL), "doc": "not registered"})
    value = running.java.avro(commented, {**ADA, "mail": "m"})
    for text in (USER, WITH_MAIL):
        number = running.python.register_schema("latest-value", Schema(text, "AVRO"))
    with pytest.raises(Refused, match="Schema not found"):
        running.send(AVRO, "latest", value, auto_register_schemas=False)
    running.send(AVRO, "latest", value, auto_register_schemas=False, use_latest_version=True)
    assert running.take_bytes("latest")[:5] == b"\0" + number.to_bytes(4, "big")
    assert running.take(AVRO, "latest") == [{**ADA, "mail": "m"}]


def test_a_reader_with_a_newer_schema_reads_what_an_older_one_wrote(running: Running) -> None:
    running.send(AVRO, "evolving", running.java.avro(USER, ADA))
    newer = json.dumps(record("User", ("age", "long"), ("mail", "string", "none")))
    expected = {"age": 36, "mail": "none"}
    assert running.java.read_as(running.url, "evolving", running.take_bytes("evolving"), newer) == expected
    sent = AvroSerializer(running.python, USER)(ADA, value_of("evolving"))
    assert sent is not None
    assert running.java.read_as(running.url, "evolving", sent, newer) == expected


def test_a_newer_writer_registers_a_second_version_and_an_incompatible_one_is_refused(running: Running) -> None:
    running.send(AVRO, "strict", running.java.avro(USER, ADA))
    running.send(AVRO, "strict", running.java.avro(WITH_MAIL, {**ADA, "mail": "m"}))
    with pytest.raises(Refused) as refused:
        running.send(AVRO, "strict", running.java.avro(WITHOUT_DEFAULT, {**ADA, "town": "t"}))
    assert refused.value.status == 409
    assert refused.value.error_code in {409, 40901}
    assert running.python.get_versions("strict-value") == [1, 2]
    assert running.take(AVRO, "strict", 2) == [ADA, {**ADA, "mail": "m"}]


def test_the_calls_of_javas_client(running: Running) -> None:
    java, subject = running.java, "java-calls"
    schema = java.jars("io.confluent.kafka.schemaregistry.avro.AvroSchema")
    with java.errors():
        client = java.client(running.url)
        number = int(client.register(subject, schema(USER)))
        assert subject in {str(one) for one in client.getAllSubjects()}
        assert [int(one) for one in client.getAllVersions(subject)] == [1]
        assert int(client.getLatestSchemaMetadata(subject).getId()) == number
        assert int(client.getVersion(subject, schema(USER))) == 1
        assert json.loads(str(client.getSchemaById(number).canonicalString())) == json.loads(USER)
        assert bool(client.testCompatibility(subject, schema(WITH_MAIL)))
        assert not bool(client.testCompatibility(subject, schema(WITHOUT_DEFAULT)))
        assert str(client.updateCompatibility(subject, "NONE")) == "NONE"
        assert str(client.getCompatibility(subject)) == "NONE"
        assert bool(client.testCompatibility(subject, schema(WITHOUT_DEFAULT)))
        assert str(client.getMode()) == "READWRITE"
        assert [int(one) for one in client.deleteSubject(subject)] == [1]
    with pytest.raises(Refused) as gone, java.errors():
        client.getLatestSchemaMetadata(subject)
    assert (gone.value.status, gone.value.error_code) == (404, 40401)


def test_java_reads_the_protobuf_that_java_wrote(running: Running) -> None:
    running.send(PROTOBUF, "protobuf", running.java.protobuf(PERSON, ADA))
    assert running.take_bytes("protobuf")[5:6] == b"\0"
    assert running.take(PROTOBUF, "protobuf") == [ADA]


@pytest.mark.parametrize(("message", "path"), [("p.Person.Inner", "040000"), ("p.Second", "0202")])
def test_the_place_of_the_message_in_its_file_stands_before_the_data(running: Running, message: str, path: str) -> None:
    value = {"n": "7"} if message.endswith("Inner") else {"b": True}
    topic = f"protobuf-{path}"
    running.send(PROTOBUF, topic, running.java.protobuf(PERSON, value, message))
    assert running.take_bytes(topic)[5:].startswith(bytes.fromhex(path))
    assert running.take(PROTOBUF, topic) == [value]


def test_java_reads_the_protobuf_that_python_wrote(running: Running) -> None:
    """Python registers the file as a serialized descriptor."""
    kind = classes(PERSON)["Person"]
    sent = ProtobufSerializer(kind, running.python)(kind(**ADA), value_of("protobuf-to-java"))
    running.send_bytes("protobuf-to-java", sent)
    assert running.take(PROTOBUF, "protobuf-to-java") == [ADA]


def test_python_reads_the_protobuf_that_java_wrote(running: Running) -> None:
    """Python asks for the file as a serialized descriptor; Java registered it as text."""
    kind = classes(PERSON)["Person"]
    running.send(PROTOBUF, "protobuf-to-python", running.java.protobuf(PERSON, ADA))
    taken = running.take_bytes("protobuf-to-python")
    if (
        running.http.good("GET", f"/schemas/ids/{int.from_bytes(taken[1:5], 'big')}?format=serialized")["schema"][:6]
        == "syntax"
    ):
        pytest.skip("the registry does not serve serialized descriptors (format=serialized)")
    read = ProtobufDeserializer(kind, schema_registry_client=running.python)(taken, value_of("protobuf-to-python"))
    assert read == kind(**ADA)
