"""Every transactional id of this coordinator: what is in the journal, believed, and what is being finished.

    take    append to the journal ──▶ believe it ──▶ PREPARE_* only: finish
    finish  markers (markers.py) ──▶ append COMPLETE_* ──▶ believe it
    load    read the journal ──▶ finish every PREPARE_*

A step whose append fails has not happened. Once PREPARE_* is in the journal nothing can fail it any more: what is
left is tried again every RETRY_BACKOFF_MS until it is done, also after a restart. Both the journal and the markers
are written before the step after them begins, so a process that dies in between leaves a state that `load`
carries on from: never a marker without its decision, never COMPLETE_* without all markers.

Where the journal's storage has failed nobody knows what it holds, so the ids of that partition are given up
until the next start, as by a coordinator that has resigned: NOT_COORDINATOR (16).

Source: `TransactionStateManager.scala`, `TransactionMarkerChannelManager.scala`; KIP-98.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.tracing import Tracer, transaction_moved
from nilometer_reference.broker.transactions.markers import WriteMarker, write_markers
from nilometer_reference.broker.transactions.transaction import (
    PREPARE_EPOCH_FENCE,
    PRODUCER_EPOCH_MAX,
    Event,
    TopicPartition,
    Transaction,
    completed,
    next_state,
)
from nilometer_reference.broker.transactions.transaction_log import TransactionLog
from nilometer_reference.wire.errors import KafkaError

RETRY_BACKOFF_MS = 100
"""Pause before markers or a completion that could not be written are tried again."""


class TransactionTable:
    """See the module's table. `coordinator_epoch` answers that of a partition of the transaction log."""

    def __init__(
        self,
        log: TransactionLog,
        timers: Timers,
        write_marker: WriteMarker,
        coordinator_epoch: Callable[[int], int],
        tracer: Tracer | None = None,
    ) -> None:
        self._log = log
        self._timers = timers
        self._write_marker = write_marker
        self._coordinator_epoch = coordinator_epoch
        self._tracer = tracer
        self._transactions: dict[str, Transaction] = {}
        self._to_mark: dict[str, frozenset[TopicPartition]] = {}
        """For ids in PREPARE_*: the partitions that still lack their marker."""

    def load(self, now_ms: int) -> None:
        """Read the journal and finish what was decided. Once, before anything else."""
        assert not self._transactions
        self._transactions = self._log.read()
        for transactional_id, transaction in list(self._transactions.items()):
            if transaction.is_prepared:
                self._to_mark[transactional_id] = transaction.partitions
                self._finish(transactional_id, now_ms)

    def get(self, transactional_id: str) -> Transaction | None:
        """The present state; None for an unknown id. Raises NOT_COORDINATOR."""
        self._log.check_held(transactional_id)
        return self._transactions.get(transactional_id)

    def all(self) -> Iterator[Transaction]:
        """Every id that is held, in the order of first appearance. A copy: ids may come and go while it is read."""
        held = self._log.is_held
        return iter([known for transactional_id, known in self._transactions.items() if held(transactional_id)])

    def everything(self) -> list[Transaction]:
        """Every id that was ever read or written, also those that are not held any more."""
        return list(self._transactions.values())

    def take(self, next_: Transaction, now_ms: int) -> None:
        """Append, believe, then do what the step entails. If it raises KafkaError nothing has happened."""
        assert next_.state is not PREPARE_EPOCH_FENCE
        assert 0 <= next_.producer_epoch <= PRODUCER_EPOCH_MAX
        self._log.append(next_, now_ms)
        self._believe(next_)
        if next_.is_prepared:
            self._to_mark[next_.transactional_id] = next_.partitions
            self._finish(next_.transactional_id, now_ms)

    def expire(self, transactional_id: str, now_ms: int) -> None:
        """Forget an id at rest. Raises KafkaError, and has not happened then."""
        next_state(self._transactions[transactional_id].state, Event.EXPIRE)
        self._log.expire(transactional_id, now_ms)
        del self._transactions[transactional_id]

    def forget(self) -> None:
        """Nothing is known any more: the transaction log was deleted."""
        self._transactions.clear()
        self._to_mark.clear()

    def _finish(self, transactional_id: str, now_ms: int) -> None:
        """Write the markers that are missing, and COMPLETE_* after the last."""
        if transactional_id not in self._to_mark or not self._log.is_held(transactional_id):
            return  # forgotten with its journal, or carried out by whoever reads that next
        again = self._timers.at(now_ms + RETRY_BACKOFF_MS, partial(self._finish, transactional_id))
        transaction = self._transactions[transactional_id]
        missing = write_markers(
            transaction,
            self._to_mark[transactional_id],
            self._write_marker,
            coordinator_epoch=self._coordinator_epoch(self._log.partition_of(transactional_id)),
            now_ms=now_ms,
        )
        self._to_mark[transactional_id] = missing
        if missing:
            return
        done = completed(transaction, now_ms=now_ms)
        try:
            self._log.append(done, now_ms)
        except KafkaError:
            return
        again.cancel()
        del self._to_mark[transactional_id]
        self._believe(done)

    def _believe(self, transaction: Transaction) -> None:
        """The journal has it: from now on it is so."""
        self._transactions[transaction.transactional_id] = transaction
        if self._tracer is not None:
            transaction_moved(self._tracer, transaction)
