"""Confluent's Java serializers 7.0.16 with Apache Kafka's clients, in the JVM of this process, behind Python values."""

from __future__ import annotations

import builtins
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from nilometer.extras.class_loader import Jars
from nilometer.extras.errors import ExtraError
from nilometer.extras.maven import find_jars
from tests.jvm import start_jvm

PATIENCE_S = 60
AVRO = "io.confluent.kafka.serializers.KafkaAvro"
PROTOBUF = "io.confluent.kafka.serializers.protobuf.KafkaProtobuf"
BYTES = "org.apache.kafka.common.serialization.ByteArray"


class Refused(Exception):
    """The registry's answer, as Java's client threw it."""

    def __init__(self, thrown: Any) -> None:
        super().__init__(str(thrown.getMessage()))
        self.status, self.error_code = int(thrown.getStatus()), int(thrown.getErrorCode())


class ConfluentJava:
    """Serializers, and the producers and consumers that use them. `avro` and `protobuf` make what they take."""

    def __init__(self) -> None:
        try:
            directory = find_jars("confluent-java")[1]
        except ExtraError as missing:
            pytest.skip(str(missing))
        start_jvm()
        import jpype  # noqa: PLC0415  # loads native code: only tests that need a JVM pay for it

        self.jpype = jpype
        self.jars = Jars(directory)

    def map(self, settings: dict[str, object]) -> Any:
        made = self.jpype.JClass("java.util.HashMap")()
        for key, value in settings.items():
            made.put(key, str(value).lower() if isinstance(value, bool) else str(value))
        return made

    def list(self, *items: Any) -> Any:
        made = self.jpype.JClass("java.util.ArrayList")()
        for item in items:
            made.add(item)
        return made

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Errors of the registry become `Refused`, wherever Java wrapped them."""
        try:
            with self.jars.current():
                yield
        except self.jpype.JException as thrown:
            cause = thrown
            while cause is not None and not str(cause.getClass().getName()).endswith("RestClientException"):
                cause = cause.getCause()
            if cause is None:
                raise
            raise Refused(cause) from thrown

    def avro_schema(self, text: str) -> Any:
        return self.jars("org.apache.avro.Schema").Parser().parse(text)

    def avro(self, text: str, value: dict[str, Any]) -> Any:
        """A generic record of this schema, from Avro's JSON encoding."""
        schema = self.avro_schema(text)
        decoder = self.jars("org.apache.avro.io.DecoderFactory").get().jsonDecoder(schema, json.dumps(value))
        return self.jars("org.apache.avro.generic.GenericDatumReader")(schema).read(None, decoder)

    def protobuf(self, text: str, value: dict[str, Any], message: str | None = None) -> Any:
        """A dynamic message of the first type in this file, or of the one named."""
        schema = self.jars("io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema")(text)
        builder = schema.newMessageBuilder(message) if message else schema.newMessageBuilder()
        self.jars("com.google.protobuf.util.JsonFormat").parser().merge(json.dumps(value), builder)
        return builder.build()

    def value(self, taken: Any) -> dict[str, Any]:
        """A record or a message as JSON has it."""
        if "google.protobuf" in str(taken.getClass().getName()):
            found: dict[str, Any] = json.loads(
                str(self.jars("com.google.protobuf.util.JsonFormat").printer().print_(taken))
            )
        else:
            found = json.loads(str(taken.toString()))
        return found

    def send(self, kind: str, bootstrap: str, url: str, topic: str, *values: Any, **settings: object) -> None:
        """`kind` is AVRO or PROTOBUF; settings are those of the serializer, with _ for dots."""
        config = {"bootstrap.servers": bootstrap, "schema.registry.url": url, "key.serializer": f"{BYTES}Serializer",
                  "value.serializer": f"{kind}Serializer", **dotted(settings)}  # fmt: skip
        with self.errors():
            producer = self.jars("org.apache.kafka.clients.producer.KafkaProducer")(self.map(config))
            try:
                sent = [producer.send(self.jars("org.apache.kafka.clients.producer.ProducerRecord")(topic, value))
                        for value in values]  # fmt: skip
                for future in sent:
                    future.get(PATIENCE_S, self.jpype.JClass("java.util.concurrent.TimeUnit").SECONDS)
            finally:
                producer.close()

    def take(self, kind: str, bootstrap: str, url: str, topic: str, count: int = 1) -> builtins.list[dict[str, Any]]:
        """That many values from the start of the topic's first partition."""
        config: dict[str, object] = {
            "bootstrap.servers": bootstrap, "schema.registry.url": url, "auto.offset.reset": "earliest",
            "key.deserializer": f"{BYTES}Deserializer", "value.deserializer": f"{kind}Deserializer",
        }  # fmt: skip
        partition = self.jars("org.apache.kafka.common.TopicPartition")(topic, 0)
        duration = self.jpype.JClass("java.time.Duration").ofMillis(200)
        found: builtins.list[Any] = []
        with self.errors():
            consumer = self.jars("org.apache.kafka.clients.consumer.KafkaConsumer")(self.map(config))
            try:
                consumer.assign(self.list(partition))
                deadline = time.monotonic() + PATIENCE_S
                while len(found) < count:
                    assert time.monotonic() < deadline, f"{len(found)} of {count} records"
                    found += [self.value(record.value()) for record in consumer.poll(duration)]
            finally:
                consumer.close()
        return found

    def read_as(self, url: str, topic: str, data: bytes, text: str) -> dict[str, Any]:
        """What the Avro deserializer makes of a payload for a reader that has this schema."""
        with self.errors():
            deserializer = self.jars(f"{AVRO}Deserializer")()
            deserializer.configure(self.map({"schema.registry.url": url}), False)
            return self.value(
                deserializer.deserialize(topic, self.jpype.JArray(self.jpype.JByte)(data), self.avro_schema(text))
            )

    def client(self, url: str) -> Any:
        """The registry's own client, which caches; it parses all types that it has providers for."""
        providers = self.list(
            self.jars("io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider")(),
            self.jars("io.confluent.kafka.schemaregistry.protobuf.ProtobufSchemaProvider")(),
        )
        kind = self.jars("io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient")
        return kind(self.list(url), 100, providers, self.map({}))


def dotted(settings: dict[str, object]) -> dict[str, object]:
    return {key.replace("_", "."): value for key, value in settings.items()}
