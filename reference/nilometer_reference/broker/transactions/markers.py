"""Commit and abort markers of a decided transaction, one for each of its partitions.

    the partition answers                         then
    nothing                                       its marker is written
    UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID  the topic is gone: nothing to close there
    INVALID_PRODUCER_EPOCH,                       a later epoch, or a later coordinator, wrote there:
    TRANSACTION_COORDINATOR_FENCED                this marker will never be taken
    anything else                                 it is tried again later; the others do not wait for it

In the last but one case Kafka leaves the id in PREPARE_* for ever; here it becomes usable again. A marker that
is written again (after a restart in PREPARE_*) is harmless: the partition takes the exact repetition of a marker
when no transaction is open there (KAFKA-19999).

Sources: KIP-98; KIP-890 (the marker's epoch is the one after the transaction's);
`TransactionMarkerChannelManager.scala`, `TransactionMarkerRequestCompletionHandler.scala`.
"""

from __future__ import annotations

from typing import Protocol

from nilometer_reference.broker.transactions.transaction import (
    PREPARE_COMMIT,
    TopicPartition,
    Transaction,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

WILL_NEVER_BE_TAKEN = frozenset(
    {
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.INVALID_PRODUCER_EPOCH,
        ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    }
)


class WriteMarker(Protocol):
    """Appends one control batch; raises KafkaError."""

    def __call__(
        self,
        topic: str,
        index: int,
        *,
        producer_id: int,
        producer_epoch: int,
        coordinator_epoch: int,
        commit: bool,
        transaction_version: int,
        now_ms: int,
    ) -> None: ...


def write_markers(
    transaction: Transaction,
    to_write: frozenset[TopicPartition],
    write_marker: WriteMarker,
    *,
    coordinator_epoch: int,
    now_ms: int,
) -> frozenset[TopicPartition]:
    """Write the markers of a decided transaction to these partitions; answers those to be tried again."""
    assert transaction.is_prepared
    assert to_write <= transaction.partitions
    again: set[TopicPartition] = set()
    for topic, index in sorted(to_write):
        try:
            write_marker(
                topic,
                index,
                producer_id=transaction.producer_id,
                producer_epoch=transaction.producer_epoch,
                coordinator_epoch=coordinator_epoch,
                commit=transaction.state is PREPARE_COMMIT,
                transaction_version=transaction.client_transaction_version,
                now_ms=now_ms,
            )
        except KafkaError as error:
            if error.code not in WILL_NEVER_BE_TAKEN:
                again.add((topic, index))
    return frozenset(again)
