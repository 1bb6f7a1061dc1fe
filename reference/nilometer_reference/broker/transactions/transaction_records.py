"""A transactional id as Kafka writes it to `__transaction_state`, and back.

    key     int16 0, TransactionLogKey
    value   int16 version (1 from transaction.version 1 on, else 0), TransactionLogValue; null: expired

A record is the whole state; the last one of an id counts. Partitions are null in state EMPTY.

Source: `TransactionLog.java`, `TransactionLogValue.json`.
"""

from __future__ import annotations

import struct

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.transactions.transaction import Transaction, TransactionState
from nilometer_reference.wire import codec
from nilometer_reference.wire.messages.coordinator_records import (
    PartitionsSchema,
    TransactionLogKey,
    TransactionLogValue,
)

VERSION = struct.Struct(">h")
KEY_VERSION = 0
WRITTEN = frozenset(TransactionState) - {TransactionState.DEAD, TransactionState.PREPARE_EPOCH_FENCE}
"""States that are ever written."""


def value_version(transaction_version: int) -> int:
    """Version 1 has the fields of KIP-890; older brokers below transaction.version 1 cannot read it."""
    return 1 if transaction_version >= 1 else 0


def encode_key(transactional_id: str) -> bytes:
    """The key of all records of this id."""
    return codec.encode(TransactionLogKey(transactional_id), KEY_VERSION, VERSION.pack(KEY_VERSION))


def encode_value(transaction: Transaction, version: int) -> bytes:
    """The state, in the given value version."""
    by_topic: dict[str, list[int]] = {}
    for topic, partition in sorted(transaction.partitions):
        by_topic.setdefault(topic, []).append(partition)
    assert not (transaction.state is TransactionState.EMPTY and by_topic)
    value = TransactionLogValue(
        producer_id=transaction.producer_id,
        previous_producer_id=transaction.previous_producer_id,
        next_producer_id=transaction.next_producer_id,
        producer_epoch=transaction.producer_epoch,
        transaction_timeout_ms=transaction.timeout_ms,
        transaction_status=int(transaction.state),
        transaction_partitions=None
        if transaction.state is TransactionState.EMPTY
        else [PartitionsSchema(topic, indexes) for topic, indexes in by_topic.items()],
        transaction_last_update_timestamp_ms=transaction.last_update_at_ms,
        transaction_start_timestamp_ms=transaction.start_at_ms,
        client_transaction_version=transaction.client_transaction_version,
    )
    return codec.encode(value, version, VERSION.pack(version))


def decode(record: JournalRecord) -> tuple[str, Transaction | None] | None:
    """The id and its state (None: it expired); None alone for a record that only a later Kafka knows.

    Raises ValueError or struct.error for what no coordinator writes.
    """
    if record.marker is not None or VERSION.unpack_from(record.key)[0] != KEY_VERSION:
        return None
    key = codec.decode(TransactionLogKey, record.key, KEY_VERSION, VERSION.size)
    if record.value is None:
        return key.transactional_id, None
    (version,) = VERSION.unpack_from(record.value)
    oldest, newest = TransactionLogValue.VERSIONS
    if not oldest <= version <= newest:
        return None
    value = codec.decode(TransactionLogValue, record.value, version, VERSION.size)
    state = TransactionState(value.transaction_status)
    if state not in WRITTEN or value.producer_id < 0 or value.producer_epoch < 0:
        raise ValueError(f"{state.name} of {value.producer_id=} {value.producer_epoch=}")
    return key.transactional_id, Transaction(
        transactional_id=key.transactional_id,
        producer_id=value.producer_id,
        producer_epoch=value.producer_epoch,
        timeout_ms=value.transaction_timeout_ms,
        last_update_at_ms=value.transaction_last_update_timestamp_ms,
        state=state,
        partitions=frozenset(
            (schema.topic, index) for schema in value.transaction_partitions or () for index in schema.partition_ids
        ),
        start_at_ms=value.transaction_start_timestamp_ms,
        previous_producer_id=value.previous_producer_id,
        next_producer_id=value.next_producer_id,
        client_transaction_version=value.client_transaction_version,
    )
