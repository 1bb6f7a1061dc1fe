"""A consumer that processes before it commits, gives partitions up one by one, and stops cleanly.

python docs/samples/consumer.py BOOTSTRAP TOPIC GROUP
"""

import signal
import sys
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition


class Processor:
    """At-least-once: a crash between `process` and the commit shows the batch again."""

    def __init__(self, bootstrap: str, group: str, process: Callable[[Message], None], **settings: object) -> None:
        self.running = True
        self.process = process
        self.consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "auto.offset.reset": "earliest",  # when nothing is committed, or what is committed is gone
                "enable.auto.commit": False,
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": 45_000,
                "heartbeat.interval.ms": 3_000,
                "max.poll.interval.ms": 300_000,
                "fetch.min.bytes": 1_024,
                "fetch.wait.max.ms": 500,  # Java calls it fetch.max.wait.ms
                "max.partition.fetch.bytes": 1_048_576,  # soft: the first batch comes whole (KIP-74)
                **settings,
            }
        )

    def run(self, topic: str) -> None:
        self.consumer.subscribe([topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)
        try:
            while self.running:
                messages = self.consumer.consume(num_messages=500, timeout=1.0)
                for message in messages:
                    error = message.error()
                    if error is not None:
                        raise KafkaException(error)
                    self.process(message)
                if messages:
                    self._commit(self.consumer)
        finally:
            self.consumer.close()

    def stop(self) -> None:
        self.running = False

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_assign(partitions)  # cooperative-sticky: `assign` would be an error

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._commit(consumer)
        consumer.incremental_unassign(partitions)

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_unassign(partitions)  # they are somebody else's already: nothing to commit

    @staticmethod
    def _commit(consumer: Consumer) -> None:
        try:
            consumer.commit(asynchronous=False)
        except KafkaException as failed:
            if failed.args[0].code() != KafkaError._NO_OFFSET:  # nothing was consumed since the last commit
                raise


if __name__ == "__main__":
    processor = Processor(sys.argv[1], sys.argv[3], lambda message: print(message.offset(), message.value()))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: processor.stop())
    processor.run(sys.argv[2])
