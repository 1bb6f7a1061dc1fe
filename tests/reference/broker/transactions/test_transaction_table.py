from collections.abc import Iterator

import pytest

from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.transactions.transaction import (
    Event,
    Transaction,
    TransactionState,
    prepared,
    with_partitions,
)
from nilometer_reference.broker.transactions.transaction_log import TransactionLog
from nilometer_reference.broker.transactions.transaction_table import RETRY_BACKOFF_MS, TransactionTable
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.broker.transactions.memory_journal import START_MS, Markers, MemoryJournal

EMPTY = Transaction("t", 1000, 5, 60_000, START_MS)
ONGOING = with_partitions(EMPTY, [("a", 0), ("b", 0)], client_transaction_version=2, now_ms=START_MS)


def decided(event: Event = Event.COMMIT, version: int = 2) -> Transaction:
    return prepared(ONGOING, event, client_transaction_version=version, next_producer_id=-1, now_ms=START_MS)


class Setup:
    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.markers = Markers()
        self.timers = Timers()
        self.table = self.start()

    def start(self) -> TransactionTable:
        self.timers = Timers()
        log = TransactionLog(self.journal, 2)
        self.table = TransactionTable(log, self.timers, self.markers.write, lambda _partition: 7)
        self.table.load(START_MS)
        return self.table

    @property
    def states(self) -> list[int]:
        """The states of the journal, in order: byte 16 of a value is the state."""
        return [record.value[16] for record in self.journal.records if record.value is not None]

    def state(self) -> TransactionState:
        known = self.table.get("t")
        assert known is not None
        return known.state


@pytest.fixture
def setup() -> Setup:
    return Setup()


def test_a_decision_is_in_the_journal_before_its_markers_and_its_completion_after_them(setup: Setup) -> None:
    seen: list[tuple[list[int], int]] = []
    setup.markers.on_write = lambda: seen.append((setup.states, len(setup.markers.taken)))
    table = setup.table
    table.take(ONGOING, START_MS)
    table.take(decided(), START_MS)
    ongoing, prepare, complete = (
        TransactionState.ONGOING,
        TransactionState.PREPARE_COMMIT,
        TransactionState.COMPLETE_COMMIT,
    )
    assert seen == [([ongoing, prepare], 0), ([ongoing, prepare], 1)]
    assert setup.states == [ongoing, prepare, complete]
    assert setup.state() is complete
    assert setup.timers.next_deadline_ms() is None


@pytest.mark.parametrize("state", [ONGOING, decided(), decided(Event.ABORT, 0)])
@pytest.mark.parametrize("code", [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.KAFKA_STORAGE_ERROR])
def test_a_step_that_cannot_be_written_has_not_happened(setup: Setup, state: Transaction, code: ErrorCode) -> None:
    before = EMPTY if state is ONGOING else ONGOING
    setup.table.take(before, START_MS)
    setup.journal.failures.append(code)
    with pytest.raises(KafkaError):
        setup.table.take(state, START_MS)
    assert setup.markers.taken == []
    assert setup.start().get("t") == before


