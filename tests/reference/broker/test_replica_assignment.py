import pytest

from nilometer_reference.broker.replica_assignment import check_numbered, check_replicas, resolve_counts
from nilometer_reference.wire.errors import ErrorCode, KafkaError

BROKERS = {1, 2, 3}


def code(call: object, *arguments: object, **named: object) -> ErrorCode:
    assert callable(call)
    with pytest.raises(KafkaError) as refused:
        call(*arguments, **named)
    return refused.value.code


@pytest.mark.parametrize("replicas", [[], [4], [1, 4], [1, 1], [1, 2, 1], [-1]])
def test_a_list_of_replicas_names_known_brokers_once_each(replicas: list[int]) -> None:
    assert code(check_replicas, replicas, BROKERS, None) == ErrorCode.INVALID_REPLICA_ASSIGNMENT == 39


def test_a_list_of_replicas_has_the_length_of_the_others() -> None:
    check_replicas([3, 1], BROKERS, 2)
    check_replicas([3, 1], BROKERS, None)
    assert code(check_replicas, [3, 1], BROKERS, 1) == ErrorCode.INVALID_REPLICA_ASSIGNMENT


def test_numbered_lists_may_come_in_any_order_and_say_the_replication_factor() -> None:
    assert check_numbered([(1, [2, 3]), (0, [1, 2]), (2, [3, 1])], BROKERS) == 2


@pytest.mark.parametrize(
    "assignments",
    [
        [(1, [1])],
        [(0, [1]), (2, [1])],
        [(-1, [1]), (0, [1])],
        [(0, [1]), (0, [1])],
        [(0, [1]), (1, [1, 2])],
        [(0, [])],
        [(0, [9])],
    ],
)
def test_numbered_lists_have_no_gaps_no_doubles_and_one_length(assignments: list[tuple[int, list[int]]]) -> None:
    assert code(check_numbered, assignments, BROKERS) == ErrorCode.INVALID_REPLICA_ASSIGNMENT


def counts(partitions: int, replicas: int) -> tuple[int, int]:
    return resolve_counts(
        partitions, replicas, default_partition_count=6, default_replication_factor=2, brokers=BROKERS
    )


def test_minus_one_is_the_default() -> None:
    assert counts(-1, -1) == (6, 2)
    assert counts(4, 3) == (4, 3)


@pytest.mark.parametrize(
    ("partitions", "replicas", "expected"),
    [
        (1, 0, ErrorCode.INVALID_REPLICATION_FACTOR),
        (1, -2, ErrorCode.INVALID_REPLICATION_FACTOR),
        (0, 1, ErrorCode.INVALID_PARTITIONS),
        (-2, 1, ErrorCode.INVALID_PARTITIONS),
        (1, 4, ErrorCode.INVALID_REPLICATION_FACTOR),
        (0, 0, ErrorCode.INVALID_REPLICATION_FACTOR),
        (0, 4, ErrorCode.INVALID_PARTITIONS),
    ],
)
def test_wrong_numbers_are_refused_in_the_order_of_kafka(partitions: int, replicas: int, expected: ErrorCode) -> None:
    assert code(counts, partitions, replicas) == expected
