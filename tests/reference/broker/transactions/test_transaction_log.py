import struct

import pytest

from nilometer_reference.broker.journal import partition_for
from nilometer_reference.broker.transactions.transaction import Transaction, TransactionState
from nilometer_reference.broker.transactions.transaction_log import TransactionLog
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.broker.transactions.memory_journal import MemoryJournal


def a_state(transactional_id: str, epoch: int) -> Transaction:
    return Transaction(transactional_id, 1000, epoch, 60_000, 1, TransactionState.EMPTY)


def test_the_last_record_of_an_id_counts() -> None:
    journal = MemoryJournal()
    log = TransactionLog(journal, 2)
    for epoch in range(3):
        for transactional_id in ("a", "b", "c"):
            log.append(a_state(transactional_id, epoch), 5)
    log.expire("b", 6)
    assert TransactionLog(journal, 2).read() == {"a": a_state("a", 2), "c": a_state("c", 2)}


def test_an_id_may_come_again_after_it_has_expired() -> None:
    journal = MemoryJournal()
    log = TransactionLog(journal, 2)
    log.append(a_state("a", 3), 5)
    log.expire("a", 6)
    log.append(a_state("a", 0), 7)
    assert log.read() == {"a": a_state("a", 0)}


def test_an_id_lives_in_the_partition_of_its_name() -> None:
    journal = MemoryJournal(7)
    log = TransactionLog(journal, 2)
    for name in ("a", "b", "transfer-42"):
        log.append(a_state(name, 0), 5)
        partition = partition_for(name, 7)
        assert log.partition_of(name) == partition
        assert journal.partitions[partition][-1].timestamp_ms == 5


def test_records_of_a_later_kafka_are_passed_over() -> None:
    journal = MemoryJournal(1)
    journal.append(0, [(b"\x00\x01later", b"x")], 1)
    log = TransactionLog(journal, 2)
    log.append(a_state("a", 0), 5)
    assert list(log.read()) == ["a"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"", b""),
        (b"\x00", None),
        (b"\x00\x00", None),
        (b"\x00\x00\x00\x09a", None),
        (b"\x00\x00\x00\x01a", b""),
        (b"\x00\x00\x00\x01a", b"\x00\x01cut"),
        *(
            (b"\x00\x00\x00\x01a", struct.pack(">hqhib", 0, producer_id, epoch, 1, state) + bytes(20))
            for producer_id, epoch, state in ((1, 1, 6), (1, 1, 7), (1, 1, 99), (-1, 1, 1), (1, -1, 1))
        ),
    ],
)
def test_what_no_coordinator_has_written_is_passed_over(key: bytes, value: bytes | None) -> None:
    journal = MemoryJournal(1)
    log = TransactionLog(journal, 2)
    log.append(a_state("a", 3), 5)
    journal.append(0, [(key, value)], 5)
    log.append(a_state("b", 0), 5)
    assert log.read() == {"a": a_state("a", 3), "b": a_state("b", 0)}


@pytest.mark.parametrize(
    ("refused_with", "told"),
    [
        (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.REQUEST_TIMED_OUT, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
        (ErrorCode.RECORD_LIST_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
        (ErrorCode.POLICY_VIOLATION, ErrorCode.POLICY_VIOLATION),
    ],
)
def test_clients_are_told_in_words_of_coordinators(refused_with: ErrorCode, told: ErrorCode) -> None:
    journal = MemoryJournal()
    log = TransactionLog(journal, 2)
    journal.fails_with = refused_with
    with pytest.raises(KafkaError) as refused:
        log.append(a_state("a", 0), 5)
    assert refused.value.code is told


def test_a_partition_whose_storage_has_failed_is_given_up_and_the_others_are_not() -> None:
    journal = MemoryJournal()
    log = TransactionLog(journal, 2)
    journal.failures.append(ErrorCode.KAFKA_STORAGE_ERROR)
    with pytest.raises(KafkaError):
        log.append(a_state("a", 0), 5)
    assert not log.is_held("a")
    with pytest.raises(KafkaError) as refused:
        log.check_held("a")
    assert refused.value.code is ErrorCode.NOT_COORDINATOR
    with pytest.raises(KafkaError) as refused:
        log.append(a_state("a", 0), 5)
    assert refused.value.code is ErrorCode.NOT_COORDINATOR
    assert journal.records == []
    assert log.partition_of("b") != log.partition_of("a")
    log.check_held("b")
    log.append(a_state("b", 0), 5)


@pytest.mark.parametrize("code", [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.NOT_LEADER_OR_FOLLOWER])
def test_a_partition_that_only_refused_may_be_asked_again(code: ErrorCode) -> None:
    journal = MemoryJournal()
    log = TransactionLog(journal, 2)
    journal.failures.append(code)
    with pytest.raises(KafkaError):
        log.append(a_state("a", 0), 5)
    log.append(a_state("a", 0), 5)
    assert list(log.read()) == ["a"]