def test_a_marker_that_has_to_wait_holds_back_the_completion(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.markers.failing["a", 0] = ErrorCode.KAFKA_STORAGE_ERROR
    setup.table.take(decided(), START_MS)
    assert setup.state() is TransactionState.PREPARE_COMMIT
    assert [marker.topic for marker in setup.markers.taken] == ["b"]
    for attempt in (1, 2, 3):
        setup.timers.run_due(START_MS + attempt * RETRY_BACKOFF_MS)
        assert setup.state() is TransactionState.PREPARE_COMMIT
    setup.markers.failing.clear()
    setup.timers.run_due(START_MS + 4 * RETRY_BACKOFF_MS)
    assert setup.state() is TransactionState.COMPLETE_COMMIT
    assert [marker.topic for marker in setup.markers.taken] == ["b", "a"]
    assert setup.timers.next_deadline_ms() is None


def test_a_completion_that_cannot_be_written_is_tried_again_without_further_markers(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.journal.failures.extend([None, ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.NOT_ENOUGH_REPLICAS])
    setup.table.take(decided(), START_MS)
    assert setup.state() is TransactionState.PREPARE_COMMIT
    setup.timers.run_due(START_MS + RETRY_BACKOFF_MS)
    assert setup.state() is TransactionState.PREPARE_COMMIT
    setup.timers.run_due(START_MS + 2 * RETRY_BACKOFF_MS)
    assert setup.state() is TransactionState.COMPLETE_COMMIT
    assert len(setup.markers.taken) == 2


def test_a_completion_is_written_once(setup: Setup) -> None:
    # KAFKA-10080: a second one would complete the transaction after it
    setup.table.take(ONGOING, START_MS)
    setup.markers.failing["a", 0] = ErrorCode.KAFKA_STORAGE_ERROR
    setup.table.take(decided(), START_MS)
    setup.markers.failing.clear()
    setup.timers.run_due(START_MS + RETRY_BACKOFF_MS)
    complete = setup.table.get("t")
    assert complete is not None
    setup.table.take(with_partitions(complete, [("a", 0)], client_transaction_version=2, now_ms=START_MS), START_MS)
    setup.timers.run_due(START_MS + 100 * RETRY_BACKOFF_MS)
    assert setup.state() is TransactionState.ONGOING
    assert setup.states.count(TransactionState.COMPLETE_COMMIT) == 1


def test_an_error_of_ours_while_markers_are_written_does_not_leave_the_id_stuck(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.markers.on_write = lambda: {}["ours"]
    with pytest.raises(KeyError):
        setup.table.take(decided(), START_MS)
    setup.markers.on_write = lambda: None
    setup.timers.run_due(START_MS + RETRY_BACKOFF_MS)
    assert setup.state() is TransactionState.COMPLETE_COMMIT


@pytest.mark.parametrize("event", [Event.COMMIT, Event.ABORT])
@pytest.mark.parametrize("version", [0, 2])
def test_a_restart_carries_out_what_was_decided(setup: Setup, event: Event, version: int) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.markers.failing = {("a", 0): ErrorCode.KAFKA_STORAGE_ERROR, ("b", 0): ErrorCode.KAFKA_STORAGE_ERROR}
    setup.table.take(decided(event, version), START_MS)
    setup.markers.failing.clear()
    setup.start()
    commit = event is Event.COMMIT
    assert setup.state() is (TransactionState.COMPLETE_COMMIT if commit else TransactionState.COMPLETE_ABORT)
    assert [(m.topic, m.commit, m.producer_epoch) for m in setup.markers.taken] == [
        ("a", commit, 6 if version == 2 else 5),
        ("b", commit, 6 if version == 2 else 5),
    ]


def test_a_restart_that_cannot_finish_tries_again(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.markers.failing["a", 0] = ErrorCode.KAFKA_STORAGE_ERROR
    setup.table.take(decided(), START_MS)
    setup.start()
    assert setup.state() is TransactionState.PREPARE_COMMIT
    setup.markers.failing.clear()
    setup.timers.run_due(START_MS + RETRY_BACKOFF_MS)
    assert setup.state() is TransactionState.COMPLETE_COMMIT


@pytest.mark.parametrize("known", [EMPTY, ONGOING])
def test_a_restart_leaves_everything_else_as_it_was(setup: Setup, known: Transaction) -> None:
    setup.table.take(known, START_MS)
    assert setup.start().get("t") == known
    assert setup.markers.taken == []


def test_ids_of_a_partition_whose_storage_has_failed_are_given_up(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.journal.failures.append(ErrorCode.KAFKA_STORAGE_ERROR)
    with pytest.raises(KafkaError):
        setup.table.take(decided(), START_MS)
    with pytest.raises(KafkaError) as refused:
        setup.table.get("t")
    assert refused.value.code is ErrorCode.NOT_COORDINATOR
    assert list(setup.table.all()) == []


def test_nothing_more_is_done_for_a_decision_whose_journal_has_failed(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.journal.failures.extend([None, ErrorCode.KAFKA_STORAGE_ERROR])
    setup.table.take(decided(), START_MS)
    taken = len(setup.markers.taken)
    setup.timers.run_due(START_MS + RETRY_BACKOFF_MS)
    assert len(setup.markers.taken) == taken
    assert setup.timers.next_deadline_ms() is None
    setup.start()
    assert setup.state() is TransactionState.COMPLETE_COMMIT


def test_an_id_at_rest_is_forgotten_and_an_open_one_is_not(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    with pytest.raises(KafkaError) as refused:
        setup.table.expire("t", START_MS)
    assert refused.value.code is ErrorCode.INVALID_TXN_STATE
    setup.table.take(decided(), START_MS)
    setup.journal.failures.append(ErrorCode.NOT_ENOUGH_REPLICAS)
    with pytest.raises(KafkaError):
        setup.table.expire("t", START_MS)
    assert setup.table.get("t") is not None
    setup.table.expire("t", START_MS)
    assert setup.table.get("t") is None
    assert setup.start().get("t") is None


def test_ids_may_come_and_go_while_all_of_them_are_read(setup: Setup) -> None:
    setup.table.take(EMPTY, START_MS)
    every: Iterator[Transaction] = setup.table.all()
    setup.table.expire("t", START_MS)
    assert list(every) == [EMPTY]


def test_with_its_journal_everything_is_forgotten_also_what_was_to_be_finished(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.markers.failing["a", 0] = ErrorCode.KAFKA_STORAGE_ERROR
    setup.table.take(decided(), START_MS)
    setup.table.forget()
    setup.markers.failing.clear()
    setup.timers.run_due(START_MS + RETRY_BACKOFF_MS)
    assert setup.table.get("t") is None
    assert [marker.topic for marker in setup.markers.taken] == ["b"]
    assert setup.timers.next_deadline_ms() is None


def test_ids_that_are_given_up_are_not_unknown(setup: Setup) -> None:
    setup.table.take(ONGOING, START_MS)
    setup.journal.failures.append(ErrorCode.KAFKA_STORAGE_ERROR)
    with pytest.raises(KafkaError):
        setup.table.take(decided(), START_MS)
    assert list(setup.table.all()) == []
    assert setup.table.everything() == [ONGOING]
