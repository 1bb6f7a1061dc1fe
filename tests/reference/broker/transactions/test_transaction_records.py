from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.transactions import transaction_records
from nilometer_reference.broker.transactions.transaction import Transaction, TransactionState

WRITTEN_STATES = [s for s in TransactionState if s not in (TransactionState.DEAD, TransactionState.PREPARE_EPOCH_FENCE)]
TOPICS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=5)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    state = draw(st.sampled_from(WRITTEN_STATES))
    partitions = draw(st.frozensets(st.tuples(TOPICS, st.integers(0, 9)), max_size=5))
    return Transaction(
        transactional_id=draw(st.text(min_size=1, max_size=20)),
        producer_id=draw(st.integers(0, 2**63 - 1)),
        producer_epoch=draw(st.integers(0, 2**15 - 1)),
        timeout_ms=draw(st.integers(1, 2**31 - 1)),
        last_update_at_ms=draw(st.integers(0, 2**63 - 1)),
        state=state,
        partitions=frozenset() if state is TransactionState.EMPTY else partitions,
        start_at_ms=draw(st.integers(-1, 2**63 - 1)),
        previous_producer_id=draw(st.integers(-1, 2**63 - 1)),
        next_producer_id=draw(st.integers(-1, 2**63 - 1)),
        last_producer_epoch=draw(st.integers(-1, 2**15 - 1)),
        client_transaction_version=draw(st.integers(0, 2)),
    )


def read_back(transaction: Transaction, version: int) -> Transaction | None:
    key = transaction_records.encode_key(transaction.transactional_id)
    decoded = transaction_records.decode(
        JournalRecord(0, 0, key, transaction_records.encode_value(transaction, version))
    )
    assert decoded is not None
    assert decoded[0] == transaction.transactional_id
    return decoded[1]


@given(transactions())
def test_a_state_is_read_back_as_written_but_for_the_epoch_before(transaction: Transaction) -> None:
    assert read_back(transaction, 1) == replace(transaction, last_producer_epoch=-1)


@given(transactions())
def test_the_older_version_has_none_of_the_fields_of_kip_890(transaction: Transaction) -> None:
    assert read_back(transaction, 0) == replace(
        transaction,
        last_producer_epoch=-1,
        previous_producer_id=-1,
        next_producer_id=-1,
        client_transaction_version=0,
    )


def test_the_bytes_are_those_of_kafka() -> None:
    transaction = Transaction(
        "my-id", 1000, 3, 60_000, 0x11, TransactionState.ONGOING, frozenset({("b", 1), ("a", 2), ("b", 0)}), 0x22, 1000
    )
    assert transaction_records.encode_key("my-id") == bytes.fromhex("0000 0005") + b"my-id"
    assert transaction_records.encode_value(transaction, 0) == bytes.fromhex(
        "0000 00000000000003e8 0003 0000ea60 01"
        "00000002 0001 61 00000001 00000002  0001 62 00000002 00000000 00000001"
        "0000000000000011 0000000000000022"
    )
    assert transaction_records.encode_value(transaction, 1) == bytes.fromhex(
        "0001 00000000000003e8 0003 0000ea60 01"
        "03 02 61 02 00000002 00  02 62 03 00000000 00000001 00"
        "0000000000000011 0000000000000022"
        "01 00 08 00000000000003e8"
    )


@pytest.mark.parametrize(("transaction_version", "expected"), [(0, 0), (1, 1), (2, 1)])
def test_the_version_of_the_records_is_that_of_the_feature(transaction_version: int, expected: int) -> None:
    assert transaction_records.value_version(transaction_version) == expected


def test_a_null_value_is_the_end_of_an_id() -> None:
    record = JournalRecord(0, 0, transaction_records.encode_key("t"), None)
    assert transaction_records.decode(record) == ("t", None)


@pytest.mark.parametrize(
    ("key", "value", "marker"),
    [
        (b"\x00\x01\x00\x01t", b"", None),  # a key of a later version
        (b"\x00\x00\x00\x01t", b"\x00\x02", None),  # a value of a later version
        (b"\x00\x00\x00\x01", b"\x00\x00\x00\x00\x00\x00", True),  # a marker
    ],
)
def test_what_only_a_later_kafka_knows_is_passed_over(key: bytes, value: bytes, marker: bool | None) -> None:
    assert transaction_records.decode(JournalRecord(0, 0, key, value, marker=marker)) is None
