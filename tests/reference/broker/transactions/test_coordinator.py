from collections.abc import Callable
from typing import Any

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.journal import partition_for
from nilometer_reference.broker.transactions.transaction import PRODUCER_EPOCH_MAX, TransactionState
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.broker.transactions.memory_journal import Coordination, Marker

A, B = ("a", 0), ("b", 0)


def refused(call: Callable[..., Any], *args: Any, **kwargs: Any) -> ErrorCode:
    with pytest.raises(KafkaError) as error:
        call(*args, **kwargs)
    return error.value.code


@pytest.fixture
def c() -> Coordination:
    return Coordination()


# InitProducerId


def test_without_a_transactional_id_every_call_answers_an_id_of_its_own(c: Coordination) -> None:
    assert [c.init(None), c.init(None, 0), c.init(None, producer_id=0, producer_epoch=0)] == [(0, 0), (1, 0), (2, 0)]
    c.restart()
    assert c.init(None) == (1000, 0)


@pytest.mark.parametrize("timeout_ms", [-1, 0, 900_001, 2**31 - 1])
def test_a_time_out_is_above_0_and_at_most_that_of_the_broker(c: Coordination, timeout_ms: int) -> None:
    assert refused(c.init, "t", timeout_ms) is ErrorCode.INVALID_TRANSACTION_TIMEOUT
    assert list(c.coordinator.all()) == []


@pytest.mark.parametrize("timeout_ms", [1, 900_000])
def test_the_bounds_of_the_time_out_are_allowed(c: Coordination, timeout_ms: int) -> None:
    c.init("t", timeout_ms)
    assert c.coordinator.describe("t").timeout_ms == timeout_ms


def test_an_empty_transactional_id_is_refused_before_its_time_out(c: Coordination) -> None:
    assert refused(c.init, "", 0) is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize(("producer_id", "epoch"), [(-1, 0), (5, -1)])
@pytest.mark.parametrize("transactional_id", ["t", None, ""])
def test_half_an_identity_is_refused(
    c: Coordination, transactional_id: str | None, producer_id: int, epoch: int
) -> None:
    code = refused(c.init, transactional_id, producer_id=producer_id, producer_epoch=epoch)
    assert code is ErrorCode.INVALID_REQUEST


def test_each_init_answers_the_next_epoch_of_one_producer_id(c: Coordination) -> None:
    assert [c.init() for _ in range(3)] == [(0, 0), (0, 1), (0, 2)]
    assert c.init("other") == (1, 0)


def test_the_time_out_is_that_of_the_last_init(c: Coordination) -> None:
    c.init("t", 1_000)
    c.init("t", 2_000)
    assert c.coordinator.describe("t").timeout_ms == 2_000


def test_an_init_over_an_open_transaction_aborts_it_and_answers_at_the_second_call(c: Coordination) -> None:
    c.add(c.init(), A)
    assert refused(c.init) is ErrorCode.CONCURRENT_TRANSACTIONS
    assert c.markers.taken == [Marker(*A, 0, 1, 7, commit=False, transaction_version=2)]
    assert c.init() == (0, 2)


def test_epochs_are_used_up_to_32766_and_then_the_producer_id_changes(c: Coordination) -> None:
    c.wear_out(32_763)
    answers = [c.init() for _ in range(5)]
    assert answers == [(0, 32_764), (0, 32_765), (0, 32_766), (1000, 0), (1000, 1)]


@pytest.mark.parametrize("commit", [True, False])
def test_the_same_for_epochs_that_transactions_use_up(c: Coordination, commit: bool) -> None:
    c.wear_out(32_763)
    used = [c.init()]
    for _ in range(4):
        c.add(used[-1], A, version=2)
        used.append(c.end(used[-1], commit=commit, version=2))
    assert used == [(0, 32_764), (0, 32_765), (0, 32_766), (1000, 0), (1000, 1)]
    assert [marker.producer_epoch for marker in c.markers.taken] == [32_765, 32_766, PRODUCER_EPOCH_MAX, 1]


def test_a_failed_init_uses_up_no_epoch(c: Coordination) -> None:
    # KAFKA-9666
    producer_id, epoch = c.init()
    c.add((producer_id, epoch), A)
    c.journal.fails_with = ErrorCode.NOT_ENOUGH_REPLICAS
    for _ in range(10):
        assert refused(c.init) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    c.journal.fails_with = None
    assert refused(c.init) is ErrorCode.CONCURRENT_TRANSACTIONS
    c.journal.fails_with = ErrorCode.NOT_ENOUGH_REPLICAS
    for _ in range(10):
        assert refused(c.init) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    c.journal.fails_with = None
    assert c.init() == (producer_id, epoch + 2)


