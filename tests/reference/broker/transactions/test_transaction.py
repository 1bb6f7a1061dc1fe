from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.transactions.transaction import (
    AT_REST,
    PRODUCER_EPOCH_MAX,
    TRANSITIONS,
    TRY_AGAIN,
    Event,
    Transaction,
    TransactionState,
    completed,
    fenced,
    next_state,
    prepared,
    with_new_producer_id,
    with_next_epoch,
    with_partitions,
    with_same_epoch,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

NEW = Transaction("t", 1000, -1, 60_000, 5)
EMPTY = replace(NEW, producer_epoch=3)
ONGOING = replace(EMPTY, state=TransactionState.ONGOING, partitions=frozenset({("a", 0)}), start_at_ms=7)


def prepare(transaction: Transaction, event: Event, version: int, next_producer_id: int = -1) -> Transaction:
    return prepared(transaction, event, client_transaction_version=version, next_producer_id=next_producer_id, now_ms=9)


@given(st.sampled_from(TransactionState), st.sampled_from(Event))
def test_a_pair_that_is_not_in_the_table_is_refused(state: TransactionState, event: Event) -> None:
    try:
        found = next_state(state, event)
    except KafkaError as error:
        assert (state, event) not in TRANSITIONS
        waits = (state, event) in TRY_AGAIN
        assert error.code is (ErrorCode.CONCURRENT_TRANSACTIONS if waits else ErrorCode.INVALID_TXN_STATE)
    else:
        assert found is TRANSITIONS[state, event]


STEPS = {
    Event.INIT: lambda t: with_next_epoch(t, keep_last=False, timeout_ms=1, now_ms=9),
    Event.ADD: lambda t: with_partitions(t, [("b", 1)], client_transaction_version=0, now_ms=9),
    Event.COMMIT: lambda t: prepare(t, Event.COMMIT, 0),
    Event.ABORT: lambda t: prepare(t, Event.ABORT, 0),
    Event.EMPTY_ABORT: lambda t: prepare(t, Event.EMPTY_ABORT, 2),
    Event.FENCE: lambda t: fenced(t, transaction_version=2, next_producer_id=-1, now_ms=9),
    Event.MARKERS_WRITTEN: lambda t: completed(t, now_ms=9),
}


@given(st.sampled_from(TransactionState), st.sampled_from(list(STEPS)))
def test_each_step_obeys_the_table(state: TransactionState, event: Event) -> None:
    transaction = replace(EMPTY, state=state)
    try:
        after = STEPS[event](transaction)
    except KafkaError:
        assert (state, event) not in TRANSITIONS
    else:
        expected = TRANSITIONS[state, event]
        if expected is TransactionState.PREPARE_EPOCH_FENCE:
            expected = TRANSITIONS[expected, Event.ABORT]
        assert after.state is expected
    assert transaction == replace(EMPTY, state=state)


def test_nothing_waits_and_is_allowed() -> None:
    assert not TRY_AGAIN & set(TRANSITIONS)


def test_a_decision_leads_to_its_own_completion_and_nowhere_else() -> None:
    after = {state: {e: to for (s, e), to in TRANSITIONS.items() if s is state} for state in TransactionState}
    assert after[TransactionState.PREPARE_COMMIT] == {Event.MARKERS_WRITTEN: TransactionState.COMPLETE_COMMIT}
    assert after[TransactionState.PREPARE_ABORT] == {Event.MARKERS_WRITTEN: TransactionState.COMPLETE_ABORT}
    assert after[TransactionState.DEAD] == {}


def test_every_state_can_be_reached() -> None:
    reached = {TransactionState.EMPTY}
    while more := {to for (state, _), to in TRANSITIONS.items() if state in reached} - reached:
        reached |= more
    assert reached == set(TransactionState)


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (TransactionState.EMPTY, "Empty"),
        (TransactionState.ONGOING, "Ongoing"),
        (TransactionState.PREPARE_COMMIT, "PrepareCommit"),
        (TransactionState.COMPLETE_ABORT, "CompleteAbort"),
        (TransactionState.PREPARE_EPOCH_FENCE, "PrepareEpochFence"),
    ],
)
def test_states_have_the_names_that_kafka_shows(state: TransactionState, name: str) -> None:
    assert state.kafka_name == name


@pytest.mark.parametrize("state", AT_REST)
def test_init_bumps_the_epoch_and_leaves_nothing_open(state: TransactionState) -> None:
    after = with_next_epoch(replace(EMPTY, state=state, start_at_ms=7), keep_last=True, timeout_ms=1_000, now_ms=9)
    assert (after.state, after.producer_id, after.producer_epoch) == (TransactionState.EMPTY, 1000, 4)
    assert (after.last_producer_epoch, after.previous_producer_id) == (3, 1000)
    assert (after.timeout_ms, after.start_at_ms, after.last_update_at_ms) == (1_000, -1, 9)
    assert after.partitions == frozenset()


