"""Transactions that are open in a log while no coordinator knows them so: no marker would ever come, and readers of
committed records would stop there for ever (KAFKA-14402).

    open in the log                                          then
    its producer has the partition in an open transaction    it is no business of ours: an end or a time-out comes
    its producer's decision still has to be written there    the same: the marker comes
    its producer has a transaction open, but not here        that one is aborted first, for it cannot be whole
    anything else                                            aborted, with the next epoch, which fences the producer

A loss of power can leave them behind, when it takes the end of the transaction log and not that of the partition; so
can the deletion of the transaction log. All coordinators are in this process and no request is being served, so what
is not known here is known nowhere. (Kafka leaves them to an administrator: KIP-664.)
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.transactions.housekeeping import Housekeeping
from nilometer_reference.broker.transactions.markers import WriteMarker
from nilometer_reference.broker.transactions.transaction import (
    ONGOING,
    PRODUCER_EPOCH_MAX,
    TRANSACTION_VERSION_BUMPS_EPOCH,
    Transaction,
)
from nilometer_reference.wire.errors import KafkaError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hanging:
    """A transaction that hangs, and the epochs of the marker that ends it."""

    topic: str
    index: int
    producer_id: int
    marker_epoch: int
    coordinator_epoch: int


def find_hanging(partitions: Iterable[Partition], known: Mapping[int, Transaction]) -> Iterator[Hanging]:
    """Those of these partitions. `known` are all transactional ids that there are, by producer id."""
    for partition in partitions:
        for entry in list(partition.log.producers.entries.values()):
            if entry.transaction_first_offset < 0:
                continue
            transaction = known.get(entry.producer_id)
            if transaction is None or not _will_end(transaction, partition, entry.producer_epoch):
                epoch = min(entry.producer_epoch + 1, PRODUCER_EPOCH_MAX)
                yield Hanging(partition.topic, partition.index, entry.producer_id, epoch, entry.coordinator_epoch)


def _will_end(transaction: Transaction, partition: Partition, producer_epoch: int) -> bool:
    if (partition.topic, partition.index) not in transaction.partitions:
        return False
    return transaction.is_prepared or (transaction.state is ONGOING and transaction.producer_epoch == producer_epoch)


def end_hanging(
    partitions: Iterable[Partition],
    known: Iterable[Transaction],
    housekeeping: Housekeeping,
    write_marker: WriteMarker,
    *,
    coordinator_epoch: int,
    now_ms: int,
) -> None:
    """At a start, with all partitions and all ids. What cannot be written now is left for the next start."""
    by_producer_id = {transaction.producer_id: transaction for transaction in known}
    for hanging in list(find_hanging(partitions, by_producer_id)):
        logger.warning("aborted, for nobody would end it: %s", hanging)
        transaction = by_producer_id.get(hanging.producer_id)
        try:
            if transaction is not None and transaction.state is ONGOING:
                housekeeping.fence(transaction, now_ms)
                del by_producer_id[hanging.producer_id]
            write_marker(
                hanging.topic,
                hanging.index,
                producer_id=hanging.producer_id,
                producer_epoch=hanging.marker_epoch,
                coordinator_epoch=max(hanging.coordinator_epoch, coordinator_epoch),
                commit=False,
                transaction_version=TRANSACTION_VERSION_BUMPS_EPOCH,
                now_ms=now_ms,
            )
        except KafkaError as error:
            logger.error("it could not be: %s", error)
