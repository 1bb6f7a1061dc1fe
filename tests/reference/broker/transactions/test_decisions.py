from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.transactions import decisions
from nilometer_reference.broker.transactions.transaction import (
    AT_REST,
    PRODUCER_EPOCH_MAX,
    Transaction,
    TransactionState,
    completed,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

EMPTY, ONGOING, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT = list(TransactionState)[:6]
LAST = PRODUCER_EPOCH_MAX - 1
NEW_ID = 2000
FENCED, WRONG_STATE, WAIT = (
    ErrorCode.PRODUCER_FENCED,
    ErrorCode.INVALID_TXN_STATE,
    ErrorCode.CONCURRENT_TRANSACTIONS,
)


def a_transaction(state: TransactionState = EMPTY, epoch: int = 5, **fields: object) -> Transaction:
    partitions = frozenset() if state in AT_REST else frozenset({("a", 0)})
    known = Transaction("t", 1000, epoch, 60_000, 1, state, partitions, start_at_ms=1, previous_producer_id=1000)
    return replace(known, **fields)  # type: ignore[arg-type]


def end(
    known: Transaction, epoch: int, *, commit: bool, version: int, producer_id: int = 1000
) -> Transaction | ErrorCode:
    try:
        return decisions.end(
            known,
            producer_id,
            epoch,
            commit=commit,
            client_transaction_version=version,
            new_producer_id=lambda: NEW_ID,
            now_ms=9,
        )
    except KafkaError as error:
        return error.code


def init(known: Transaction, expected: tuple[int, int] | None = None, version: int = 2) -> Transaction | ErrorCode:
    try:
        return decisions.initialize(
            known,
            expected,
            timeout_ms=1_000,
            new_producer_id=lambda: NEW_ID,
            transaction_version=version,
            now_ms=9,
        )
    except KafkaError as error:
        return error.code


# EndTxn: the rows of the module's table. The outcome is a state, an error, or None for "nothing to do"


@pytest.mark.parametrize(
    ("state", "commit", "outcome"),
    [
        (EMPTY, True, WRONG_STATE),
        (EMPTY, False, WRONG_STATE),
        (ONGOING, True, PREPARE_COMMIT),
        (ONGOING, False, PREPARE_ABORT),
        (PREPARE_COMMIT, True, WAIT),
        (PREPARE_COMMIT, False, WRONG_STATE),
        (PREPARE_ABORT, True, WRONG_STATE),
        (PREPARE_ABORT, False, WAIT),
        (COMPLETE_COMMIT, True, None),
        (COMPLETE_COMMIT, False, WRONG_STATE),
        (COMPLETE_ABORT, True, WRONG_STATE),
        (COMPLETE_ABORT, False, None),
    ],
)
def test_end_in_version_1(state: TransactionState, commit: bool, outcome: TransactionState | ErrorCode | None) -> None:
    known = a_transaction(state)
    result = end(known, 5, commit=commit, version=0)
    if outcome is None:
        assert result is known
    elif isinstance(outcome, ErrorCode):
        assert result is outcome
    else:
        assert isinstance(result, Transaction)
        assert (result.state, result.producer_epoch) == (outcome, 5)


@pytest.mark.parametrize("state", list(TransactionState)[:6])
@pytest.mark.parametrize("epoch", [4, 6])
def test_end_in_version_1_wants_the_exact_epoch(state: TransactionState, epoch: int) -> None:
    assert end(a_transaction(state), epoch, commit=True, version=0) is FENCED


@pytest.mark.parametrize(
    ("state", "commit", "present", "retry"),
    [
        (EMPTY, True, WRONG_STATE, FENCED),
        (EMPTY, False, PREPARE_ABORT, FENCED),
        (ONGOING, True, PREPARE_COMMIT, FENCED),
        (ONGOING, False, PREPARE_ABORT, FENCED),
        (PREPARE_COMMIT, True, FENCED, WAIT),
        (PREPARE_COMMIT, False, FENCED, WRONG_STATE),
        (PREPARE_ABORT, True, FENCED, WRONG_STATE),
        (PREPARE_ABORT, False, FENCED, WAIT),
        (COMPLETE_COMMIT, True, WRONG_STATE, None),
        (COMPLETE_COMMIT, False, PREPARE_ABORT, WRONG_STATE),
        (COMPLETE_ABORT, True, WRONG_STATE, WRONG_STATE),
        (COMPLETE_ABORT, False, PREPARE_ABORT, None),
    ],
)
def test_end_in_version_2(
    state: TransactionState,
    commit: bool,
    present: TransactionState | ErrorCode,
    retry: TransactionState | ErrorCode | None,
) -> None:
    known = a_transaction(state, client_transaction_version=2)
    for epoch, outcome in ((5, present), (4, retry)):
        result = end(known, epoch, commit=commit, version=2)
        if outcome is None:
            assert result is known
        elif isinstance(outcome, ErrorCode):
            assert result is outcome
        else:
            assert isinstance(result, Transaction)
            assert (result.state, result.producer_epoch) == (outcome, 6)


@pytest.mark.parametrize("state", list(TransactionState)[:6])
@pytest.mark.parametrize("commit", [True, False])
def test_after_an_end_of_version_1_the_epoch_before_is_that_of_a_fenced_producer(
    state: TransactionState, commit: bool
) -> None:
    assert end(a_transaction(state, client_transaction_version=0), 4, commit=commit, version=2) is FENCED


@pytest.mark.parametrize("version", [0, 2])
def test_end_by_another_producer_id_is_refused(version: int) -> None:
    result = end(a_transaction(ONGOING), 5, commit=True, version=version, producer_id=1001)
    assert result is ErrorCode.INVALID_PRODUCER_ID_MAPPING


@pytest.mark.parametrize("commit", [True, False])
def test_a_repeated_end_that_took_the_last_epoch_succeeds_with_the_old_identity(commit: bool) -> None:
    decided = end(a_transaction(ONGOING, LAST), LAST, commit=commit, version=2)
    assert isinstance(decided, Transaction)
    assert (decided.producer_epoch, decided.next_producer_id) == (PRODUCER_EPOCH_MAX, NEW_ID)
    assert end(decided, LAST, commit=commit, version=2) is WAIT
    done = completed(decided, now_ms=9)
    assert (done.producer_id, done.producer_epoch) == (NEW_ID, 0)
    assert end(done, LAST, commit=commit, version=2) is done
    assert end(done, LAST, commit=not commit, version=2) is WRONG_STATE


def test_an_old_identity_is_of_no_use_once_the_next_transaction_has_begun() -> None:
    decided = end(a_transaction(ONGOING, LAST), LAST, commit=True, version=2)
    assert isinstance(decided, Transaction)
    done = completed(decided, now_ms=9)
    begun = decisions.add_partitions(done, NEW_ID, 0, [("a", 0)], client_transaction_version=2, now_ms=9)
    assert end(begun, LAST, commit=True, version=2) is ErrorCode.INVALID_PRODUCER_ID_MAPPING


def test_a_late_end_of_a_time_out_at_the_last_epoch_leaves_nothing_stuck() -> None:
    # KAFKA-20090: fencing took epoch 32767 and kept the producer id, so the late abort passed for a retry
    known = a_transaction(ONGOING, LAST)
    decided = decisions.fence(known, new_producer_id=lambda: NEW_ID, transaction_version=2, now_ms=9)
    assert end(decided, LAST, commit=False, version=2) is WAIT
    done = completed(decided, now_ms=9)
    assert (done.producer_id, done.producer_epoch) == (NEW_ID, 0)
    assert end(done, LAST, commit=False, version=2) is done


# InitProducerId


@pytest.mark.parametrize("state", AT_REST)
def test_init_by_a_new_instance_bumps_the_epoch(state: TransactionState) -> None:
    after = init(a_transaction(state))
    assert isinstance(after, Transaction)
    assert (after.state, after.producer_id, after.producer_epoch) == (EMPTY, 1000, 6)


@pytest.mark.parametrize("state", AT_REST)
def test_init_with_the_present_pair_bumps_the_epoch_and_may_be_repeated(state: TransactionState) -> None:
    once = init(a_transaction(state), (1000, 5))
    assert isinstance(once, Transaction)
    assert once.producer_epoch == 6
    for _ in range(3):
        again = init(once, (1000, 5))
        assert again == once


@pytest.mark.parametrize("state", AT_REST)
@pytest.mark.parametrize("expected", [(1000, 4), (1000, 6), (999, 5), (999, LAST)])
def test_init_with_a_stale_pair_is_refused(state: TransactionState, expected: tuple[int, int]) -> None:
    assert init(a_transaction(state), expected) is FENCED


def test_init_with_any_pair_is_right_for_an_id_that_nobody_knows() -> None:
    after = init(a_transaction(epoch=-1, previous_producer_id=-1), (77, 12))
    assert isinstance(after, Transaction)
    assert (after.producer_id, after.producer_epoch) == (1000, 0)


@pytest.mark.parametrize("expected", [None, (1000, LAST)])
def test_init_takes_a_new_producer_id_when_the_epochs_are_used_up(expected: tuple[int, int] | None) -> None:
    after = init(a_transaction(epoch=LAST), expected)
    assert isinstance(after, Transaction)
    assert (after.producer_id, after.producer_epoch) == (NEW_ID, 0)


def test_init_that_brought_a_new_producer_id_may_be_repeated() -> None:
    once = init(a_transaction(epoch=LAST), (1000, LAST))
    assert isinstance(once, Transaction)
    for _ in range(3):
        again = init(once, (1000, LAST))
        assert again == once


def test_init_that_took_the_last_epoch_may_be_repeated() -> None:
    # Kafka answers UNKNOWN_SERVER_ERROR here
    once = init(a_transaction(epoch=LAST - 1), (1000, LAST - 1))
    assert isinstance(once, Transaction)
    assert once.producer_epoch == LAST
    assert init(once, (1000, LAST - 1)) == once


@pytest.mark.parametrize("state", [PREPARE_COMMIT, PREPARE_ABORT])
@pytest.mark.parametrize("expected", [None, (1000, 5)])
def test_init_waits_while_markers_are_written(state: TransactionState, expected: tuple[int, int] | None) -> None:
    assert init(a_transaction(state), expected) is WAIT


@pytest.mark.parametrize("version", [0, 1, 2])
@pytest.mark.parametrize("expected", [None, (1000, 5)])
def test_init_over_an_open_transaction_fences_it(version: int, expected: tuple[int, int] | None) -> None:
    after = init(a_transaction(ONGOING), expected, version)
    assert isinstance(after, Transaction)
    assert (after.state, after.producer_epoch) == (PREPARE_ABORT, 6)
    own = init(completed(after, now_ms=9), None, version)
    assert isinstance(own, Transaction)
    assert own.producer_epoch == 7


@pytest.mark.parametrize("expected", [(1000, 4), (999, 5)])
def test_a_fenced_producer_cannot_abort_what_its_successor_has_open(expected: tuple[int, int]) -> None:
    assert init(a_transaction(ONGOING), expected) is FENCED


@pytest.mark.parametrize("version", [0, 1, 2])
def test_init_over_an_open_transaction_at_the_last_epoch_leads_to_a_low_epoch(version: int) -> None:
    # KAFKA-19367: two bumps from 32766 on made a negative epoch
    after = init(a_transaction(ONGOING, LAST), None, version)
    assert isinstance(after, Transaction)
    assert after.producer_epoch == PRODUCER_EPOCH_MAX
    own = init(completed(after, now_ms=9), None, version)
    assert isinstance(own, Transaction)
    assert (own.producer_id, own.producer_epoch) in {(NEW_ID, 0), (NEW_ID, 1)}


# Adding partitions


@pytest.mark.parametrize("state", [*AT_REST, ONGOING])
def test_partitions_are_added_to_an_open_transaction_or_open_one(state: TransactionState) -> None:
    after = decisions.add_partitions(a_transaction(state), 1000, 5, [("b", 2)], client_transaction_version=0, now_ms=9)
    assert after.state is ONGOING
    assert ("b", 2) in after.partitions


def test_nothing_is_written_for_partitions_that_take_part_already() -> None:
    known = a_transaction(ONGOING)
    assert decisions.add_partitions(known, 1000, 5, [("a", 0)], client_transaction_version=0, now_ms=9) is known


@pytest.mark.parametrize(
    ("state", "producer_id", "epoch", "code"),
    [
        (ONGOING, 999, 5, ErrorCode.INVALID_PRODUCER_ID_MAPPING),
        (ONGOING, 1000, 4, FENCED),
        (ONGOING, 1000, 6, FENCED),
        (PREPARE_COMMIT, 1000, 4, FENCED),
        (PREPARE_COMMIT, 1000, 5, WAIT),
        (PREPARE_ABORT, 1000, 5, WAIT),
    ],
)
def test_identity_comes_before_state(state: TransactionState, producer_id: int, epoch: int, code: ErrorCode) -> None:
    known = a_transaction(state)
    with pytest.raises(KafkaError) as refused:
        decisions.add_partitions(known, producer_id, epoch, [("a", 0)], client_transaction_version=0, now_ms=9)
    assert refused.value.code is code
    if state is not ONGOING or code is not WAIT:
        with pytest.raises(KafkaError) as refused:
            decisions.check_open(known, producer_id, epoch)
        assert refused.value.code is code


# All of them

STATES = st.sampled_from(list(TransactionState)[:6])
EPOCHS = st.sampled_from([0, 1, 5, LAST - 1, LAST, PRODUCER_EPOCH_MAX])


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    return a_transaction(
        draw(STATES),
        draw(EPOCHS),
        last_producer_epoch=draw(st.sampled_from([-1, 4, LAST])),
        previous_producer_id=draw(st.sampled_from([-1, 999, 1000])),
    )


@given(
    transactions(),
    st.sampled_from(["end", "init", "add"]),
    st.tuples(st.sampled_from([998, 999, 1000]), st.integers(-1, 1)),
    st.booleans(),
    st.sampled_from([0, 2]),
)
def test_every_decision_keeps_epochs_in_range_and_never_takes_one_back(
    known: Transaction, request: str, identity: tuple[int, int], flag: bool, version: int
) -> None:
    before = replace(known)
    producer_id, epoch = identity[0], known.producer_epoch + identity[1]
    after: Transaction | ErrorCode
    if request == "end":
        after = end(known, epoch, commit=flag, version=version, producer_id=producer_id)
    elif request == "init":
        after = init(known, (producer_id, epoch) if flag else None, version)
    else:
        try:
            after = decisions.add_partitions(
                known, producer_id, epoch, [("b", 1)], client_transaction_version=version, now_ms=9
            )
        except KafkaError as error:
            after = error.code
    assert known == before
    if isinstance(after, ErrorCode):
        return
    assert 0 <= after.producer_epoch <= PRODUCER_EPOCH_MAX
    if after.producer_id == known.producer_id:
        assert after.producer_epoch >= known.producer_epoch
        assert after.producer_epoch - known.producer_epoch <= 1
    else:
        assert (after.producer_id, after.producer_epoch) == (NEW_ID, 0)
        assert known.producer_epoch >= LAST
    if after.is_prepared:
        done = completed(after, now_ms=9)
        assert done.producer_epoch < PRODUCER_EPOCH_MAX or version == 0


@given(transactions(), st.integers(0, 3), st.booleans(), st.sampled_from([0, 2]))
def test_a_fenced_producer_has_no_effect(known: Transaction, behind: int, flag: bool, version: int) -> None:
    stale = known.producer_epoch - 1 - behind
    if stale < 0 or known.producer_epoch == stale + 1 or known.last_producer_epoch == stale:
        return
    assert end(known, stale, commit=flag, version=version) in {FENCED, ErrorCode.INVALID_PRODUCER_ID_MAPPING}
    assert init(known, (1000, stale), version) in {FENCED, WAIT}
    with pytest.raises(KafkaError):
        decisions.add_partitions(known, 1000, stale, [("a", 0)], client_transaction_version=version, now_ms=9)
