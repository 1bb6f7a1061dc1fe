"""The Protobuf serializers of confluent-kafka, unmodified, on the reference registry and the reference broker.

Serializers register base64 descriptors; deserializers fetch `format=serialized`, by id or by the GUID of a header.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
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
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

from tests.reference.registry.running import broker, registry

PATIENCE_S = 60
USER = 'syntax = "proto3"; package demo; message User { string name = 1; int32 age = 2; }'
OLDER = {"user.proto": USER}
ORDER = """syntax = "proto3";
package demo;
import "google/protobuf/timestamp.proto";
import "item.proto";
import "shared/money.proto";
message Order {
  map<string, Item> items = 1;
  Money total = 2;
  google.protobuf.Timestamp at = 3;
}
"""
ITEM = (
    'syntax = "proto3"; package demo; import "shared/money.proto"; message Item { string name = 1; Money price = 2; }'
)
MONEY = 'syntax = "proto3"; package demo; message Money { int64 cents = 1; }'
SHOP = {"shared/money.proto": MONEY, "item.proto": ITEM, "order.proto": ORDER}
DEEP = """syntax = "proto3";
package demo;
message Outer {
  map<string, Middle.Inner> by_name = 1;
  message First {}
  message Middle {
    map<string, int32> counts = 1;
    message Inner { string deep = 1; }
  }
}
message Second { string text = 1; }
"""


class Classes:
    """Message classes of files, as a program would have generated them."""

    def __init__(self, files: Mapping[str, str], place: Path) -> None:
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
        made = place / "made"
        standard = Path(protoc.__file__).parent / "_proto"
        command = ["protoc", f"-I{place}", f"-I{standard}", "--include_imports", f"--descriptor_set_out={made}", *files]
        assert protoc.main(command) == 0
        self.files = {one.name: one for one in FileDescriptorSet.FromString(made.read_bytes()).file}
        self._pool = DescriptorPool()
        for one in self.files.values():
            self._pool.AddSerializedFile(one.SerializeToString())

    def __getitem__(self, name: str) -> Any:
        return GetMessageClass(self._pool.FindMessageTypeByName(f"demo.{name}"))


class Running:
    """A broker and a registry."""

    def __init__(self, bootstrap: str, url: str) -> None:
        self.bootstrap = bootstrap
        self.url = url

    @property
    def client(self) -> SchemaRegistryClient:
        """A new one, which remembers nothing."""
        return SchemaRegistryClient({"url": self.url})

    def carry(self, topic: str, message: Any, reader: Any, settings: Mapping[str, Any] | None = None) -> Any:
        """Serialized, through the broker, and read as another class."""
        headers: list[tuple[str, bytes]] = []
        client = self.client
        serialize = ProtobufSerializer(type(message), client, dict(settings or {}))
        value = serialize(message, SerializationContext(topic, MessageField.VALUE, headers))
        producer = Producer({"bootstrap.servers": self.bootstrap})
        producer.produce(topic, value, headers=headers)
        assert producer.flush(PATIENCE_S) == 0
        taken = self.take(topic)
        context = SerializationContext(topic, MessageField.VALUE, taken.headers() or [])
        return ProtobufDeserializer(reader, {}, client)(taken.value(), context)

    def take(self, topic: str, group: str = "reader") -> Any:
        """The first record of the topic, in a group that has read nothing of it yet."""
        group_id = f"{topic}-{group}"
        consumer = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": group_id, "auto.offset.reset": "earliest"}
        )
        consumer.subscribe([topic])
        try:
            message = consumer.poll(PATIENCE_S)
            assert message is not None
            assert message.error() is None
            return message
        finally:
            consumer.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with broker(Path(tmp_path_factory.mktemp("broker"))) as made, registry(made.bootstrap) as client:
        yield Running(made.bootstrap, client.url)


@pytest.fixture
def topic() -> str:
    return f"t-{uuid.uuid4().hex[:8]}"


def value_of(topic: str) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE, [])


def sent(running: Running, topic: str, message: Any, **settings: Any) -> bytes:
    named = {name.replace("_", "."): value for name, value in settings.items()}
    value = ProtobufSerializer(type(message), running.client, named)(message, value_of(topic))
    assert isinstance(value, bytes)
    return value


def test_a_message_goes_through_registry_and_broker(running: Running, topic: str, tmp_path: Path) -> None:
    user = Classes(OLDER, tmp_path)["User"]
    read = running.carry(topic, user(name="Ada", age=36), user)
    assert (read.name, read.age) == ("Ada", 36)
    assert running.client.get_latest_version(f"{topic}-value").version == 1


def test_imports_are_registered_as_references(running: Running, topic: str, tmp_path: Path) -> None:
    classes = Classes(SHOP, tmp_path)
    money, item = classes["Money"], classes["Item"]
    order = classes["Order"](items={"tea": item(name="tea", price=money(cents=250))}, total=money(cents=250))
    order.at.FromSeconds(7)
    read = running.carry(topic, order, classes["Order"])
    assert read == order
    latest = running.client.get_latest_version(f"{topic}-value")
    assert [one.name for one in latest.schema.references] == ["item.proto", "shared/money.proto"]
    assert [one.name for one in running.client.get_latest_version("item.proto").schema.references] == [
        "shared/money.proto"
    ]
    again = sent(running, topic, order)
    assert running.client.get_versions(f"{topic}-value") == [1]
    assert again[:6] == sent(running, topic, order, auto_register_schemas=False)[:6]


def test_a_serializer_that_may_not_register_looks_up(running: Running, topic: str, tmp_path: Path) -> None:
    user = Classes(OLDER, tmp_path)["User"]
    with pytest.raises(SchemaRegistryError) as unknown:
        sent(running, topic, user(name="Ada"), auto_register_schemas=False)
    assert unknown.value.error_code == 40401
    first = sent(running, topic, user(name="Ada"))
    assert sent(running, topic, user(name="Ada"), auto_register_schemas=False) == first


def test_the_latest_version_is_used_where_it_is_asked_for(running: Running, topic: str, tmp_path: Path) -> None:
    user = Classes(OLDER, tmp_path)["User"]
    sent(running, topic, user(name="Ada"))
    newer = USER.replace("int32 age = 2;", "int32 age = 2; string mail = 3;")
    number = running.client.register_schema(f"{topic}-value", Schema(newer, "PROTOBUF"))
    value = sent(running, topic, user(name="Ada"), auto_register_schemas=False, use_latest_version=True)
    assert int.from_bytes(value[1:5]) == number
    assert (
        ProtobufDeserializer(user, {"use.latest.version": True}, running.client)(value, value_of(topic)).name == "Ada"
    )


@pytest.mark.parametrize(
    ("name", "field", "path"),
    [
        ("Outer", "", [0]),
        ("Outer.First", "", [0, 1]),
        ("Outer.Middle", "", [0, 2]),
        ("Outer.Middle.Inner", "deep", [0, 2, 1]),
        ("Second", "text", [1]),
    ],
)
def test_a_nested_message_is_found_by_its_place_also_behind_the_entry_of_a_map(
    running: Running, topic: str, tmp_path: Path, name: str, field: str, path: list[int]
) -> None:
    made = Classes({"deep.proto": DEEP}, tmp_path)[name]
    message = made(**{field: "found"}) if field else made()
    value = sent(running, topic, message)
    zigzag = b"\x00" if path == [0] else bytes([2 * len(path), *(2 * place for place in path)])
    assert value[5 : 5 + len(zigzag)] == zigzag
    assert ProtobufDeserializer(made, {}, running.client)(value, value_of(topic)) == message
    served = running.client.get_schema(int.from_bytes(value[1:5]), fmt="serialized").schema_str
    assert described(served, path) == name.rpartition(".")[2]


def described(served: str, path: list[int]) -> str:
    """The name of the message at a place of a served descriptor."""
    found: Any = FileDescriptorProto.FromString(base64.b64decode(served)).message_type[path[0]]
    for place in path[1:]:
        found = found.nested_type[place]
    return str(found.name)


def test_the_guid_may_stand_in_a_header(running: Running, topic: str, tmp_path: Path) -> None:
    inner = Classes({"deep.proto": DEEP}, tmp_path)["Outer.Middle.Inner"]
    read = running.carry(topic, inner(deep="x"), inner, {"schema.id.serializer": header_schema_id_serializer})
    assert read.deep == "x"
    ((name, header),) = running.take(topic, group="another").headers()
    guid = running.client.get_latest_version(f"{topic}-value").guid
    assert (name, header) == ("__value_schema_id", b"\x01" + uuid.UUID(guid).bytes + bytes([6, 0, 4, 2]))
    assert running.client.get_schema_by_guid(guid, fmt="serialized").schema_type == "PROTOBUF"


def test_a_reader_of_another_version_reads_what_both_know(running: Running, topic: str, tmp_path: Path) -> None:
    newer = {
        "user.proto": USER.replace("string name = 1; int32 age = 2;", "string full = 1; repeated string mail = 3;")
    }
    old, new = Classes(OLDER, tmp_path / "old")["User"], Classes(newer, tmp_path / "new")["User"]
    read = running.carry(topic, old(name="Ada", age=36), new)
    assert read.full == "Ada"
    later = sent(running, topic, new(full="Eve", mail=["e@x"]))
    assert running.client.get_versions(f"{topic}-value") == [1, 2]
    assert ProtobufDeserializer(old, {}, running.client)(later, value_of(topic)).name == "Eve"


def test_a_change_that_breaks_readers_is_refused(running: Running, topic: str, tmp_path: Path) -> None:
    user = Classes(OLDER, tmp_path / "old")["User"]
    sent(running, topic, user(name="Ada"))
    broken = Classes({"user.proto": USER.replace("string name", "int32 name")}, tmp_path / "new")["User"]
    with pytest.raises(SchemaRegistryError) as refused:
        sent(running, topic, broken(name=3))
    assert refused.value.http_status_code == 409
    assert refused.value.error_code in (409, 40901)
    assert not running.client.test_compatibility(f"{topic}-value", Schema(USER.replace("string", "int32"), "PROTOBUF"))


def test_text_and_descriptor_are_one_schema(running: Running, topic: str, tmp_path: Path) -> None:
    user = Classes(OLDER, tmp_path)["User"]
    value = sent(running, topic, user(name="Ada"))
    subject = f"{topic}-value"
    assert running.client.register_schema(subject, Schema(USER, "PROTOBUF")) == int.from_bytes(value[1:5])
    assert running.client.get_versions(subject) == [1]
    assert "message User {" in running.client.get_latest_version(subject).schema.schema_str


def test_an_import_that_is_not_referred_to_is_refused(running: Running, topic: str) -> None:
    money = running.client.register_schema_full_response("shared/money.proto", Schema(MONEY, "PROTOBUF"))
    with pytest.raises(SchemaRegistryError) as refused:
        running.client.register_schema(f"{topic}-value", Schema(ITEM, "PROTOBUF"))
    assert refused.value.error_code == 42201
    assert "shared/money.proto" in json.dumps(str(refused.value))
    assert money.version is not None
    reference = SchemaReference("shared/money.proto", "shared/money.proto", money.version)
    assert running.client.register_schema(f"{topic}-value", Schema(ITEM, "PROTOBUF", [reference]))
