"""The JSON serializer and deserializer of confluent-kafka, unmodified, on the reference registry and broker.

What is sent goes through the broker with its headers: a GUID in a header is how newer clients name a schema.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import (
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    header_schema_id_serializer,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

from tests.reference.registry.running import broker, record, registry

PATIENCE_S = 60
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def user(**further: Any) -> dict[str, Any]:
    """A closed model, so that a property may be added."""
    return {
        "title": "User", "type": "object", "properties": {"name": TEXT, "age": NUMBER, **further},
        "required": ["name"], "additionalProperties": False,
    }  # fmt: skip


ADA = {"name": "Ada", "age": 36}
LATER = user(mail={"type": "string", "default": "none"})
GUID = {"schema.id.serializer": header_schema_id_serializer}


class Running:
    """A broker, a registry, and a fresh client of it, which has cached nothing."""

    def __init__(self, bootstrap: str, url: str) -> None:
        self.bootstrap = bootstrap
        self.url = url

    @property
    def client(self) -> SchemaRegistryClient:
        return SchemaRegistryClient({"url": self.url})

    def through(self, topic: str, value: bytes | None, context: SerializationContext) -> tuple[bytes, Any]:
        """Value and context as the consumer has them."""
        producer = Producer({"bootstrap.servers": self.bootstrap})
        producer.produce(topic, value, headers=context.headers)
        assert producer.flush(PATIENCE_S) == 0
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        try:
            message = consumer.poll(PATIENCE_S)
            assert message is not None
            assert message.error() is None
            found = message.value()
            assert isinstance(found, bytes)
            return found, context_of(topic, message.headers() or [])
        finally:
            consumer.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with broker(Path(tmp_path_factory.mktemp("broker"))) as made, registry(made.bootstrap) as client:
        yield Running(made.bootstrap, client.url)


def context_of(topic: str, headers: Any = None) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE, [] if headers is None else headers)


def schema(written: Any, *references: SchemaReference) -> Schema:
    return Schema(json.dumps(written), "JSON", list(references))


def test_an_evolved_schema_is_registered_and_both_versions_are_read(running: Running) -> None:
    old = JSONSerializer(json.dumps(user()), running.client)(ADA, context_of("evolved"))
    new = JSONSerializer(json.dumps(LATER), running.client)({**ADA, "mail": "a@b"}, context_of("evolved"))
    assert running.client.get_versions("evolved-value") == [1, 2]
    read = JSONDeserializer(json.dumps(LATER), schema_registry_client=running.client)
    assert read(*running.through("evolved", old, context_of("evolved"))) == ADA
    assert read(new, context_of("evolved")) == {**ADA, "mail": "a@b"}
    by_writer = JSONDeserializer(None, schema_registry_client=running.client)
    assert by_writer(new, context_of("evolved")) == {**ADA, "mail": "a@b"}


def test_a_schema_that_cannot_read_what_is_there_is_refused(running: Running) -> None:
    JSONSerializer(json.dumps(user()), running.client)(ADA, context_of("strict"))
    worse = JSONSerializer(json.dumps(user(age=TEXT)), running.client)
    with pytest.raises(SchemaRegistryError) as refused:
        worse({"name": "Ada", "age": "36"}, context_of("strict"))
    assert refused.value.http_status_code == 409
    assert "/properties/age: string where integer was" in str(refused.value)
    assert not running.client.test_compatibility("strict-value", schema(user(age=TEXT)))
    assert running.client.test_compatibility("strict-value", schema(LATER))


def test_a_schema_with_a_reference_is_registered_resolved_and_compared(running: Running) -> None:
    running.client.register_schema("address", schema({**user(), "properties": {"name": TEXT}}))
    reference = SchemaReference("address.json", "address", 1)
    person = schema(user(address={"$ref": "address.json"}), reference)
    value = {**ADA, "address": {"name": "London"}}
    sent = JSONSerializer(person, running.client)(value, context_of("references"))
    taken = running.through("references", sent, context_of("references"))
    assert JSONDeserializer(None, schema_registry_client=running.client)(*taken) == value
    with pytest.raises(SerializationError):
        JSONSerializer(person, running.client)({**ADA, "address": {"town": "London"}}, context_of("references"))
    narrower = {**user(), "properties": {"name": {**TEXT, "maxLength": 3}}}
    running.client.register_schema("short", schema(narrower))
    other = schema(user(address={"$ref": "address.json"}), SchemaReference("address.json", "short", 1))
    assert not running.client.test_compatibility("references-value", other)


def test_a_reference_that_is_missing_is_refused(running: Running) -> None:
    person = schema(user(address={"$ref": "address.json"}), SchemaReference("address.json", "nowhere", 1))
    with pytest.raises(SchemaRegistryError) as refused:
        running.client.register_schema("missing-value", person)
    assert (refused.value.http_status_code, refused.value.error_code) == (422, 42201)


def test_a_serializer_that_may_not_register_looks_up(running: Running) -> None:
    settings = {"auto.register.schemas": False}
    serialize = JSONSerializer(json.dumps(user()), running.client, conf=settings)
    with pytest.raises(SchemaRegistryError) as refused:
        serialize(ADA, context_of("known"))
    assert refused.value.error_code == 40401
    number = running.client.register_schema("known-value", schema(user()))
    sent = serialize(ADA, context_of("known"))
    assert sent is not None
    assert sent[:5] == b"\0" + number.to_bytes(4, "big")


def test_the_latest_version_is_used_by_who_asks_for_it(running: Running) -> None:
    running.client.register_schema("latest-value", schema(user()))
    number = running.client.register_schema("latest-value", schema(LATER))
    settings = {"auto.register.schemas": False, "use.latest.version": True}
    sent = JSONSerializer(json.dumps(user()), running.client, conf=settings)(
        {**ADA, "mail": "a@b"}, context_of("latest")
    )
    assert sent is not None
    assert sent[:5] == b"\0" + number.to_bytes(4, "big")
    read = JSONDeserializer(None, schema_registry_client=running.client, conf={"use.latest.version": True})
    assert read(*running.through("latest", sent, context_of("latest"))) == {**ADA, "mail": "a@b"}


@pytest.mark.parametrize("type", ["json", "avro"])
def test_a_guid_in_a_header_names_the_schema_and_the_payload_is_bare(running: Running, type: str) -> None:
    # Not ADA: the Avro deserializer of the client takes no payload of five bytes or fewer, framed or bare.
    topic, value = f"guid-{type}", {"name": "Ada Lovelace", "age": 36}
    context = context_of(topic)
    read: Any
    if type == "json":
        sent = JSONSerializer(json.dumps(user()), running.client, conf=GUID)(value, context)
        assert sent is not None
        assert json.loads(sent) == value
        read = JSONDeserializer(None, schema_registry_client=running.client)
    else:
        text = json.dumps(record("User", "name", ("age", "int")))
        sent = AvroSerializer(running.client, text, conf=GUID)(value, context)
        assert sent == b"\x18Ada Lovelace\x48"
        read = AvroDeserializer(running.client)
    taken, received = running.through(topic, sent, context)
    assert taken == sent
    ((name, mark),) = received.headers
    assert (name, mark[:1]) == ("__value_schema_id", b"\1")
    guid = str(uuid.UUID(bytes=mark[1:]))
    assert running.client.get_schema_by_guid(guid).schema_type == type.upper()
    assert read(taken, received) == value


def test_a_guid_of_no_schema_is_an_error_of_the_client(running: Running) -> None:
    context = context_of("guid-unknown", [("__value_schema_id", b"\1" + bytes(16))])
    with pytest.raises(SchemaRegistryError) as refused:
        JSONDeserializer(None, schema_registry_client=running.client)(b"{}", context)
    assert (refused.value.http_status_code, refused.value.error_code) == (404, 40403)