def test_without_a_producer_id_clients_come_again(c: Coordination) -> None:
    c.metadata.fails_with = ErrorCode.KAFKA_STORAGE_ERROR
    assert refused(c.init, None) is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    assert refused(c.init, "t") is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    assert list(c.coordinator.all()) == []


# Partitions and offsets


def test_partitions_take_part_from_when_they_are_in_the_journal(c: Coordination) -> None:
    # a begun transaction that is only in memory loses its records when the offsets commit without them
    producer = c.init()
    c.add(producer, A)
    c.restart()
    c.coordinator.add_offsets("t", *producer, "g", now_ms=c.now_ms)
    offsets = ("__consumer_offsets", partition_for("g", 4))
    assert c.coordinator.describe("t").partitions == {A, offsets}
    c.end(producer, commit=True)
    assert {(m.topic, m.index, m.commit) for m in c.markers.taken} == {(*A, True), (*offsets, True)}


def test_partitions_that_could_not_be_written_do_not_take_part(c: Coordination) -> None:
    producer = c.init()
    c.journal.failures.append(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert refused(c.add, producer, A) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert c.coordinator.describe("t").state is TransactionState.EMPTY
    assert c.coordinator.missing_partitions("t", *producer, [A]) == {A}


def test_adding_what_takes_part_already_writes_nothing(c: Coordination) -> None:
    producer = c.init()
    c.add(producer, A, B)
    written = len(c.journal.records)
    c.add(producer, A)
    c.add(producer, B, A)
    assert len(c.journal.records) == written


@pytest.mark.parametrize("id_", ["t", "unknown", ""])
def test_requests_of_nobody_are_refused(c: Coordination, id_: str) -> None:
    expected = ErrorCode.INVALID_REQUEST if not id_ else ErrorCode.INVALID_PRODUCER_ID_MAPPING
    c.init("t")
    stranger = (99, 0)
    assert refused(c.add, stranger, A, id_=id_) is expected
    assert refused(c.end, stranger, commit=True, id_=id_) is expected
    assert refused(c.end, stranger, commit=True, version=2, id_=id_) is expected
    assert refused(c.coordinator.missing_partitions, id_, *stranger, [A]) is expected
    assert refused(c.coordinator.add_offsets, id_, *stranger, "g", now_ms=c.now_ms) is expected
    assert refused(c.produce, stranger, A, 12, id_) is expected
    assert refused(c.produce, stranger, A, 9, id_) is expected


def test_all_members_are_asked_for_at_once(c: Coordination) -> None:
    producer = c.init()
    assert c.coordinator.missing_partitions("t", *producer, [A, B]) == {A, B}
    c.add(producer, A)
    assert c.coordinator.missing_partitions("t", *producer, [A, B]) == {B}
    c.end(producer, commit=True)
    assert c.coordinator.missing_partitions("t", *producer, [A, B]) == {A, B}


# EndTxn


def test_in_version_1_all_transactions_of_a_producer_have_its_epoch(c: Coordination) -> None:
    producer = c.init()
    for commit in (True, False, True):
        c.add(producer, A)
        assert c.end(producer, commit=commit) == producer
    assert [(m.producer_epoch, m.commit, m.transaction_version) for m in c.markers.taken] == [
        (0, True, 0),
        (0, False, 0),
        (0, True, 0),
    ]


def test_in_version_2_each_has_its_own_and_its_marker_the_next(c: Coordination) -> None:
    producer = c.init()
    for commit in (True, False, True):
        c.add(producer, A, version=2)
        after = c.end(producer, commit=commit, version=2)
        assert after == (producer[0], producer[1] + 1)
        producer = after
    assert [(m.producer_epoch, m.commit, m.transaction_version) for m in c.markers.taken] == [
        (1, True, 2),
        (2, False, 2),
        (3, True, 2),
    ]


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("version", [0, 2])
def test_a_repeated_end_answers_the_same_and_does_nothing(c: Coordination, commit: bool, version: int) -> None:
    producer = c.init()
    c.add(producer, A, version=version)
    answer = c.end(producer, commit=commit, version=version)
    written, marked = len(c.journal.records), len(c.markers.taken)
    for _ in range(3):
        assert c.end(producer, commit=commit, version=version) == answer
        c.restart()
    assert refused(c.end, producer, commit=not commit, version=version) is ErrorCode.INVALID_TXN_STATE
    assert (len(c.journal.records), len(c.markers.taken)) == (written, marked)


def test_a_late_end_never_ends_the_next_transaction(c: Coordination) -> None:
    # KAFKA-17754
    first = c.init()
    c.add(first, A, version=2)
    second = c.end(first, commit=True, version=2)
    c.add(second, A, version=2)
    for commit in (True, False):
        assert refused(c.end, first, commit=commit, version=2) is ErrorCode.PRODUCER_FENCED
    assert c.coordinator.describe("t").state is TransactionState.ONGOING


def test_a_late_addition_never_joins_the_next_transaction(c: Coordination) -> None:
    first = c.init()
    c.add(first, A, version=2)
    second = c.end(first, commit=False, version=2)
    c.add(second, A, version=2)
    assert refused(c.add, first, B, version=2) is ErrorCode.PRODUCER_FENCED
    assert refused(c.produce, first, B, 12) is ErrorCode.INVALID_PRODUCER_EPOCH
    assert c.coordinator.describe("t").partitions == {A}


def test_an_empty_abort_bumps_the_epoch_and_writes_no_marker(c: Coordination) -> None:
    producer = c.init()
    after = c.end(producer, commit=False, version=2)
    assert after == (producer[0], producer[1] + 1)
    assert c.end(producer, commit=False, version=2) == after
    assert c.markers.taken == []
    c.add(after, A, version=2)


def test_an_end_that_could_not_be_written_may_be_asked_again(c: Coordination) -> None:
    producer = c.init()
    c.add(producer, A, version=2)
    c.journal.failures.append(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert refused(c.end, producer, commit=True, version=2) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert c.markers.taken == []
    assert c.end(producer, commit=True, version=2) == (producer[0], producer[1] + 1)


def test_while_a_marker_waits_the_id_is_busy_and_then_it_is_not(c: Coordination) -> None:
    producer = c.init()
    c.add(producer, A, B, version=2)
    c.markers.failing[A] = ErrorCode.KAFKA_STORAGE_ERROR
    after = c.end(producer, commit=True, version=2)
    assert after == (producer[0], producer[1] + 1)
    waits = ErrorCode.CONCURRENT_TRANSACTIONS
    assert refused(c.init) is waits
    assert refused(c.add, after, A, version=2) is waits
    assert refused(c.end, producer, commit=True, version=2) is waits
    assert refused(c.end, producer, commit=False, version=2) is ErrorCode.INVALID_TXN_STATE
    assert refused(c.coordinator.missing_partitions, "t", *after, [A]) is waits
    assert refused(c.produce, after, A, 12) is waits
    assert refused(c.produce, after, A, 11) is ErrorCode.NOT_ENOUGH_REPLICAS
    assert refused(c.produce, after, A, 10) is ErrorCode.NOT_ENOUGH_REPLICAS
    c.markers.failing.clear()
    c.advance(100)
    c.add(after, A, version=2)
    assert [(m.topic, m.commit) for m in c.markers.taken] == [("b", True), ("a", True)]


def test_a_topic_that_is_gone_holds_nothing_up(c: Coordination) -> None:
    producer = c.init()
    c.add(producer, A, B)
    c.markers.failing[A] = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    c.end(producer, commit=True)
    assert c.coordinator.describe("t").state is TransactionState.COMPLETE_COMMIT
    assert [m.topic for m in c.markers.taken] == ["b"]


def test_a_restart_in_every_state_goes_on_from_there(c: Coordination) -> None:
    producer = c.init()
    c.restart()
    assert c.coordinator.describe("t").state is TransactionState.EMPTY
    c.add(producer, A, version=2)
    c.restart()
    assert c.coordinator.describe("t").state is TransactionState.ONGOING
    c.markers.failing[A] = ErrorCode.KAFKA_STORAGE_ERROR
    after = c.end(producer, commit=True, version=2)
    c.restart()
    assert c.coordinator.describe("t").state is TransactionState.PREPARE_COMMIT
    c.markers.failing.clear()
    c.restart()
    assert c.coordinator.describe("t").state is TransactionState.COMPLETE_COMMIT
    assert c.markers.taken == [Marker(*A, 0, 1, 7, commit=True, transaction_version=2)]
    c.restart()
    assert c.end(producer, commit=True, version=2) == after
    c.add(after, A, version=2)


# Batches and offsets that are to take part


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (3, ErrorCode.INVALID_TXN_STATE),
        (10, ErrorCode.INVALID_TXN_STATE),
        (11, ErrorCode.TRANSACTION_ABORTABLE),
        (12, None),
        (13, None),
    ],
)
def test_a_batch_for_a_partition_that_was_not_added(c: Coordination, version: int, code: ErrorCode | None) -> None:
    producer = c.init()
    c.add(producer, B)
    if code is None:
        c.produce(producer, A, version)
        assert c.coordinator.describe("t").partitions == {A, B}
        assert c.coordinator.describe("t").client_transaction_version == 2
    else:
        assert refused(c.produce, producer, A, version) is code
        assert c.coordinator.describe("t").partitions == {B}
    c.produce(producer, B, version)


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (0, ErrorCode.INVALID_TXN_STATE),
        (3, ErrorCode.INVALID_TXN_STATE),
        (4, ErrorCode.TRANSACTION_ABORTABLE),
        (5, None),
    ],
)
def test_offsets_of_a_group_that_was_not_added(c: Coordination, version: int, code: ErrorCode | None) -> None:
    producer = c.init()

    def check() -> None:
        c.coordinator.check_offset_commit("t", *producer, "g", version=version, now_ms=c.now_ms)

    if code is None:
        check()
    else:
        assert refused(check) is code
        c.coordinator.add_offsets("t", *producer, "g", now_ms=c.now_ms)
        check()
    assert c.coordinator.describe("t").partitions == {("__consumer_offsets", partition_for("g", 4))}


