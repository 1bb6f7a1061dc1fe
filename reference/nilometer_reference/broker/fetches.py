"""What a Fetch reads, and how long it waits for it.

    the partition                                      is answered
    a negative limit of bytes                          UNKNOWN_SERVER_ERROR (-1), as Kafka has it       at once
    topic id that nobody knows                         UNKNOWN_TOPIC_ID (100)                          at once
    name or index that is not there                    UNKNOWN_TOPIC_OR_PARTITION (3)                  at once
    the name's topic has another id by now             INCONSISTENT_TOPIC_ID (103)                     at once
    its log is offline                                 KAFKA_STORAGE_ERROR (56)                        at once
    leader epoch older, newer than ours                FENCED_ (74), UNKNOWN_LEADER_EPOCH (75)         at once
    asked for by a replica that it does not have       75 if it says an epoch, else NOT_LEADER_OR_FOLLOWER (6)
    offset outside of the log                          OFFSET_OUT_OF_RANGE (1)                         at once
    the reader's log parts from ours below its offset  where it parts, no records                      at once
    fewer bytes than min_bytes in all partitions       what there is, after max_wait_ms

A fetch that waits ends early with enough bytes below the limit of its isolation level, and when any of its
partitions would be answered with an error, or has rolled a segment past its offset.

Bytes: every partition gets what is left of both its own limit and the request's; the first batch of the first
partition that has any comes whatever its size (KIP-74).

Sources: `ReplicaManager.scala` (readFromLog, fetchMessages), `DelayedFetch.scala`, `Partition.scala`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nilometer_reference.broker.fetch_sessions import FetchedPartition, FetchItem
from nilometer_reference.broker.partition import Partition
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.uuids import ZERO_UUID

if TYPE_CHECKING:
    from nilometer_reference.broker.broker import Broker

CONSUMER: Final = -1
"""`replica_id` of everybody who is no broker."""

_IS_NOT_THERE: Final = frozenset({ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID})
_ASKS_FOR_LEADER: Final = frozenset({ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.FENCED_LEADER_EPOCH})


@dataclass(frozen=True, slots=True)
class Fetch:
    """One fetch request. `min_bytes` is at most `max_bytes`."""

    items: Sequence[FetchItem]
    max_wait_ms: int
    min_bytes: int
    max_bytes: int
    isolation_level: int
    replica_id: int = CONSUMER

    def read(self, broker: Broker) -> list[FetchedPartition]:
        """What every partition answers now."""
        left = self.max_bytes
        min_one_batch = True
        result = []
        for item in self.items:
            fetched = self._read_one(broker, item, min(item.max_bytes, left), min_one_batch)
            left = max(left - fetched.size, 0)
            if fetched.size:
                min_one_batch = False
            result.append(fetched)
        return result

    def is_enough(self, fetched: Sequence[FetchedPartition]) -> bool:
        """Whether to answer at once."""
        if self.max_wait_ms <= 0 or not self.items:
            return True
        size = 0
        for one in fetched:
            if one.error != ErrorCode.NONE or one.diverging is not None:
                return True
            size += one.size
        return size >= self.min_bytes

    def _read_one(self, broker: Broker, item: FetchItem, max_bytes: int, min_one_batch: bool) -> FetchedPartition:
        partition: Partition | None = None
        try:
            partition = find_partition(broker, item)
            self._check(partition, item)
            if max_bytes < 0:
                raise KafkaError(ErrorCode.UNKNOWN_SERVER_ERROR, f"a limit of {max_bytes} bytes")
            if item.last_fetched_epoch >= 0:
                diverging = partition.diverging_epoch(item.last_fetched_epoch, item.fetch_offset)
                if diverging is not None:
                    return FetchedPartition(
                        item, ErrorCode.NONE, partition.high_watermark, partition.last_stable_offset,
                        partition.log_start_offset, diverging=diverging,
                    )  # fmt: skip
            read = partition.read(item.fetch_offset, max_bytes, self.isolation_level, min_one_batch=min_one_batch)
        except KafkaError as error:
            leader = None
            if partition is not None and error.code in _ASKS_FOR_LEADER:
                leader = (partition.leader_id, partition.leader_epoch)
            # Kafka has no list of aborted transactions for what it has read, and an empty one for what is not there.
            aborted = () if error.code in _IS_NOT_THERE else None
            return FetchedPartition(item, error.code, aborted=aborted, leader=leader)
        return FetchedPartition(
            item, ErrorCode.NONE, read.high_watermark, read.last_stable_offset, read.log_start_offset,
            read.records, read.size, read.aborted,
        )  # fmt: skip

    def _check(self, partition: Partition, item: FetchItem) -> None:
        partition.check_online()
        partition.check_leader_epoch(item.current_leader_epoch)
        if self.replica_id >= 0 and (self.replica_id not in partition.replicas):
            known = item.current_leader_epoch >= 0
            code = ErrorCode.UNKNOWN_LEADER_EPOCH if known else ErrorCode.NOT_LEADER_OR_FOLLOWER
            raise KafkaError(code, f"{self.replica_id=} where {partition.replicas=}")


def find_partition(broker: Broker, item: FetchItem) -> Partition:
    """Raises codes 100, 3 and 103, see the module's table. The name of a topic id is remembered in the item."""
    if item.topic is None:
        topic = broker.topics.by_id(item.topic_id)
        if topic is None:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_ID, item.topic_id.hex())
        item.topic = topic.name
    partition = broker.partition(item.topic, item.index)
    if item.topic_id not in (ZERO_UUID, partition.topic_id):
        raise KafkaError(ErrorCode.INCONSISTENT_TOPIC_ID, f"{item.topic_id.hex()} where {partition.topic_id.hex()}")
    return partition


class WaitingFetch:
    """A fetch that was not enough. Calls `done(now_ms)` once, when it is time to read again and answer."""

    def __init__(
        self,
        broker: Broker,
        fetch: Fetch,
        fetched: Sequence[FetchedPartition],
        done: Callable[[int], None],
        now_ms: int,
    ) -> None:
        """`fetched` is what was not enough."""
        self._fetch = fetch
        self._done = done
        self._items: dict[Partition, FetchItem] = {}
        self._available: dict[Partition, int] = {}
        for one in fetched:
            partition = find_partition(broker, one.item)
            self._items[partition] = one.item
            self._available[partition] = one.size
            partition.waiters[self] = None
        self._timer = broker.timers.at(now_ms + fetch.max_wait_ms, self._finish)

    def cancel(self) -> None:
        """Stop waiting."""
        self._timer.cancel()
        for partition in self._items:
            partition.waiters.pop(self, None)

    def look(self, partition: Partition, now_ms: int) -> None:
        """See `Waiter`."""
        available = self._bytes_to_read(partition)
        if available is None:
            self._finish(now_ms)
            return
        self._available[partition] = available
        if sum(self._available.values()) >= self._fetch.min_bytes:
            self._finish(now_ms)

    def _bytes_to_read(self, partition: Partition) -> int | None:
        """What the fetch would get of the partition; None if it must be answered now, whatever that is."""
        item = self._items[partition]
        offset = item.fetch_offset
        limit = partition.limit(self._fetch.isolation_level)
        if partition.is_removed or not partition.is_online or not partition.log_start_offset <= offset <= limit:
            return None
        if offset == limit:
            return 0
        if self._fetch.min_bytes <= 1 or partition.is_in_sealed_segment(offset):
            return None
        try:
            return partition.read(offset, item.max_bytes, self._fetch.isolation_level).size
        except KafkaError:
            return None

    def _finish(self, now_ms: int) -> None:
        self.cancel()
        self._done(now_ms)
