import pytest

from nilometer_reference.broker.transactions.markers import write_markers
from nilometer_reference.broker.transactions.transaction import Transaction, TransactionState
from nilometer_reference.wire.errors import ErrorCode
from tests.reference.broker.transactions.memory_journal import START_MS, Marker, Markers

PARTITIONS = frozenset({("a", 0), ("a", 1), ("b", 0)})


def decided(state: TransactionState = TransactionState.PREPARE_COMMIT, version: int = 2) -> Transaction:
    return Transaction("t", 1000, 6, 60_000, 1, state, PARTITIONS, client_transaction_version=version)


def write(transaction: Transaction, markers: Markers, to: frozenset[tuple[str, int]] = PARTITIONS) -> frozenset:
    return write_markers(transaction, to, markers.write, coordinator_epoch=7, now_ms=START_MS)


@pytest.mark.parametrize(
    ("state", "commit"), [(TransactionState.PREPARE_COMMIT, True), (TransactionState.PREPARE_ABORT, False)]
)
@pytest.mark.parametrize("version", [0, 2])
def test_every_partition_gets_the_decision_with_the_epoch_of_the_transaction(
    state: TransactionState, commit: bool, version: int
) -> None:
    markers = Markers()
    assert write(decided(state, version), markers) == frozenset()
    assert markers.taken == [Marker(t, i, 1000, 6, 7, commit, version) for t, i in sorted(PARTITIONS)]


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.INVALID_PRODUCER_EPOCH,
        ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    ],
)
def test_a_marker_that_will_never_be_taken_is_not_tried_again(code: ErrorCode) -> None:
    markers = Markers({("a", 1): code})
    assert write(decided(), markers) == frozenset()
    assert [(m.topic, m.index) for m in markers.taken] == [("a", 0), ("b", 0)]


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.NOT_ENOUGH_REPLICAS,
        ErrorCode.REQUEST_TIMED_OUT,
        ErrorCode.KAFKA_STORAGE_ERROR,
    ],
)
def test_any_other_obstacle_is_tried_again_and_the_other_partitions_do_not_wait(code: ErrorCode) -> None:
    markers = Markers({("a", 0): code})
    assert write(decided(), markers) == frozenset({("a", 0)})
    assert [(m.topic, m.index) for m in markers.taken] == [("a", 1), ("b", 0)]
    markers.failing.clear()
    assert write(decided(), markers, frozenset({("a", 0)})) == frozenset()
    assert len(markers.taken) == 3
