"""How far a group is behind, per partition; and where in a topic a moment lies.

python docs/samples/lag.py BOOTSTRAP TOPIC GROUP [THRESHOLD]
"""

import sys
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition


@dataclass(frozen=True)
class Lag:
    """`behind` counts offsets, not records: markers and compaction leave offsets without one."""

    partition: int
    committed: int | None
    behind: int


def lags(bootstrap: str, topic: str, group: str) -> list[Lag]:
    """The lag of `group`, whose id the consumer must have; it does not subscribe, so it does not join."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False})
    try:
        partitions = [
            TopicPartition(topic, index) for index in consumer.list_topics(topic, 10).topics[topic].partitions
        ]
        found = []
        for at in consumer.committed(partitions, timeout=10):
            low, high = consumer.get_watermark_offsets(at, timeout=10)
            # Nothing committed, or what was committed is deleted: the group can at most read what is still there.
            behind = high - max(at.offset, low)
            found.append(Lag(at.partition, at.offset if at.offset >= 0 else None, behind))
        return found
    finally:
        consumer.close()


def alerts(bootstrap: str, topic: str, group: str, threshold: int = 10_000) -> list[Lag]:
    return [lag for lag in lags(bootstrap, topic, group) if lag.behind > threshold]


def start_at_time(consumer: Consumer, topic: str, partition: int, timestamp_ms: int) -> int:
    """Read from the first record that is not older; -1 if there is none, then from the end. `seek` would need the
    partition to be assigned already: assign it with its offset instead."""
    (found,) = consumer.offsets_for_times([TopicPartition(topic, partition, timestamp_ms)], timeout=10)
    consumer.assign([found])
    return int(found.offset)


if __name__ == "__main__":
    for lag in alerts(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0):
        print(lag)
