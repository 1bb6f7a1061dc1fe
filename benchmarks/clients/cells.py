"""What is measured: one row a cell, with the client's settings and the goal against Apache Kafka and the mock.

    rate     messages a second, from the first `produce` to the last acknowledgement, or to the last message read
    cpu      the broker's processor time a message, from the operating system
    p50      µs from `produce` to the delivery report, at 1000 messages a second

Settings not named here are librdkafka's defaults: acks=all, no compression, no idempotence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Load(Enum):
    PRODUCE = "produce"
    CONSUME = "consume"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    load: Load
    payload_bytes: int
    settings: Mapping[str, str | int] = field(default_factory=dict)
    messages_a_call: int = 10_000
    """Messages in one `rd_kafka_produce_batch`."""
    goal_vs_kafka: float = 1.0
    """Smallest ratio to Apache Kafka's rate; for latency the largest ratio to its p50."""


# One MiB a batch is what brokers take by default; librdkafka's own limit is a little lower.
_TUNED: Mapping[str, str | int] = {
    "linger.ms": 20,
    "batch.num.messages": 100_000,
    "queue.buffering.max.messages": 1_000_000,
}
# librdkafka rests a second, by default, when 100000 messages wait for a consumer, which takes them in 30 ms.
_EAGER: Mapping[str, str | int] = {
    "queued.min.messages": 10_000_000,
    "queued.max.messages.kbytes": 1_048_576,
    "fetch.queue.backoff.ms": 1,
}


def _batches_of(count: int, linger_ms: int) -> Mapping[str, str | int]:
    return {
        "batch.num.messages": count,
        "linger.ms": linger_ms,
        "queue.buffering.max.messages": max(10_000, 200 * count),
    }


CELLS = (
    Cell("100 B, defaults", Load.PRODUCE, 100, {}, goal_vs_kafka=1.3),
    Cell("100 B, tuned", Load.PRODUCE, 100, _TUNED, goal_vs_kafka=1.3),
    Cell("1 KB, tuned", Load.PRODUCE, 1000, _TUNED, goal_vs_kafka=1.3),
    Cell("100 a batch", Load.PRODUCE, 100, _batches_of(100, 20), 5_000, goal_vs_kafka=2.0),
    Cell("10 a batch", Load.PRODUCE, 100, _batches_of(10, 20), 1_000, goal_vs_kafka=3.0),
    Cell("1 a request", Load.PRODUCE, 100, _batches_of(1, 0), 500, goal_vs_kafka=3.0),
    Cell("consume 100 B", Load.CONSUME, 100, _EAGER),
    Cell("consume 1 KB", Load.CONSUME, 1000, _EAGER),
    Cell("latency", Load.LATENCY, 100, {"linger.ms": 0}, 1, goal_vs_kafka=0.7),
)

GOAL_VS_MOCK = 0.9
GOAL_CPU_VS_KAFKA = 1 / 3
