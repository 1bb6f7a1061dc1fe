"""What samples of the guide do as printed, on the reference broker and on Apache Kafka; `docs/how-to/samples.md`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

Name = Callable[[str], str]


def test_assign_in_on_assign_is_an_error_with_cooperative_sticky(bootstrap: str, name: Name) -> None:
    topic = name("orders")
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"first")
    assert producer.flush(30) == 0
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": name("group"),
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "cooperative-sticky",
        }
    )
    refused: list[KafkaError] = []

    def on_assign(consumer: Consumer, partitions: list[TopicPartition]) -> None:
        try:
            consumer.assign(partitions)
        except KafkaException as error:
            refused.append(error.args[0])
            consumer.incremental_assign(partitions)

    consumer.subscribe([topic], on_assign=on_assign)
    assert [message.value() for message in consumer.consume(1, 30)] == [b"first"]
    consumer.close()
    assert [error.code() for error in refused] == [KafkaError._STATE]


def test_max_poll_records_is_accepted_and_bounds_nothing(bootstrap: str, name: Name) -> None:
    topic = name("orders")
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(20):
        producer.produce(topic, str(number).encode(), partition=0)
    assert producer.flush(30) == 0
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": name("group"), "max.poll.records": 5})
    consumer.assign([TopicPartition(topic, 0, 0)])
    assert len(consumer.consume(20, 30)) == 20
    consumer.close()


@pytest.mark.parametrize("setting", ["queue.buffering.max.kbytes", "fetch.wait.max.ms"])
def test_the_settings_under_librdkafka_names_are_accepted(setting: str) -> None:
    kind = Producer if setting.startswith("queue") else Consumer
    kind({"bootstrap.servers": "127.0.0.1:1", "group.id": "g", setting: 500})
