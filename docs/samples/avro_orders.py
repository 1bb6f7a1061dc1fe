"""Orders in Avro: the schema is registered once, each payload names it by its id, and a reader may have a newer one.

python docs/samples/avro_orders.py BOOTSTRAP REGISTRY_URL TOPIC
"""

import json
import sys
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

ORDER: dict[str, Any] = {
    "type": "record",
    "name": "Order",
    "namespace": "com.myco.ecommerce",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "customer_id", "type": "string"},
        {"name": "amount_cents", "type": "long"},
        {
            "name": "status",
            "type": {
                "type": "enum",
                "name": "OrderStatus",
                "symbols": ["PENDING", "PROCESSING", "COMPLETED", "CANCELLED"],
            },
        },
        {"name": "created_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {
            "name": "metadata",
            "type": [
                "null",
                {
                    "type": "record",
                    "name": "Meta",
                    "fields": [
                        {"name": "ip", "type": "string"},
                        {"name": "ua", "type": ["null", "string"], "default": None},
                    ],
                },
            ],
            "default": None,
        },
    ],
}


def register(registry: SchemaRegistryClient, topic: str, schema: dict[str, Any]) -> int:
    """What a deployment does: producers then only look up. The registry refuses what the subject's level forbids."""
    return registry.register_schema(f"{topic}-value", Schema(json.dumps(schema), "AVRO"))


def produce(bootstrap: str, registry: SchemaRegistryClient, topic: str, orders: list[dict[str, Any]]) -> int:
    """Returns how many were delivered."""
    serialize = AvroSerializer(registry, json.dumps(ORDER), conf={"auto.register.schemas": False})
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    delivered = 0

    def report(error: object, _message: object) -> None:
        nonlocal delivered
        delivered += error is None

    for order in orders:
        payload = serialize(order, SerializationContext(topic, MessageField.VALUE))
        producer.produce(topic, key=order["customer_id"].encode(), value=payload, on_delivery=report)
        producer.poll(0)
    producer.flush(30)
    return delivered


def read(
    bootstrap: str, registry: SchemaRegistryClient, topic: str, count: int, schema: dict[str, Any] | None = None
) -> list[Any]:
    """The first orders of partition 0, as this reader's schema has them (default: as they were written)."""
    deserialize = AvroDeserializer(registry, json.dumps(schema) if schema else None)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    messages = consumer.consume(count, 30)
    consumer.close()
    return [deserialize(message.value(), SerializationContext(topic, MessageField.VALUE)) for message in messages]


if __name__ == "__main__":
    client = SchemaRegistryClient({"url": sys.argv[2]})
    register(client, sys.argv[3], ORDER)
    one = {"order_id": "o-1", "customer_id": "c-1", "amount_cents": 1999, "status": "PENDING", "created_at": 0}
    print(f"{produce(sys.argv[1], client, sys.argv[3], [one])} delivered")
