"""The transaction log: every state of every transactional id, in the partition that its name belongs to.

    the journal refuses with                            the client is told
    3, 7, 19, 20 (no partition, time, replicas)         COORDINATOR_NOT_AVAILABLE (15)
    NOT_LEADER_OR_FOLLOWER 6, KAFKA_STORAGE_ERROR 56    NOT_COORDINATOR (16)
    MESSAGE_TOO_LARGE 10, RECORD_LIST_TOO_LARGE 18      UNKNOWN_SERVER_ERROR (-1)

After KAFKA_STORAGE_ERROR the failed record may be there or not, so the partition is given up: NOT_COORDINATOR for
all its ids, without a look at the journal, until the next start reads it again.

Source: `TransactionStateManager.scala`.
"""

from __future__ import annotations

import logging
import struct

from nilometer_reference.broker.journal import Journal, partition_for
from nilometer_reference.broker.transactions import transaction_records
from nilometer_reference.broker.transactions.transaction import Transaction
from nilometer_reference.wire.errors import ErrorCode, KafkaError

logger = logging.getLogger(__name__)

logger = logging.getLogger(__name__)

COORDINATOR_ERRORS = {
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_ENOUGH_REPLICAS: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.REQUEST_TIMED_OUT: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_LEADER_OR_FOLLOWER: ErrorCode.NOT_COORDINATOR,
    ErrorCode.KAFKA_STORAGE_ERROR: ErrorCode.NOT_COORDINATOR,
    ErrorCode.MESSAGE_TOO_LARGE: ErrorCode.UNKNOWN_SERVER_ERROR,
    ErrorCode.RECORD_LIST_TOO_LARGE: ErrorCode.UNKNOWN_SERVER_ERROR,
}


class TransactionLog:
    """`transaction_version` is that of the broker: it decides the version of the records."""

    def __init__(self, journal: Journal, transaction_version: int) -> None:
        self._journal = journal
        self._value_version = transaction_records.value_version(transaction_version)
        self._lost: set[int] = set()
        """Partitions whose storage has failed."""

    def partition_of(self, transactional_id: str) -> int:
        """The partition of `__transaction_state` that the id lives in."""
        return partition_for(transactional_id, self._journal.partition_count)

    def is_held(self, transactional_id: str) -> bool:
        """False once the storage of the id's partition has failed: what it holds is unknown until the next start."""
        return not self._lost or self.partition_of(transactional_id) not in self._lost

    def check_held(self, transactional_id: str) -> None:
        """Raises NOT_COORDINATOR unless `is_held`."""
        if not self.is_held(transactional_id):
            partition = self.partition_of(transactional_id)
            raise KafkaError(ErrorCode.NOT_COORDINATOR, f"the storage of the transaction log has failed, {partition=}")

    def read(self) -> dict[str, Transaction]:
        """The last state of every id that has not expired."""
        transactions: dict[str, Transaction] = {}
        for partition in range(self._journal.partition_count):
            for record in self._journal.replay(partition):
                try:
                    decoded = transaction_records.decode(record)
                except (ValueError, struct.error) as damage:
                    # Whoever may write to the topic may write anything; it must not cost the next start.
                    logger.error(
                        "a record of the transaction log is passed over, %d@%d: %s", partition, record.offset, damage
                    )
                    continue
                match decoded:
                    case (transactional_id, None):
                        transactions.pop(transactional_id, None)
                    case (transactional_id, transaction):
                        transactions[transactional_id] = transaction
        return transactions

    def append(self, transaction: Transaction, now_ms: int) -> None:
        """The id is now in this state. Raises KafkaError as the module's table says."""
        value = transaction_records.encode_value(transaction, self._value_version)
        self._append(transaction.transactional_id, value, now_ms)

    def expire(self, transactional_id: str, now_ms: int) -> None:
        """The id is forgotten."""
        self._append(transactional_id, None, now_ms)

    def _append(self, transactional_id: str, value: bytes | None, now_ms: int) -> None:
        self.check_held(transactional_id)
        partition = self.partition_of(transactional_id)
        key = transaction_records.encode_key(transactional_id)
        try:
            self._journal.append(partition, [(key, value)], now_ms)
        except KafkaError as error:
            if error.code is ErrorCode.KAFKA_STORAGE_ERROR:
                self._lost.add(partition)
            code = COORDINATOR_ERRORS.get(error.code, error.code)
            raise KafkaError(code, f"the transaction log: {error}") from error
