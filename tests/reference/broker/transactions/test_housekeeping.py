import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.transactions.transaction import PRODUCER_EPOCH_MAX, TransactionState
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.broker.transactions.memory_journal import Coordination

INTERVAL_MS = 500
A = ("a", 0)


def coordination(transaction_version: int = 2, **settings: int) -> Coordination:
    return Coordination(
        BrokerConfig(
            transaction_version=transaction_version,
            transaction_abort_timed_out_transaction_cleanup_interval_ms=INTERVAL_MS,
            transaction_remove_expired_transaction_cleanup_interval_ms=INTERVAL_MS,
            **settings,
        )
    )


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_transaction_is_aborted_after_its_time_out_and_not_before(version: int) -> None:
    c = coordination(version)
    producer_id, epoch = c.init(timeout_ms=2_000)
    c.add((producer_id, epoch), A)
    c.advance(2_000)
    assert c.coordinator.describe("t").state is TransactionState.ONGOING
    c.advance(INTERVAL_MS + 1)
    known = c.coordinator.describe("t")
    assert (known.state, known.producer_epoch) == (TransactionState.COMPLETE_ABORT, epoch + 1)
    assert [(m.commit, m.producer_epoch) for m in c.markers.taken] == [(False, epoch + 1)]


def test_time_counts_from_the_first_partition_of_the_transaction() -> None:
    c = coordination()
    producer = c.init(timeout_ms=2_000)
    c.advance(5_000)
    c.add(producer, A)
    c.advance(1_500)
    c.add(producer, ("a", 1))
    c.advance(400)
    assert c.coordinator.describe("t").state is TransactionState.ONGOING
    c.advance(700)
    assert c.coordinator.describe("t").state is TransactionState.COMPLETE_ABORT


@pytest.mark.parametrize("version", [0, 2])
def test_a_producer_that_was_only_slow_learns_that_it_is_too_late(version: int) -> None:
    # KAFKA-6119, and KAFKA-19690 for the order of the checks in Produce
    c = coordination(2 if version else 1)
    producer = c.init(timeout_ms=1_000)
    c.add(producer, A, version=version)
    c.advance(2_000)
    for produce_version in (10, 11, 12):
        with pytest.raises(KafkaError) as refused:
            c.produce(producer, A, produce_version)
        assert refused.value.code is ErrorCode.INVALID_PRODUCER_EPOCH
    with pytest.raises(KafkaError) as refused:
        c.end(producer, commit=True, version=version)
    assert refused.value.code is (ErrorCode.INVALID_TXN_STATE if version else ErrorCode.PRODUCER_FENCED)
    with pytest.raises(KafkaError) as refused:
        c.add(producer, A, version=version)
    assert refused.value.code is ErrorCode.PRODUCER_FENCED


def test_nothing_is_looked_for_in_a_transaction_that_is_at_rest() -> None:
    c = coordination()
    producer = c.init(timeout_ms=1_000)
    c.add(producer, A, version=2)
    after = c.end(producer, commit=True, version=2)
    c.advance(60_000)
    assert c.coordinator.describe("t").producer_epoch == after[1]


def test_a_time_out_at_the_last_epoch_takes_a_new_producer_id() -> None:
    c = coordination()
    c.wear_out(PRODUCER_EPOCH_MAX - 2)
    producer = c.init(timeout_ms=1_000)
    assert producer[1] == PRODUCER_EPOCH_MAX - 1
    c.add(producer, A, version=2)
    c.advance(2_000)
    known = c.coordinator.describe("t")
    assert known.producer_id != producer[0]
    assert known.producer_epoch == 0
    assert c.markers.taken[-1].producer_epoch == PRODUCER_EPOCH_MAX


def test_a_time_out_that_cannot_be_written_is_found_again() -> None:
    c = coordination()
    c.add(c.init(timeout_ms=1_000), A, version=2)
    c.journal.fails_with = ErrorCode.NOT_ENOUGH_REPLICAS
    c.advance(10_000)
    known = c.coordinator.describe("t")
    assert (known.state, known.producer_epoch) == (TransactionState.ONGOING, 0)  # KAFKA-9666: no epoch is burnt
    c.journal.fails_with = None
    c.advance(INTERVAL_MS)
    known = c.coordinator.describe("t")
    assert (known.state, known.producer_epoch) == (TransactionState.COMPLETE_ABORT, 1)


def test_the_time_of_a_transaction_goes_on_over_a_restart() -> None:
    c = coordination()
    c.add(c.init(timeout_ms=2_000), A, version=2)
    c.advance(1_500)
    c.restart()
    assert c.coordinator.describe("t").state is TransactionState.ONGOING
    c.advance(1_100)
    assert c.coordinator.describe("t").state is TransactionState.COMPLETE_ABORT


def test_an_id_that_nobody_uses_is_forgotten() -> None:
    c = coordination(transactional_id_expiration_ms=10_000)
    c.init("unused")
    c.advance(9_000)
    c.init("used")
    c.advance(1_500)
    with pytest.raises(KafkaError) as refused:
        c.coordinator.describe("unused")
    assert refused.value.code is ErrorCode.TRANSACTIONAL_ID_NOT_FOUND
    c.coordinator.describe("used")
    c.restart()
    assert [known.transactional_id for known in c.coordinator.all()] == ["used"]


def test_expiry_never_lets_a_fenced_producer_back_in() -> None:
    c = coordination(transactional_id_expiration_ms=10_000)
    zombie = c.init()
    c.init()
    c.advance(20_000)
    with pytest.raises(KafkaError) as refused:
        c.add(zombie, A)
    assert refused.value.code is ErrorCode.INVALID_PRODUCER_ID_MAPPING
    fresh = c.init()
    assert fresh[0] != zombie[0]
    with pytest.raises(KafkaError) as refused:
        c.add(zombie, A)
    assert refused.value.code is ErrorCode.INVALID_PRODUCER_ID_MAPPING


def test_an_open_transaction_is_not_forgotten_however_old() -> None:
    c = coordination(transactional_id_expiration_ms=1_000)
    c.add(c.init(timeout_ms=900_000), A)
    c.advance(60_000)
    assert c.coordinator.describe("t").state is TransactionState.ONGOING


def test_an_id_whose_end_cannot_be_written_holds_back_no_other() -> None:
    c = coordination(transactional_id_expiration_ms=1_000)
    c.init("first")
    c.init("second")
    c.journal.failures.append(ErrorCode.NOT_ENOUGH_REPLICAS)
    c.advance(1_400)
    assert [known.transactional_id for known in c.coordinator.all()] == ["first"]
    c.advance(INTERVAL_MS)
    assert list(c.coordinator.all()) == []
