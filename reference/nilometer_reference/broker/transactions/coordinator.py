"""The transaction coordinator: what its requests ask of it, in Kafka's order of checks.

    request ──▶ decide (decisions.py) ──▶ take: journal, believe, finish (transaction_table.py) ──▶ answer

    time passes ──▶ housekeeping.py                a start ──▶ hanging.py

A batch or an offset that is to take part is checked here, by the version of the request that brings it:

    Produce     TxnOffsetCommit    the partition is not in the open transaction
    up to 10    up to 3            INVALID_TXN_STATE (48)
    11          4                  TRANSACTION_ABORTABLE (120)      KIP-890, part 1
    from 12     from 5             it is added                      KIP-890, part 2

The identity is looked at first: a producer that was fenced learns INVALID_PRODUCER_EPOCH (47), from which it may
recover, and never that its partition is missing (KAFKA-19690).

Sources: `TransactionCoordinator.scala`, `AddPartitionsToTxnManager.java`, `ReplicaManager.scala`; KIP-98, KIP-360,
KIP-588, KIP-664, KIP-890.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.journal import Journal, partition_for
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.topics import CONSUMER_OFFSETS
from nilometer_reference.broker.tracing import Tracer
from nilometer_reference.broker.transactions import decisions
from nilometer_reference.broker.transactions.hanging import end_hanging
from nilometer_reference.broker.transactions.housekeeping import Housekeeping
from nilometer_reference.broker.transactions.markers import WriteMarker
from nilometer_reference.broker.transactions.producer_ids import ProducerIds
from nilometer_reference.broker.transactions.transaction import (
    NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID,
    TRANSACTION_VERSION_BUMPS_EPOCH,
    TopicPartition,
    Transaction,
    completed,
)
from nilometer_reference.broker.transactions.transaction_log import TransactionLog
from nilometer_reference.broker.transactions.transaction_table import TransactionTable
from nilometer_reference.wire.errors import ErrorCode, KafkaError

FIRST_PRODUCE_VERSION_THAT_ADDS = 12
FIRST_OFFSET_COMMIT_VERSION_THAT_ADDS = 5
FIRST_PRODUCE_VERSION_WITH_ABORTABLE = 11
FIRST_OFFSET_COMMIT_VERSION_WITH_ABORTABLE = 4

PRODUCERS_WAIT = frozenset(
    {ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.NOT_COORDINATOR}
)
"""Errors of ours that a Produce is told as NOT_ENOUGH_REPLICAS (19)."""


class TransactionCoordinator:
    """See the module's drawing. `offsets_partition_count` counts the partitions of `__consumer_offsets`."""

    def __init__(
        self,
        config: BrokerConfig,
        journal: Journal,
        timers: Timers,
        producer_ids: ProducerIds,
        write_marker: WriteMarker,
        *,
        offsets_partition_count: Callable[[], int],
        coordinator_epoch: Callable[[int], int] = lambda _partition: 0,
        tracer: Tracer | None = None,
    ) -> None:
        self._config = config
        self._producer_ids = producer_ids
        self._write_marker = write_marker
        self._coordinator_epoch = coordinator_epoch
        self._offsets_partition_count = offsets_partition_count
        log = TransactionLog(journal, config.transaction_version)
        self._table = TransactionTable(log, timers, write_marker, coordinator_epoch, tracer)
        self._housekeeping = Housekeeping(config, self._table, timers, producer_ids)

    def load(self, now_ms: int) -> None:
        """Read the journal, finish what was decided, and begin to look for what takes too long."""
        self._table.load(now_ms)
        self._housekeeping.begin(now_ms)

    def end_hanging(self, partitions: Iterable[Partition], now_ms: int) -> None:
        """Abort what is open in any of all partitions and known to nobody. After `load`, before the first request."""
        end_hanging(
            partitions,
            self._table.everything(),
            self._housekeeping,
            self._write_marker,
            coordinator_epoch=self._coordinator_epoch(0),
            now_ms=now_ms,
        )

    def forget(self) -> None:
        """The transaction log was deleted, and with it every id that it knew."""
        self._table.forget()

    # Requests

    def init_producer_id(
        self,
        transactional_id: str | None,
        transaction_timeout_ms: int,
        *,
        producer_id: int,
        producer_epoch: int,
        now_ms: int,
    ) -> tuple[int, int]:
        """The (producer id, epoch) to use; -1 and -1 are asked with by a client that has none yet."""
        expected: tuple[int, int] | None = (producer_id, producer_epoch)
        if producer_id == NO_PRODUCER_ID and producer_epoch == NO_PRODUCER_EPOCH:
            expected = None
        elif producer_id == NO_PRODUCER_ID or producer_epoch == NO_PRODUCER_EPOCH:
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"{producer_id=} with {producer_epoch=}")
        if transactional_id is None:
            return self._producer_ids.new(now_ms), 0
        self._check_transactional_id(transactional_id)
        if not 0 < transaction_timeout_ms <= self._config.transaction_max_timeout_ms:
            raise KafkaError(
                ErrorCode.INVALID_TRANSACTION_TIMEOUT,
                f"{transaction_timeout_ms=}, the most is {self._config.transaction_max_timeout_ms}",
            )
        known = self._table.get(transactional_id) or Transaction(
            transactional_id,
            self._producer_ids.new(now_ms),
            NO_PRODUCER_EPOCH,
            transaction_timeout_ms,
            now_ms,
        )
        next_ = decisions.initialize(
            known,
            expected,
            timeout_ms=transaction_timeout_ms,
            new_producer_id=lambda: self._producer_ids.new(now_ms),
            transaction_version=self._config.transaction_version,
            now_ms=now_ms,
        )
        self._table.take(next_, now_ms)
        if next_.is_prepared:
            raise KafkaError(ErrorCode.CONCURRENT_TRANSACTIONS, "the open transaction is being aborted first")
        return next_.producer_id, next_.producer_epoch

    def add_partitions(
        self,
        transactional_id: str,
        producer_id: int,
        producer_epoch: int,
        partitions: Collection[TopicPartition],
        *,
        client_transaction_version: int,
        now_ms: int,
    ) -> None:
        """The partitions take part in the transaction, which begins with the first of them."""
        known = self._known(transactional_id)
        next_ = decisions.add_partitions(
            known,
            producer_id,
            producer_epoch,
            partitions,
            client_transaction_version=client_transaction_version,
            now_ms=now_ms,
        )
        if next_ is not known:
            self._table.take(next_, now_ms)

    def missing_partitions(
        self,
        transactional_id: str,
        producer_id: int,
        producer_epoch: int,
        partitions: Collection[TopicPartition],
    ) -> set[TopicPartition]:
        """Those of the partitions that do not take part in the open transaction of this producer."""
        known = self._known(transactional_id)
        decisions.check_open(known, producer_id, producer_epoch)
        return set(partitions) - known.partitions

    def add_offsets(
        self, transactional_id: str, producer_id: int, producer_epoch: int, group_id: str, *, now_ms: int
    ) -> None:
        """AddOffsetsToTxn: the partition in which the group keeps its offsets takes part."""
        self.add_partitions(
            transactional_id,
            producer_id,
            producer_epoch,
            [self._offsets_partition(group_id)],
            client_transaction_version=0,
            now_ms=now_ms,
        )

    def end_transaction(
        self,
        transactional_id: str,
        producer_id: int,
        producer_epoch: int,
        *,
        commit: bool,
        client_transaction_version: int,
        now_ms: int,
    ) -> tuple[int, int]:
        """Decide; answers the (producer id, epoch) of the next transaction: EndTxn 5 tells the client."""
        known = self._known(transactional_id)
        next_ = decisions.end(
            known,
            producer_id,
            producer_epoch,
            commit=commit,
            client_transaction_version=client_transaction_version,
            new_producer_id=lambda: self._producer_ids.new(now_ms),
            now_ms=now_ms,
        )
        if next_ is not known:
            self._table.take(next_, now_ms)
            next_ = completed(next_, now_ms=now_ms)  # as it will be, even if a marker has to wait
        return next_.producer_id, next_.producer_epoch

    def check_produce(
        self,
        transactional_id: str,
        producer_id: int,
        producer_epoch: int,
        topic: str,
        partition: int,
        *,
        produce_version: int,
        now_ms: int,
    ) -> None:
        """A transactional batch may be appended. From Produce 12 on this adds the partition (KIP-890)."""
        try:
            self._check_member(
                (transactional_id, producer_id, producer_epoch),
                (topic, partition),
                adds=produce_version >= FIRST_PRODUCE_VERSION_THAT_ADDS,
                knows_abortable=produce_version >= FIRST_PRODUCE_VERSION_WITH_ABORTABLE,
                now_ms=now_ms,
            )
        except KafkaError as error:
            waits = error.code in PRODUCERS_WAIT or (
                error.code is ErrorCode.CONCURRENT_TRANSACTIONS and produce_version < FIRST_PRODUCE_VERSION_THAT_ADDS
            )
            if not waits:
                raise
            # What producers retry without refreshing their metadata (`ReplicaManager.scala`).
            raise KafkaError(ErrorCode.NOT_ENOUGH_REPLICAS, f"membership cannot be verified: {error}") from error

    def check_offset_commit(
        self,
        transactional_id: str,
        producer_id: int,
        producer_epoch: int,
        group_id: str,
        *,
        version: int,
        now_ms: int,
    ) -> None:
        """Offsets may be staged. From TxnOffsetCommit 5 on this adds their partition (KIP-890)."""
        self._check_member(
            (transactional_id, producer_id, producer_epoch),
            self._offsets_partition(group_id),
            adds=version >= FIRST_OFFSET_COMMIT_VERSION_THAT_ADDS,
            knows_abortable=version >= FIRST_OFFSET_COMMIT_VERSION_WITH_ABORTABLE,
            now_ms=now_ms,
        )

    def describe(self, transactional_id: str) -> Transaction:
        """The state of one id. Raises INVALID_REQUEST for an empty one, TRANSACTIONAL_ID_NOT_FOUND."""
        self._check_transactional_id(transactional_id)
        if (known := self._table.get(transactional_id)) is None:
            raise KafkaError(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, transactional_id)
        return known

    def all(self) -> Iterator[Transaction]:
        """Every transactional id that is known, in the order of their first appearance."""
        return self._table.all()

    # What requests share

    @staticmethod
    def _check_transactional_id(transactional_id: str) -> None:
        if not transactional_id:
            raise KafkaError(ErrorCode.INVALID_REQUEST, "an empty transactional id")

    def _known(self, transactional_id: str) -> Transaction:
        self._check_transactional_id(transactional_id)
        if (known := self._table.get(transactional_id)) is None:
            raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING, f"nobody initialized {transactional_id!r}")
        return known

    def _offsets_partition(self, group_id: str) -> TopicPartition:
        return CONSUMER_OFFSETS, partition_for(group_id, self._offsets_partition_count())

    def _check_member(
        self,
        identity: tuple[str, int, int],
        member: TopicPartition,
        *,
        adds: bool,
        knows_abortable: bool,
        now_ms: int,
    ) -> None:
        try:
            if adds:
                self.add_partitions(
                    *identity, [member], client_transaction_version=TRANSACTION_VERSION_BUMPS_EPOCH, now_ms=now_ms
                )
            elif self.missing_partitions(*identity, [member]):
                code = ErrorCode.TRANSACTION_ABORTABLE if knows_abortable else ErrorCode.INVALID_TXN_STATE
                raise KafkaError(code, f"{member} was not added to the transaction")
        except KafkaError as error:
            if error.code is not ErrorCode.PRODUCER_FENCED:
                raise
            # Not fatal to a producer that may still bump its epoch (KIP-588).
            raise KafkaError(ErrorCode.INVALID_PRODUCER_EPOCH, error.message) from error