def test_a_late_batch_after_the_abort_opens_nothing(c: Coordination) -> None:
    # KAFKA-14402: a transaction that no coordinator knows would hold the last stable offset for ever
    old = c.init("old")
    c.add(old, A, id_="old")
    c.end(old, commit=False, id_="old")
    assert refused(c.produce, old, A, 10, "old") is ErrorCode.INVALID_TXN_STATE
    new = c.init("new")
    c.add(new, A, version=2, id_="new")
    c.end(new, commit=False, version=2, id_="new")
    assert refused(c.produce, new, A, 12, "new") is ErrorCode.INVALID_PRODUCER_EPOCH


def test_a_fenced_producer_hears_of_its_epoch_and_not_of_its_partition(c: Coordination) -> None:
    # KAFKA-19690, KIP-588
    zombie = c.init()
    c.add(zombie, A)
    refused(c.init)
    for version in (9, 11, 12):
        assert refused(c.produce, zombie, A, version) is ErrorCode.INVALID_PRODUCER_EPOCH
    for version in (0, 4, 5):
        code = refused(c.coordinator.check_offset_commit, "t", *zombie, "g", version=version, now_ms=c.now_ms)
        assert code is ErrorCode.INVALID_PRODUCER_EPOCH


def test_producers_come_again_to_a_coordinator_that_cannot_write(c: Coordination) -> None:
    producer = c.init()
    c.journal.fails_with = ErrorCode.NOT_ENOUGH_REPLICAS
    assert refused(c.produce, producer, A, 12) is ErrorCode.NOT_ENOUGH_REPLICAS
    c.journal.fails_with = ErrorCode.KAFKA_STORAGE_ERROR
    assert refused(c.produce, producer, A, 12) is ErrorCode.NOT_ENOUGH_REPLICAS
    assert refused(c.produce, producer, A, 9) is ErrorCode.NOT_ENOUGH_REPLICAS


