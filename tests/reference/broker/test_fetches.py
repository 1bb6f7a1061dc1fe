"""What the Fetch API shows is tested there; here what it does not: limits of one read, and who waits for what."""

import pytest

from nilometer_reference.broker.fetch_sessions import FetchItem
from nilometer_reference.broker.fetches import Fetch, WaitingFetch, find_partition
from nilometer_reference.broker.partition import IsolationLevel
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import START_MS, Harness
from tests.reference.requests import batch, make_topic

SIZE = len(batch())


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness, "t", 3)
    return harness


def _item(index: int, offset: int = 0, max_bytes: int = 1 << 20, topic: str | None = "t") -> FetchItem:
    return FetchItem((topic or "", index), topic, ZERO_UUID, index, offset, max_bytes)


def _fetch(*items: FetchItem, min_bytes: int = 1, max_bytes: int = 1 << 20, max_wait_ms: int = 500) -> Fetch:
    return Fetch(items, max_wait_ms, min_bytes, max_bytes, IsolationLevel.READ_UNCOMMITTED)


def _fill(harness: Harness, *counts: int) -> None:
    for index, count in enumerate(counts):
        for _ in range(count):
            harness.broker.partition("t", index).append(batch(), START_MS)


@pytest.mark.parametrize(
    ("max_bytes", "partition_max_bytes", "sizes"),
    [
        (1 << 20, 1 << 20, [2 * SIZE, 2 * SIZE, 2 * SIZE]),
        (1 << 20, SIZE, [SIZE, SIZE, SIZE]),
        (3 * SIZE, 1 << 20, [2 * SIZE, SIZE, 0]),
        (3 * SIZE + 1, 1 << 20, [2 * SIZE, SIZE + 1, 0]),
        (2 * SIZE, 1 << 20, [2 * SIZE, 0, 0]),
        (0, 1 << 20, [SIZE, 0, 0]),
        (1 << 20, 0, [SIZE, 0, 0]),
        (1 << 20, SIZE - 1, [SIZE, 0, 0]),
    ],
)  # fmt: skip
def test_limits_are_shared_out_in_the_order_of_the_request(
    harness: Harness, max_bytes: int, partition_max_bytes: int, sizes: list[int]
) -> None:
    _fill(harness, 2, 2, 2)
    fetch = _fetch(*(_item(index, max_bytes=partition_max_bytes) for index in range(3)), max_bytes=max_bytes)
    assert [one.size for one in fetch.read(harness.broker)] == sizes


@pytest.mark.parametrize(
    ("counts", "min_bytes", "max_wait_ms", "is_enough"),
    [
        ((1, 0, 0), 1, 500, True),
        ((0, 0, 0), 1, 500, False),
        ((0, 0, 0), 0, 500, True),
        ((0, 0, 0), 1, 0, True),
        ((1, 1, 0), 2 * SIZE, 500, True),
        ((1, 1, 0), 2 * SIZE + 1, 500, False),
    ],
)
def test_enough_is_min_bytes_over_all_partitions(
    harness: Harness, counts: tuple[int, ...], min_bytes: int, max_wait_ms: int, is_enough: bool
) -> None:
    _fill(harness, *counts)
    fetch = _fetch(*(_item(index) for index in range(3)), min_bytes=min_bytes, max_wait_ms=max_wait_ms)
    assert fetch.is_enough(fetch.read(harness.broker)) == is_enough


def test_an_error_is_enough_and_so_is_nothing_to_read(harness: Harness) -> None:
    fetch = _fetch(_item(0), _item(7))
    assert fetch.is_enough(fetch.read(harness.broker))
    assert _fetch().is_enough([])


def test_the_name_of_a_topic_id_is_remembered(harness: Harness) -> None:
    topic = harness.broker.topics.get("t")
    assert topic is not None
    item = FetchItem((topic.topic_id, 0), None, topic.topic_id, 0, 0, 1)
    assert find_partition(harness.broker, item) is topic.partitions[0]
    harness.broker.topics.delete("t", START_MS)
    with pytest.raises(KafkaError) as refused:
        find_partition(harness.broker, item)
    assert refused.value.code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


class Waiting:
    """A fetch that waits, and how often it was done."""

    def __init__(self, harness: Harness, fetch: Fetch) -> None:
        self.done: list[int] = []
        self.harness = harness
        self.waiting = WaitingFetch(harness.broker, fetch, fetch.read(harness.broker), self.done.append, harness.now_ms)

    def append(self, index: int) -> None:
        self.harness.broker.partition("t", index).append(batch(), self.harness.now_ms)
        self.harness.broker.wake_waiters(self.harness.now_ms)


def test_a_wait_ends_once_and_leaves_nobody_waiting(harness: Harness) -> None:
    waiting = Waiting(harness, _fetch(_item(0), _item(1)))
    waiting.append(1)
    waiting.append(0)
    harness.advance(1_000)
    assert waiting.done == [START_MS]
    assert not any(partition.waiters for partition in harness.broker.partitions())


def test_a_wait_ends_by_itself_at_its_instant(harness: Harness) -> None:
    waiting = Waiting(harness, _fetch(_item(0), max_wait_ms=40))
    harness.advance(100)
    assert waiting.done == [START_MS + 40]


def test_a_cancelled_wait_is_never_done(harness: Harness) -> None:
    waiting = Waiting(harness, _fetch(_item(0)))
    waiting.waiting.cancel()
    waiting.append(0)
    harness.advance(1_000)
    assert waiting.done == []


def test_appends_to_other_partitions_end_no_wait(harness: Harness) -> None:
    waiting = Waiting(harness, _fetch(_item(0)))
    waiting.append(1)
    assert waiting.done == []


def test_bytes_of_a_partition_count_no_further_than_its_limit(harness: Harness) -> None:
    fetch = _fetch(_item(0, max_bytes=SIZE), _item(1, max_bytes=SIZE), min_bytes=2 * SIZE)
    waiting = Waiting(harness, fetch)
    for _ in range(3):
        waiting.append(0)
    assert waiting.done == []
    waiting.append(1)
    assert waiting.done == [START_MS]


def test_an_offset_that_was_truncated_away_ends_the_wait(harness: Harness) -> None:
    _fill(harness, 2)
    waiting = Waiting(harness, _fetch(_item(0, 2)))
    partition = harness.broker.partition("t", 0)
    partition.log.truncate_to(1)
    waiting.waiting.look(partition, START_MS)
    assert waiting.done == [START_MS]
