"""What a transactional id is going through, as a table; and what each step makes of its record.

    EMPTY ──ADD──▶ ONGOING ──COMMIT──▶ PREPARE_COMMIT ──MARKERS_WRITTEN──▶ COMPLETE_COMMIT ──ADD──▶ ONGOING
                      │                                                            │ INIT ──▶ EMPTY
                      ├──ABORT──▶ PREPARE_ABORT ──MARKERS_WRITTEN──▶ COMPLETE_ABORT ┘
                      └──FENCE──▶ PREPARE_EPOCH_FENCE ──ABORT──▶ PREPARE_ABORT

The decision is made when PREPARE_* is in the journal: from then on only its own completion is in the table.
PREPARE_EPOCH_FENCE is passed through within one step and never written. A `Transaction` does not change: each
step answers the next one, which the coordinator writes to its journal before it believes it.

Sources: KIP-98, KIP-360 (epoch bumps), KIP-890 (epochs per transaction); `TransactionState.java`,
`TransactionMetadata.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from nilometer_reference.wire.errors import ErrorCode, KafkaError

NO_PRODUCER_ID = -1
NO_PRODUCER_EPOCH = -1
PRODUCER_EPOCH_MAX = 32_767
"""Last epoch there is (inclusive). A client never gets it: it is kept free to fence the one before."""

TRANSACTION_VERSION_BUMPS_EPOCH = 2
"""From this transaction.version on, each transaction has its own producer epoch (KIP-890)."""

TopicPartition = tuple[str, int]


class TransactionState(IntEnum):
    """The values are those of the journal's `transaction_status`."""

    EMPTY = 0
    ONGOING = 1
    PREPARE_COMMIT = 2
    PREPARE_ABORT = 3
    COMPLETE_COMMIT = 4
    COMPLETE_ABORT = 5
    DEAD = 6
    PREPARE_EPOCH_FENCE = 7

    @property
    def kafka_name(self) -> str:
        """`PrepareCommit`: as DescribeTransactions and ListTransactions spell it."""
        return "".join(word.capitalize() for word in self.name.split("_"))


class Event(Enum):
    """What can happen to a transactional id."""

    INIT = "InitProducerId with no transaction open"
    ADD = "a partition is added"
    COMMIT = "EndTxn(commit)"
    ABORT = "EndTxn(abort)"
    EMPTY_ABORT = "EndTxn(abort) with nothing added, by a client of KIP-890"
    FENCE = "InitProducerId over an open transaction, or its time is over"
    MARKERS_WRITTEN = "every partition has its marker"
    EXPIRE = "unused for transactional.id.expiration.ms"


EMPTY, ONGOING, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT, DEAD, PREPARE_EPOCH_FENCE = (
    TransactionState
)

AT_REST = (EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT)
"""States in which nothing is open and nothing is being written."""

TRANSITIONS: dict[tuple[TransactionState, Event], TransactionState] = {
    **{(state, Event.INIT): EMPTY for state in AT_REST},
    **{(state, Event.ADD): ONGOING for state in (*AT_REST, ONGOING)},
    (ONGOING, Event.COMMIT): PREPARE_COMMIT,
    (ONGOING, Event.ABORT): PREPARE_ABORT,
    **{(state, Event.EMPTY_ABORT): PREPARE_ABORT for state in AT_REST},
    (ONGOING, Event.FENCE): PREPARE_EPOCH_FENCE,
    (PREPARE_EPOCH_FENCE, Event.ABORT): PREPARE_ABORT,
    (PREPARE_COMMIT, Event.MARKERS_WRITTEN): COMPLETE_COMMIT,
    (PREPARE_ABORT, Event.MARKERS_WRITTEN): COMPLETE_ABORT,
    **{(state, Event.EXPIRE): DEAD for state in AT_REST},
}

TRY_AGAIN = frozenset(
    {
        *((state, event) for state in (PREPARE_COMMIT, PREPARE_ABORT) for event in (Event.INIT, Event.ADD)),
        (PREPARE_COMMIT, Event.COMMIT),
        (PREPARE_ABORT, Event.ABORT),
        (PREPARE_ABORT, Event.EMPTY_ABORT),
    }
)
"""Refused until the markers are written: CONCURRENT_TRANSACTIONS (51). The rest: INVALID_TXN_STATE (48)."""


