"""What a request may do to a transactional id: the checks, in Kafka's order, and the step that they allow.

Each function answers the next `Transaction`, or the very same object when there is nothing to do, and changes
nothing itself. EndTxn, by transaction version of the client (`retry`: with the epoch before the present one, if it
was an end of version 2 that bumped it):

                       version 1          version 2 (EndTxn 5+, KIP-890)
    state              present epoch      present epoch             retry
    EMPTY              48                 abort: bump, commit: 48   90
    ONGOING            the decision       the decision              90
    PREPARE_*          same 51, other 48  90                        same 51, other 48
    COMPLETE_*         same 0, other 48   abort: bump, commit: 48   same 0, other 48

Refused beforehand: another producer id (INVALID_PRODUCER_ID_MAPPING 49), any other epoch (PRODUCER_FENCED 90,
which the API files turn into INVALID_PRODUCER_EPOCH 47 for older clients).

Sources: `TransactionCoordinator.scala`; KIP-98, KIP-360, KIP-588, KIP-890.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from nilometer_reference.broker.transactions.transaction import (
    COMPLETE_ABORT,
    COMPLETE_COMMIT,
    NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID,
    ONGOING,
    PREPARE_ABORT,
    PREPARE_COMMIT,
    PRODUCER_EPOCH_MAX,
    TRANSACTION_VERSION_BUMPS_EPOCH,
    Event,
    TopicPartition,
    Transaction,
    epochs_are_used_up,
    fenced,
    next_state,
    prepared,
    with_new_producer_id,
    with_next_epoch,
    with_partitions,
    with_same_epoch,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

NewProducerId = Callable[[], int]


def initialize(
    transaction: Transaction,
    expected: tuple[int, int] | None,
    *,
    timeout_ms: int,
    new_producer_id: NewProducerId,
    transaction_version: int,
    now_ms: int,
) -> Transaction:
    """InitProducerId. `expected` is the (producer id, epoch) that the client has, from v3 (KIP-360).

    Over an open transaction the answer is that transaction, fenced and about to be aborted: the caller
    carries it out and answers CONCURRENT_TRANSACTIONS, so that the client comes again for an epoch of its own.
    """
    if expected is not None and not _may_be_its_producer_id(transaction, expected):
        raise KafkaError(ErrorCode.PRODUCER_FENCED, f"{expected=}, the id is {transaction.producer_id}")
    epoch = transaction.producer_epoch
    if transaction.state is ONGOING:
        # Kafka lets a stale epoch abort what its successor has open; a fenced producer must have no effect.
        if expected is not None and expected[1] != epoch:
            raise KafkaError(ErrorCode.PRODUCER_FENCED, f"{expected=}, the epoch is {transaction.producer_epoch}")
        return fence(
            transaction,
            new_producer_id=new_producer_id,
            transaction_version=transaction_version,
            now_ms=now_ms,
        )
    next_state(transaction.state, Event.INIT)
    knows_epoch = expected is not None and expected[1] == epoch
    if epoch != NO_PRODUCER_EPOCH and expected is not None and not knows_epoch:
        # Kafka fails here with UNKNOWN_SERVER_ERROR if the repeated call had taken the last epoch.
        if expected[1] == transaction.last_producer_epoch:
            return with_same_epoch(transaction, timeout_ms=timeout_ms, now_ms=now_ms)
        raise KafkaError(ErrorCode.PRODUCER_FENCED, f"{expected=}, the epoch is {epoch}")
    if transaction.epochs_are_used_up:
        return with_new_producer_id(
            transaction, new_producer_id(), keep_last=knows_epoch, timeout_ms=timeout_ms, now_ms=now_ms
        )
    return with_next_epoch(transaction, keep_last=knows_epoch, timeout_ms=timeout_ms, now_ms=now_ms)


def _may_be_its_producer_id(transaction: Transaction, expected: tuple[int, int]) -> bool:
    producer_id, producer_epoch = expected
    return (
        transaction.producer_epoch == NO_PRODUCER_EPOCH  # new: whatever the client had is forgotten
        or producer_id == transaction.producer_id
        # the answer that brought the new producer id was lost
        or (producer_id == transaction.previous_producer_id and epochs_are_used_up(producer_epoch))
    )


def fence(
    transaction: Transaction, *, new_producer_id: NewProducerId, transaction_version: int, now_ms: int
) -> Transaction:
    """Abort in the name of the broker. If this takes the last epoch the producer id changes (KAFKA-20090)."""
    next_state(transaction.state, Event.FENCE)
    rotates = transaction_version >= TRANSACTION_VERSION_BUMPS_EPOCH and transaction.epochs_are_used_up
    return fenced(
        transaction,
        transaction_version=transaction_version,
        next_producer_id=new_producer_id() if rotates else NO_PRODUCER_ID,
        now_ms=now_ms,
    )


def check_identity(transaction: Transaction, producer_id: int, producer_epoch: int) -> None:
    """The request comes from the present producer. Raises INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED."""
    if transaction.producer_id != producer_id:
        raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING, f"{producer_id=}, the id is {transaction.producer_id}")
    if transaction.producer_epoch != producer_epoch:
        raise KafkaError(ErrorCode.PRODUCER_FENCED, f"{producer_epoch=}, the epoch is {transaction.producer_epoch}")


def add_partitions(
    transaction: Transaction,
    producer_id: int,
    producer_epoch: int,
    partitions: Collection[TopicPartition],
    *,
    client_transaction_version: int,
    now_ms: int,
) -> Transaction:
    """AddPartitionsToTxn, AddOffsetsToTxn, and what Produce 12+ and TxnOffsetCommit 5+ imply."""
    check_identity(transaction, producer_id, producer_epoch)
    next_state(transaction.state, Event.ADD)
    if transaction.state is ONGOING and transaction.partitions.issuperset(partitions):
        return transaction
    return with_partitions(
        transaction, partitions, client_transaction_version=client_transaction_version, now_ms=now_ms
    )


def check_open(transaction: Transaction, producer_id: int, producer_epoch: int) -> None:
    """The identity is the present one, and nothing is decided; `partitions` then tells what takes part."""
    check_identity(transaction, producer_id, producer_epoch)
    if transaction.is_prepared:
        raise KafkaError(ErrorCode.CONCURRENT_TRANSACTIONS, f"in state {transaction.state.kafka_name}")


def end(
    transaction: Transaction,
    producer_id: int,
    producer_epoch: int,
    *,
    commit: bool,
    client_transaction_version: int,
    new_producer_id: NewProducerId,
    now_ms: int,
) -> Transaction:
    """EndTxn, as the module's table says; the same object is answered for a retry that succeeds."""
    event = Event.COMMIT if commit else Event.ABORT
    next_producer_id = NO_PRODUCER_ID
    if client_transaction_version < TRANSACTION_VERSION_BUMPS_EPOCH:
        check_identity(transaction, producer_id, producer_epoch)
        if transaction.state is (COMPLETE_COMMIT if commit else COMPLETE_ABORT):
            return transaction
    else:
        is_retry = _check_end_identity(transaction, producer_id, producer_epoch)
        if is_retry and transaction.state is (COMPLETE_COMMIT if commit else COMPLETE_ABORT):
            return transaction
        if not commit and not is_retry and transaction.state is not ONGOING:
            event = Event.EMPTY_ABORT
        next_state(transaction.state, event)
        if transaction.epochs_are_used_up:
            next_producer_id = new_producer_id()
    return prepared(
        transaction,
        event,
        client_transaction_version=client_transaction_version,
        next_producer_id=next_producer_id,
        now_ms=now_ms,
    )