def test_the_epoch_before_is_forgotten_when_another_instance_takes_over() -> None:
    assert with_next_epoch(EMPTY, keep_last=False, timeout_ms=1, now_ms=9).last_producer_epoch == -1


def test_the_first_epoch_is_0() -> None:
    assert with_next_epoch(NEW, keep_last=False, timeout_ms=1, now_ms=9).producer_epoch == 0


def test_a_repeated_init_changes_neither_epoch_nor_what_a_further_repetition_needs() -> None:
    last = replace(EMPTY, producer_epoch=PRODUCER_EPOCH_MAX - 1)
    rotated = with_new_producer_id(last, 2000, keep_last=True, timeout_ms=1, now_ms=9)
    again = with_same_epoch(rotated, timeout_ms=1, now_ms=9)
    assert again == rotated
    assert (again.producer_id, again.producer_epoch) == (2000, 0)
    assert (again.previous_producer_id, again.last_producer_epoch) == (1000, PRODUCER_EPOCH_MAX - 1)


def test_the_first_partition_begins_the_transaction_and_its_time() -> None:
    begun = with_partitions(EMPTY, [("a", 0)], client_transaction_version=2, now_ms=20)
    more = with_partitions(begun, [("a", 1)], client_transaction_version=2, now_ms=30)
    assert (begun.start_at_ms, more.start_at_ms, more.last_update_at_ms) == (20, 20, 30)
    assert more.partitions == {("a", 0), ("a", 1)}
    assert more.client_transaction_version == 2


def test_the_next_transaction_has_a_time_of_its_own() -> None:
    complete = replace(ONGOING, state=TransactionState.COMPLETE_COMMIT, partitions=frozenset(), start_at_ms=7)
    assert with_partitions(complete, [("a", 0)], client_transaction_version=2, now_ms=30).start_at_ms == 30


def test_in_version_1_the_decision_and_the_next_transaction_keep_the_epoch() -> None:
    decided = prepare(ONGOING, Event.COMMIT, 0)
    assert (decided.producer_epoch, completed(decided, now_ms=9).producer_epoch) == (3, 3)
    assert decided.partitions == ONGOING.partitions


def test_in_version_2_the_decision_has_the_next_epoch() -> None:
    decided = prepare(ONGOING, Event.ABORT, 2)
    assert (decided.producer_epoch, decided.last_producer_epoch) == (4, 3)
    done = completed(decided, now_ms=9)
    assert (done.state, done.producer_epoch, done.partitions) == (TransactionState.COMPLETE_ABORT, 4, frozenset())
    assert done.start_at_ms == 7


def test_an_empty_abort_has_a_time_all_the_same() -> None:
    assert prepare(EMPTY, Event.EMPTY_ABORT, 2).start_at_ms == 9


@pytest.mark.parametrize("version", [0, 1, 2])
def test_fencing_moves_the_epoch_on_by_one_in_every_version(version: int) -> None:
    # KAFKA-6119: with the producer's own epoch it would not learn that its transaction is gone
    decided = fenced(ONGOING, transaction_version=version, next_producer_id=-1, now_ms=9)
    assert (decided.state, decided.producer_epoch) == (TransactionState.PREPARE_ABORT, 4)
    assert completed(decided, now_ms=9).producer_epoch == 4


def test_the_last_epoch_is_only_ever_that_of_a_marker() -> None:
    # KAFKA-20090
    last = replace(ONGOING, producer_epoch=PRODUCER_EPOCH_MAX - 1)
    decided = fenced(last, transaction_version=2, next_producer_id=2000, now_ms=9)
    assert (decided.producer_id, decided.producer_epoch) == (1000, PRODUCER_EPOCH_MAX)
    done = completed(decided, now_ms=9)
    assert (done.producer_id, done.producer_epoch, done.next_producer_id) == (2000, 0, -1)
    assert (done.previous_producer_id, done.last_producer_epoch) == (1000, PRODUCER_EPOCH_MAX - 1)


def test_an_epoch_never_overflows() -> None:
    broken = replace(ONGOING, producer_epoch=PRODUCER_EPOCH_MAX)
    assert prepare(broken, Event.ABORT, 2, 2000).producer_epoch == PRODUCER_EPOCH_MAX
    assert fenced(broken, transaction_version=1, next_producer_id=-1, now_ms=9).producer_epoch == PRODUCER_EPOCH_MAX
