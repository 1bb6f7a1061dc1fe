"""How a coordinator remembers: records in its partition of an internal topic, read back at start.

    groups          __consumer_offsets     records of `wire/schema/coordinator_records.txt`
    transactions    __transaction_state    the same

An append is durable, as configured, before any response that is sent after it. Records of a transaction
(TxnOffsetCommit) take effect only when the marker of their producer follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """One record as read back; `marker` is True for commit, False for abort, None for data."""

    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes | None
    producer_id: int = -1
    producer_epoch: int = -1
    transactional: bool = False
    marker: bool | None = None


class Journal(Protocol):
    """The partitions of one internal topic."""

    @property
    def partition_count(self) -> int: ...

    def append(
        self,
        partition: int,
        records: Sequence[tuple[bytes, bytes | None]],
        now_ms: int,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> int:
        """Append a batch, transactional if a producer is given; answers its base offset. May raise KafkaError."""

    def replay(self, partition: int) -> Iterator[JournalRecord]:
        """Everything in the partition, from its log start offset, markers included."""


def java_string_hash(text: str) -> int:
    """`String.hashCode` of Java, over UTF-16 code units, as a signed 32-bit integer."""
    value = 0
    units = text.encode("utf-16-be")
    for index in range(0, len(units), 2):
        value = (31 * value + (units[index] << 8 | units[index + 1])) & 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def partition_for(name: str, partition_count: int) -> int:
    """The partition of the internal topic that a group or transactional id lives in.

    Kafka: `Utils.abs(name.hashCode) % partitions`.
    """
    return (java_string_hash(name) & 0x7FFFFFFF) % partition_count