def _check_end_identity(transaction: Transaction, producer_id: int, producer_epoch: int) -> bool:
    """Whether this is a retry under KIP-890: it still has the epoch of the transaction that has ended."""
    took_last_epoch = (
        transaction.previous_producer_id == producer_id
        and producer_epoch == PRODUCER_EPOCH_MAX - 1
        and transaction.producer_epoch == 0
    )
    # Kafka does not ask how the last transaction ended. If by the older protocol, which bumps nothing, the epoch
    # before is that of a fenced producer, which would be answered the identity of its successor.
    bumped = transaction.client_transaction_version >= TRANSACTION_VERSION_BUMPS_EPOCH
    is_earlier = took_last_epoch or (bumped and transaction.producer_epoch == producer_epoch + 1)
    if transaction.producer_id != producer_id and not took_last_epoch:
        raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING, f"{producer_id=}, the id is {transaction.producer_id}")
    if transaction.state in (PREPARE_COMMIT, PREPARE_ABORT):
        is_valid = is_earlier and not took_last_epoch
    elif transaction.state in (COMPLETE_COMMIT, COMPLETE_ABORT):
        is_valid = is_earlier or transaction.producer_epoch == producer_epoch
    else:
        is_valid = transaction.producer_epoch == producer_epoch
    if not is_valid:
        raise KafkaError(
            ErrorCode.PRODUCER_FENCED,
            f"{producer_epoch=}, the epoch is {transaction.producer_epoch} in {transaction.state.kafka_name}",
        )
    return is_earlier