# Introspection


def test_all_ids_are_listed_and_each_is_described(c: Coordination) -> None:
    for name in ("x", "y", "z"):
        c.init(name)
    assert [known.transactional_id for known in c.coordinator.all()] == ["x", "y", "z"]
    assert c.coordinator.describe("y").producer_id == 1
    assert refused(c.coordinator.describe, "other") is ErrorCode.TRANSACTIONAL_ID_NOT_FOUND
    assert refused(c.coordinator.describe, "") is ErrorCode.INVALID_REQUEST


def test_ids_never_touch_each_other(c: Coordination) -> None:
    producers = {name: c.init(name) for name in ("x", "y", "z")}
    for name, producer in producers.items():
        c.add(producer, A, version=2, id_=name)
    c.end(producers["y"], commit=False, version=2, id_="y")
    refused(c.init, "z")
    states = {known.transactional_id: known.state for known in c.coordinator.all()}
    assert states == {
        "x": TransactionState.ONGOING,
        "y": TransactionState.COMPLETE_ABORT,
        "z": TransactionState.COMPLETE_ABORT,
    }
    assert [(m.producer_id, m.commit) for m in c.markers.taken] == [(1, False), (2, False)]


def test_the_settings_are_those_of_the_broker() -> None:
    short = Coordination(BrokerConfig(transaction_max_timeout_ms=10))
    assert refused(short.init, "t", 11) is ErrorCode.INVALID_TRANSACTION_TIMEOUT
    short.init("t", 10)
