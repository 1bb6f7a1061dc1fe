"""A producer for throughput that loses nothing: every message is either reported delivered, or returned to us.

python docs/samples/producer.py BOOTSTRAP TOPIC
"""

import json
import sys
from dataclasses import asdict, dataclass

from confluent_kafka import KafkaError, Message, Producer


@dataclass
class Order:
    id: int
    customer_id: str


class Delivery:
    """Counts what was delivered and keeps why something was not."""

    def __init__(self) -> None:
        self.delivered = 0
        self.failed: list[str] = []

    def report(self, error: KafkaError | None, message: Message) -> None:
        # A time-out means "unknown": the record may be in the log all the same.
        if error is not None:
            self.failed.append(f"{message.topic()} {message.key()!r}: {error.str()}")
        else:
            self.delivered += 1


def produce(bootstrap: str, topic: str, orders: list[Order]) -> Delivery:
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "enable.idempotence": True,  # retries never duplicate or reorder, with up to five requests in flight
            "linger.ms": 20,
            "batch.size": 1_048_576,  # librdkafka's default is 1,000,000; Java's is 16,384
            "queue.buffering.max.kbytes": 65_536,  # Java calls it buffer.memory, in bytes
            "compression.type": "zstd",
            "delivery.timeout.ms": 120_000,
            "partitioner": "murmur2_random",  # as Java does it, so that one key has one partition in both
        }
    )
    delivery = Delivery()
    for order in orders:
        producer.produce(
            topic,
            key=order.customer_id.encode(),
            value=json.dumps(asdict(order)).encode(),
            headers={"source": b"checkout"},
            callback=delivery.report,
        )
        producer.poll(0)
    left = producer.flush(30)
    if left:
        delivery.failed.append(f"{left} messages were not answered within 30 s")
    return delivery


if __name__ == "__main__":
    result = produce(sys.argv[1], sys.argv[2], [Order(number, f"customer-{number % 7}") for number in range(1000)])
    print(f"{result.delivered} delivered, {len(result.failed)} failed")
    sys.exit(bool(result.failed))
