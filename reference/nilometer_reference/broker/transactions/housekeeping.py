"""What the coordinator does by itself, as time passes.

    every                                                            for each id that is
    transaction.abort.timed.out.transaction.cleanup.interval.ms      ONGOING for longer than its time-out: fence it
    transaction.remove.expired.transaction.cleanup.interval.ms       at rest and unused for
                                                                     transactional.id.expiration.ms: forget it

Fencing aborts with a bumped epoch, so that a producer that was only slow learns that it is too late (KAFKA-6119).
A step that cannot be written has not happened; the next look finds the id again.

Source: `TransactionCoordinator.abortTimedOutTransactions`, `TransactionStateManager.scala`; KIP-98.
"""

from __future__ import annotations

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.transactions import decisions
from nilometer_reference.broker.transactions.producer_ids import ProducerIds
from nilometer_reference.broker.transactions.transaction import AT_REST, ONGOING, Transaction
from nilometer_reference.broker.transactions.transaction_table import TransactionTable
from nilometer_reference.wire.errors import KafkaError


class Housekeeping:
    """See the module's table."""

    def __init__(
        self, config: BrokerConfig, table: TransactionTable, timers: Timers, producer_ids: ProducerIds
    ) -> None:
        self._config = config
        self._table = table
        self._timers = timers
        self._producer_ids = producer_ids

    def begin(self, now_ms: int) -> None:
        """Look for the first time, and again and again from then on."""
        self._abort_timed_out(now_ms)
        self._forget_unused(now_ms)

    def _abort_timed_out(self, now_ms: int) -> None:
        interval_ms = self._config.transaction_abort_timed_out_transaction_cleanup_interval_ms
        self._timers.at(now_ms + interval_ms, self._abort_timed_out)
        for known in self._table.all():
            if known.state is ONGOING and known.start_at_ms + known.timeout_ms < now_ms:
                try:
                    self.fence(known, now_ms)
                except KafkaError:
                    continue

    def fence(self, known: Transaction, now_ms: int) -> None:
        """Abort an open transaction in the name of the broker. Raises KafkaError, and has not happened then."""
        next_ = decisions.fence(
            known,
            new_producer_id=lambda: self._producer_ids.new(now_ms),
            transaction_version=self._config.transaction_version,
            now_ms=now_ms,
        )
        self._table.take(next_, now_ms)

    def _forget_unused(self, now_ms: int) -> None:
        interval_ms = self._config.transaction_remove_expired_transaction_cleanup_interval_ms
        self._timers.at(now_ms + interval_ms, self._forget_unused)
        for known in self._table.all():
            unused_ms = now_ms - known.last_update_at_ms
            if known.state in AT_REST and unused_ms >= self._config.transactional_id_expiration_ms:
                try:
                    self._table.expire(known.transactional_id, now_ms)
                except KafkaError:
                    continue
