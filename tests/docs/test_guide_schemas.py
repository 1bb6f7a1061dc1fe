"""The guide's chapter on schemas: its producer as printed and corrected, its rules asked of the reference registry."""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import fastavro
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from nilometer.schema.chapter import ROWS, Example
from tests.reference.registry.running import Client, broker, registry

SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "avro_orders.py"
ORDERS: list[dict[str, Any]] = [
    {"order_id": f"order-{n}", "customer_id": f"customer-{n % 7}", "amount_cents": 1_999 + n, "status": "PENDING",
     "created_at": 1_700_000_000_000 + n, "metadata": {"ip": "10.0.0.1", "ua": None} if n % 2 else None}
    for n in range(20)
]  # fmt: skip


class Running:
    """A broker and a registry."""

    def __init__(self, bootstrap: str, http: Client) -> None:
        self.bootstrap, self.http = bootstrap, http
        self.client = SchemaRegistryClient({"url": http.url})

    def payloads(self, topic: str, count: int) -> list[bytes]:
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "payloads"})
        consumer.assign([TopicPartition(topic, 0, 0)])
        found = [message.value() for message in consumer.consume(count, 30)]
        consumer.close()
        return [value for value in found if value is not None]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with broker(Path(tmp_path_factory.mktemp("broker"))) as made, registry(made.bootstrap) as client:
        yield Running(made.bootstrap, client)


@pytest.fixture(scope="module")
def orders() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_avro_orders", SAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def evolved(schema: dict[str, Any], *, without: str = "", more: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    kept = [field for field in schema["fields"] if field["name"] != without]
    return {**schema, "fields": [*kept, *more]}


PRINTED = """
from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
sr_client = SchemaRegistryClient({'url': 'https://registry.example:8081'})
avro_serializer = AvroSerializer(sr_client, ORDER_SCHEMA_STR,
    conf={'auto.register.schemas': True}
)
p = Producer({'bootstrap.servers': 'broker:9092'})
p.produce(
    topic='orders',
    key=order['customer_id'].encode(),
    value=avro_serializer(order, SerializationContext('orders', MessageField.VALUE))
)
"""


def test_the_producer_as_printed_misses_two_imports(orders: ModuleType) -> None:
    with pytest.raises(NameError, match="SerializationContext"):
        exec(PRINTED, {"ORDER_SCHEMA_STR": json.dumps(orders.ORDER), "order": ORDERS[0]})


def test_the_sample_writes_orders_that_name_their_schema(running: Running, orders: ModuleType) -> None:
    number = orders.register(running.client, "orders", orders.ORDER)
    assert orders.produce(running.bootstrap, running.client, "orders", ORDERS) == len(ORDERS)
    payloads = running.payloads("orders", len(ORDERS))
    assert {payload[:5] for payload in payloads} == {b"\0" + number.to_bytes(4, "big")}
    assert [one["order_id"] for one in orders.read(running.bootstrap, running.client, "orders", len(ORDERS))] == [
        one["order_id"] for one in ORDERS
    ]


def test_orders_are_three_to_four_times_smaller_than_json_and_not_five_to_fifty(orders: ModuleType) -> None:
    for order in ORDERS:
        stream = io.BytesIO()
        fastavro.schemaless_writer(stream, fastavro.parse_schema(orders.ORDER), order)
        assert 3 < len(json.dumps(order, separators=(",", ":"))) / (5 + len(stream.getvalue())) < 4.5


def test_a_producer_does_not_register_by_itself(running: Running, orders: ModuleType) -> None:
    with pytest.raises(SchemaRegistryError) as unknown:
        orders.produce(running.bootstrap, running.client, "unregistered", ORDERS[:1])
    assert unknown.value.error_code == 40401


def test_the_broker_takes_what_the_registry_never_saw(running: Running, orders: ModuleType) -> None:
    """The contract is the serializer's; a topic with a subject takes any bytes."""
    orders.register(running.client, "garbage", orders.ORDER)
    producer = Producer({"bootstrap.servers": running.bootstrap})
    producer.produce("garbage", b"no Avro at all")
    assert producer.flush(30) == 0
    assert running.payloads("garbage", 1) == [b"no Avro at all"]


REGION = {"name": "region", "type": "string", "default": "US"}
REGION_REQUIRED = {"name": "region", "type": "string"}
RENAMED = {"name": "customer_identifier", "aliases": ["customer_id"], "type": "string"}
NUMBER = {"name": "customer_id", "type": "int"}
WIDER = {"name": "amount_cents", "type": "double"}


@pytest.mark.parametrize(
    ("change", "without", "field", "backward", "forward"),
    [
        ("add field with default", "", REGION, True, True),
        ("add field without default", "", REGION_REQUIRED, False, True),
        ("remove field that had a default", "metadata", None, True, True),
        ("remove field with no default", "customer_id", None, True, False),
        ("change field type", "customer_id", NUMBER, False, False),
        ("promote field type", "amount_cents", WIDER, True, False),
        ("rename field", "customer_id", {"name": "customer_identifier", "type": "string"}, False, False),
        ("rename field with alias", "customer_id", RENAMED, True, False),
    ],
)
def test_the_registry_answers_for_each_change_of_the_guide(
    running: Running, orders: ModuleType, change: str, without: str, field: Any, backward: bool, forward: bool
) -> None:
    new = evolved(orders.ORDER, without=without, more=() if field is None else (field,))
    for level, allowed in {"BACKWARD": backward, "FORWARD": forward, "FULL": backward and forward}.items():
        subject = f"{change}-{level}".replace(" ", "-")
        running.http.good("PUT", f"/config/{subject}", {"compatibility": level})
        running.http.register(subject, orders.ORDER)
        body = {"schema": json.dumps(new)}
        asked = running.http.good("POST", f"/compatibility/subjects/{subject}/versions/latest", body)
        assert asked["is_compatible"] is allowed, level
        status, _ = running.http.ask("POST", f"/subjects/{subject}/versions", body)
        assert status == (200 if allowed else 409), level


def test_new_readers_read_old_orders_with_the_default_and_by_the_alias(running: Running, orders: ModuleType) -> None:
    orders.register(running.client, "evolving", orders.ORDER)
    orders.produce(running.bootstrap, running.client, "evolving", ORDERS[:1])
    newer = evolved(orders.ORDER, without="customer_id", more=(RENAMED, REGION))
    orders.register(running.client, "evolving", newer)
    [order] = orders.read(running.bootstrap, running.client, "evolving", 1, newer)
    assert (order["customer_identifier"], order["region"]) == (ORDERS[0]["customer_id"], "US")


EXAMPLES = [example for row in ROWS for example in row.examples if example.language == "avro"]


@pytest.mark.parametrize(("number", "example"), list(enumerate(EXAMPLES)))
def test_the_registry_answers_as_the_chapter_says(running: Running, number: int, example: Example) -> None:
    """The earlier versions are registered under NONE: how they came there does not matter to the last one."""
    subject = f"chapter-{number}"
    running.http.good("PUT", f"/config/{subject}", {"compatibility": "NONE"})
    for text in example.versions[:-1]:
        running.http.good("POST", f"/subjects/{subject}/versions", {"schema": text})
    running.http.good("PUT", f"/config/{subject}", {"compatibility": example.mode.value})
    status, _ = running.http.ask("POST", f"/subjects/{subject}/versions", {"schema": example.versions[-1]})
    assert status == (200 if example.allowed else 409)