def next_state(state: TransactionState, event: Event) -> TransactionState:
    """The entry of the table. Raises CONCURRENT_TRANSACTIONS or INVALID_TXN_STATE if there is none."""
    if (found := TRANSITIONS.get((state, event))) is not None:
        return found
    waits = (state, event) in TRY_AGAIN
    raise KafkaError(
        ErrorCode.CONCURRENT_TRANSACTIONS if waits else ErrorCode.INVALID_TXN_STATE,
        f"{event.value}, in state {state.kafka_name}",
    )


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transactional id at one moment. Ids and epochs are -1 where there is none.

    `last_producer_epoch` is the epoch before the bump that the present one came from, kept only where a
    client that did not see the answer may still ask with it (KIP-360); it is not in the journal, as in Kafka.
    `next_producer_id` takes over when the markers are written, because the epochs of this one are used up.
    """

    transactional_id: str
    producer_id: int
    producer_epoch: int
    timeout_ms: int
    last_update_at_ms: int
    state: TransactionState = TransactionState.EMPTY
    partitions: frozenset[TopicPartition] = frozenset()
    start_at_ms: int = -1
    previous_producer_id: int = NO_PRODUCER_ID
    next_producer_id: int = NO_PRODUCER_ID
    last_producer_epoch: int = NO_PRODUCER_EPOCH
    client_transaction_version: int = 0

    @property
    def is_prepared(self) -> bool:
        """The decision is made and markers are being written."""
        return self.state in (PREPARE_COMMIT, PREPARE_ABORT)

    @property
    def epochs_are_used_up(self) -> bool:
        """The present epoch is the last one that a client may have."""
        return epochs_are_used_up(self.producer_epoch)


def epochs_are_used_up(producer_epoch: int) -> bool:
    """No later epoch may be given to a client; the one after it only fences."""
    return producer_epoch >= PRODUCER_EPOCH_MAX - 1


def with_next_epoch(transaction: Transaction, *, keep_last: bool, timeout_ms: int, now_ms: int) -> Transaction:
    """InitProducerId: nothing is open, and the epoch is one higher (0 for a new id)."""
    assert not transaction.epochs_are_used_up
    last = transaction.producer_epoch if keep_last else NO_PRODUCER_EPOCH
    return _initialized(transaction, transaction.producer_epoch + 1, last, timeout_ms, now_ms)


def with_same_epoch(transaction: Transaction, *, timeout_ms: int, now_ms: int) -> Transaction:
    """InitProducerId whose first answer was lost: nothing is bumped again, and it may be lost once more."""
    last = transaction.last_producer_epoch
    again = _initialized(transaction, transaction.producer_epoch, last, timeout_ms, now_ms)
    return replace(again, previous_producer_id=transaction.previous_producer_id)


def with_new_producer_id(
    transaction: Transaction, producer_id: int, *, keep_last: bool, timeout_ms: int, now_ms: int
) -> Transaction:
    """InitProducerId when the epochs are used up: another producer id, from epoch 0."""
    last = transaction.producer_epoch if keep_last else NO_PRODUCER_EPOCH
    return replace(_initialized(transaction, 0, last, timeout_ms, now_ms), producer_id=producer_id)


def _initialized(
    transaction: Transaction, producer_epoch: int, last_producer_epoch: int, timeout_ms: int, now_ms: int
) -> Transaction:
    return replace(
        transaction,
        state=next_state(transaction.state, Event.INIT),
        previous_producer_id=transaction.producer_id,
        producer_epoch=producer_epoch,
        last_producer_epoch=last_producer_epoch,
        timeout_ms=timeout_ms,
        partitions=frozenset(),
        start_at_ms=-1,
        last_update_at_ms=now_ms,
    )


def with_partitions(
    transaction: Transaction, added: Iterable[TopicPartition], *, client_transaction_version: int, now_ms: int
) -> Transaction:
    """Some more partitions take part; the first ones begin the transaction, and its time."""
    state = next_state(transaction.state, Event.ADD)
    return replace(
        transaction,
        state=state,
        previous_producer_id=transaction.producer_id,
        partitions=transaction.partitions | frozenset(added),
        start_at_ms=transaction.start_at_ms if transaction.state is ONGOING else now_ms,
        last_update_at_ms=now_ms,
        client_transaction_version=client_transaction_version,
    )


def prepared(
    transaction: Transaction,
    event: Event,
    *,
    client_transaction_version: int,
    next_producer_id: int,
    now_ms: int,
) -> Transaction:
    """The decision. With KIP-890 the epoch moves on here, so that markers shut the door behind it."""
    state = next_state(transaction.state, event)
    bumps = client_transaction_version >= TRANSACTION_VERSION_BUMPS_EPOCH
    epoch = transaction.producer_epoch
    return replace(
        transaction,
        state=state,
        previous_producer_id=transaction.producer_id,
        next_producer_id=next_producer_id,
        producer_epoch=min(epoch + 1, PRODUCER_EPOCH_MAX) if bumps else epoch,
        last_producer_epoch=epoch if bumps else transaction.last_producer_epoch,
        start_at_ms=now_ms if event is Event.EMPTY_ABORT else transaction.start_at_ms,
        last_update_at_ms=now_ms,
        client_transaction_version=client_transaction_version,
    )


def fenced(transaction: Transaction, *, transaction_version: int, next_producer_id: int, now_ms: int) -> Transaction:
    """Aborted by the coordinator: the epoch moves on in every version, or its producer went on (KAFKA-6119).

    `transaction_version` is the broker's own, since no client asks."""
    fencing = replace(transaction, state=next_state(transaction.state, Event.FENCE))
    if transaction_version < TRANSACTION_VERSION_BUMPS_EPOCH:
        fencing = replace(
            fencing,
            producer_epoch=min(transaction.producer_epoch + 1, PRODUCER_EPOCH_MAX),
            last_producer_epoch=NO_PRODUCER_EPOCH,
        )
    return prepared(
        fencing,
        Event.ABORT,
        client_transaction_version=transaction_version,
        next_producer_id=next_producer_id,
        now_ms=now_ms,
    )


def completed(transaction: Transaction, *, now_ms: int) -> Transaction:
    """Every marker is written. If the epochs are used up, the next producer id takes over from epoch 0."""
    takes_over = (
        transaction.client_transaction_version >= TRANSACTION_VERSION_BUMPS_EPOCH
        and transaction.next_producer_id != NO_PRODUCER_ID
    )
    return replace(
        transaction,
        state=next_state(transaction.state, Event.MARKERS_WRITTEN),
        producer_id=transaction.next_producer_id if takes_over else transaction.producer_id,
        producer_epoch=0 if takes_over else transaction.producer_epoch,
        previous_producer_id=transaction.producer_id,
        next_producer_id=NO_PRODUCER_ID,
        partitions=frozenset(),
        last_update_at_ms=now_ms,
    )
