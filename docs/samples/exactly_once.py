"""Read, transform, write, and commit the position read, all in one transaction.

Exactly once from Kafka to Kafka: reading and transforming may happen twice, their effects do not. Effects outside
of Kafka need idempotence or a transaction of their own.

    python docs/samples/exactly_once.py BOOTSTRAP SOURCE TARGET GROUP
"""

import sys
from collections.abc import Callable, Iterable

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition


class Fenced(Exception):
    """Another instance with our transactional id has taken over: this one must end."""


class Pipeline:
    """`transactional_id` is unique to the instance and the same after a restart, so that a zombie is fenced."""

    def __init__(
        self, bootstrap: str, source: str, target: str, group: str, *, transactional_id: str,
        transform: Callable[[bytes], bytes],
    ) -> None:  # fmt: skip
        self.source, self.target, self.transform = source, target, transform
        self.consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",  # librdkafka's default; Java's is read_uncommitted
            }
        )
        self.producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id})
        self.producer.init_transactions(30)
        self.consumer.subscribe([source])

    def step(self, at_most: int = 100, timeout_s: float = 1.0) -> int:
        """One transaction; how many messages it has moved. Raises Fenced."""
        messages = self.consumer.consume(at_most, timeout=timeout_s)
        for message in messages:
            error = message.error()
            if error is not None:
                raise KafkaException(error)
        if not messages:
            return 0
        try:
            self.producer.begin_transaction()
            for message in messages:
                self.producer.produce(self.target, value=self.transform(message.value() or b""), key=message.key())
            self.producer.send_offsets_to_transaction(
                positions_after(messages), self.consumer.consumer_group_metadata(), 30
            )
            self.producer.commit_transaction(30)
        except KafkaException as failed:
            self._give_up(failed.args[0])
            return 0
        except Exception:
            # An abort may reach the coordinator before it knows that the transaction has begun, and its answer
            # INVALID_TXN_STATE is fatal (librdkafka #4849). Of what has been delivered it does know.
            self.producer.flush(30)
            self._abort()
            raise
        return len(messages)

    def _give_up(self, error: KafkaError) -> None:
        if error.fatal():
            raise Fenced(error.str())
        if not error.txn_requires_abort():
            raise KafkaException(error)
        self._abort()

    def _abort(self) -> None:
        """An abort does not move the consumer back: we do, to what is committed."""
        self.producer.abort_transaction(30)
        for committed in self.consumer.committed(self.consumer.assignment(), timeout=30):
            if committed.offset < 0:  # nothing committed: begin where auto.offset.reset says
                low, _ = self.consumer.get_watermark_offsets(committed, timeout=30)
                committed.offset = low
            self.consumer.seek(committed)

    def close(self) -> None:
        self.consumer.close()


def positions_after(messages: Iterable[Message]) -> list[TopicPartition]:
    """The offsets to go on from. `consumer.position()` has -1001 for partitions without a message, and
    `send_offsets_to_transaction` passes such entries over in silence."""
    next_offsets: dict[tuple[str, int], int] = {}
    for message in messages:
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        assert topic is not None
        assert partition is not None
        assert offset is not None
        next_offsets[topic, partition] = offset + 1
    return [TopicPartition(topic, partition, offset) for (topic, partition), offset in next_offsets.items()]


if __name__ == "__main__":
    pipeline = Pipeline(*sys.argv[1:5], transactional_id=f"{sys.argv[4]}-1", transform=bytes.upper)
    try:
        while True:
            print(pipeline.step(), "messages")
    except KeyboardInterrupt:
        pipeline.close()
