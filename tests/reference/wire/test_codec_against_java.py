"""Byte for byte what Apache Kafka's own generated Java classes write and read, every (message, version).

    our message --codec--> bytes --Java read--> Java message --Java write--> the same bytes
    our message --JSON---> Java message --Java write--> the same bytes
    bytes --Java read--> Java message --Java's JSON--> the JSON of our message

The way through JSON (Kafka's `…JsonConverter`, which goes by field names) builds the Java message without our
bytes, so two errors of ours that undo each other would show. Record sets and unknown tags have no JSON.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from random import Random
from typing import Any

import pytest

from nilometer_reference.wire import codec, messages
from nilometer_reference.wire.primitives import MalformedMessage
from nilometer_reference.wire.table import Field, Message
from nilometer_reference.wire.uuids import uuid_text
from tests.jvm import start_jvm
from tests.reference.wire.sample_messages import Sampler, all_messages, pairs

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("jvm")]
SAMPLES = 12
PACKAGES = (
    "org.apache.kafka.common.message",
    "org.apache.kafka.coordinator.group.generated",
    "org.apache.kafka.coordinator.transaction.generated",
)
ALL = [pytest.param(m, v, id=f"{m.name}-{v}") for m, v in pairs()]


class Java:
    """The handful of Java classes that the comparison calls."""

    def __init__(self) -> None:
        start_jvm()
        import jpype  # noqa: PLC0415  # loads native code: only tests that need a JVM pay for it

        self.jpype = jpype
        self.bytes = jpype.JArray(jpype.JByte)
        self.buffer = jpype.JClass("java.nio.ByteBuffer")
        self.accessor = jpype.JClass("org.apache.kafka.common.protocol.ByteBufferAccessor")
        self.util = jpype.JClass("org.apache.kafka.common.protocol.MessageUtil")
        self.mapper = jpype.JClass("com.fasterxml.jackson.databind.ObjectMapper")()

    @cache  # noqa: B019  # one Java a session
    def classes(self, name: str) -> tuple[Any, Any]:
        """The message's class and its JSON converter."""
        for package in PACKAGES:
            for suffix in ("Data", ""):
                try:
                    found = self.jpype.JClass(f"{package}.{name}{suffix}")
                except TypeError:
                    continue
                return found, self.jpype.JClass(f"{package}.{name}{suffix}JsonConverter")
        raise LookupError(name)

    def read(self, name: str, version: int, data: bytes) -> tuple[Any, int]:
        """The Java message, and how many bytes it left."""
        buffer = self.buffer.wrap(self.bytes(data))
        made = self.classes(name)[0]()
        made.read(self.accessor(buffer), self.jpype.JShort(version))
        return made, int(buffer.remaining())

    def write(self, message: Any, version: int) -> bytes:
        """What Java puts on the wire."""
        buffer = self.util.toByteBufferAccessor(message, self.jpype.JShort(version)).buffer()
        return bytes(self.util.byteBufferToArray(buffer))

    def from_json(self, name: str, version: int, text: str) -> Any:
        """The Java message built by field names."""
        return self.classes(name)[1].read(self.mapper.readTree(text), self.jpype.JShort(version))

    def to_json(self, name: str, version: int, message: Any) -> Any:
        """The Java message by field names; a record set as its size."""
        node = self.classes(name)[1].write(message, self.jpype.JShort(version), False)
        return json.loads(str(node.toString()))


@pytest.fixture(scope="module")
def java() -> Java:
    return Java()


# ------------------------------------------------------------------ our message as Kafka's JSON


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def json_of(message: Message, version: int, value: Any, *, sizes: bool) -> dict[str, Any]:
    """What Kafka's converter makes of it; with `sizes` as it writes record sets, else as it reads them."""
    return _struct_json(message, version, message.fields, value, sizes)


def _struct_json(message: Message, version: int, fields: tuple[Field, ...], value: Any, sizes: bool) -> dict[str, Any]:
    result = {}
    for each in fields:
        if version not in each.versions or (version in each.tagged and version not in message.flexible):
            continue
        own = getattr(value, each.name)
        if version in each.tagged and own == getattr(type(value)(), each.name):
            continue
        if each.type == "records" and sizes and own is not None:
            result[camel(each.name) + "SizeInBytes"] = len(own)
        else:
            result[camel(each.name)] = _field_json(message, version, each, own, sizes)
    return result


def _field_json(message: Message, version: int, each: Field, value: Any, sizes: bool) -> Any:
    if value is None:
        return None
    if each.is_array:
        return [_value_json(message, version, each.element_type, element, sizes) for element in value]
    return _value_json(message, version, each.type, value, sizes)


def _value_json(message: Message, version: int, type_: str, value: Any, sizes: bool) -> Any:
    if type_ in message.structs:
        return _struct_json(message, version, message.structs[type_].fields, value, sizes)
    if type_ == "uuid":
        return uuid_text(value)
    return base64.b64encode(value).decode() if type_ in ("bytes", "records") else value


# ------------------------------------------------------------------ the comparison


@pytest.mark.parametrize(("message", "version"), ALL)
def test_java_and_we_write_and_read_the_same_bytes(java: Java, message: Message, version: int) -> None:
    random = Random(f"{message.name} {version}")
    for number in range(SAMPLES):
        ours = Sampler(random, unknown_tags=number % 3 == 2).message(message, version)
        encoded = codec.encode(ours, version)
        read, left = java.read(message.name, version, encoded)
        assert left == 0
        written = java.write(read, version)
        assert written == encoded
        assert codec.encode(codec.decode(type(ours), written, version), version) == encoded
        assert java.to_json(message.name, version, read) == json_of(message, version, ours, sizes=True)
        if number % 3 != 2:
            text = json.dumps(json_of(message, version, ours, sizes=False))
            assert java.write(java.from_json(message.name, version, text), version) == encoded


@pytest.mark.parametrize(("message", "version"), ALL)
def test_java_and_we_agree_on_the_message_of_defaults(java: Java, message: Message, version: int) -> None:
    ours = getattr(messages, message.name)()
    theirs = java.classes(message.name)[0]()
    encoded = codec.encode(ours, version)
    assert java.write(theirs, version) == encoded


def test_the_versions_are_those_of_the_java_classes(java: Java) -> None:
    for message in all_messages():
        made = java.classes(message.name)[0]()
        assert int(made.lowestSupportedVersion()) == message.versions.lowest, message.name
        assert int(made.highestSupportedVersion()) == message.versions.highest, message.name


def test_every_api_of_java_is_compared(java: Java) -> None:
    types = java.jpype.JClass("org.apache.kafka.common.message.ApiMessageType").values()
    ours = {m.api_key for m in all_messages() if m.kind == "request"}
    assert ours == {int(t.apiKey()) for t in types if t.lowestSupportedVersion() <= t.highestSupportedVersion(True)}


def test_the_comparison_sees_one_changed_byte(java: Java) -> None:
    encoded = bytearray(codec.encode(messages.FetchRequest(max_wait_ms=1), 18))
    encoded[3] ^= 1
    read, _ = java.read("FetchRequest", 18, bytes(encoded))
    assert java.write(read, 18) != codec.encode(messages.FetchRequest(max_wait_ms=1), 18)
    assert java.to_json("FetchRequest", 18, read)["maxWaitMs"] == 0


@pytest.mark.parametrize("name", sorted({m.name for m in all_messages()}))
def test_what_java_refuses_of_a_cut_message_we_refuse_too(java: Java, name: str) -> None:
    random = Random(name)
    message = next(m for m in all_messages() if m.name == name)
    version = message.versions.highest
    ours = Sampler(random, elements_max=2).message(message, version)
    encoded = codec.encode(ours, version)
    for length in {0, len(encoded) // 2, max(0, len(encoded) - 1)} - {len(encoded)}:
        with pytest.raises(java.jpype.JException):
            java.read(name, version, encoded[:length])
        with pytest.raises(MalformedMessage):
            codec.decode(type(ours), encoded[:length], version)
