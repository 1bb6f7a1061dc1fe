import pytest

from nilometer_reference.broker.partition import IsolationLevel, Partition
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.harness import START_MS, Harness
from tests.reference.requests import batch, make_topic


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness)
    return harness


@pytest.fixture
def partition(harness: Harness) -> Partition:
    return harness.broker.partition("t", 0)


class Watcher:
    """A request that only counts how often it was to look."""

    def __init__(self) -> None:
        self.looks: list[tuple[Partition, int]] = []

    def look(self, partition: Partition, now_ms: int) -> None:
        self.looks.append((partition, now_ms))


def _transactional(sequence: int = 0, count: int = 1) -> bytes:
    return batch(count, producer_id=7, producer_epoch=0, base_sequence=sequence, transactional=True)


def _end(partition: Partition, *, commit: bool) -> None:
    partition.write_marker(
        producer_id=7, producer_epoch=0, coordinator_epoch=0, commit=commit, transaction_version=1, now_ms=START_MS
    )


def test_the_bounds_are_in_order_whatever_happens(partition: Partition) -> None:
    def bounds() -> tuple[int, int, int, int]:
        return (
            partition.log_start_offset,
            partition.last_stable_offset,
            partition.high_watermark,
            partition.log_end_offset,
        )

    assert bounds() == (0, 0, 0, 0)
    partition.append(batch(2), START_MS)
    partition.append(_transactional(), START_MS)
    assert bounds() == (0, 2, 3, 3)
    partition.delete_records(1)
    assert bounds() == (1, 2, 3, 3)
    _end(partition, commit=True)
    assert bounds() == (1, 4, 4, 4)


@pytest.mark.parametrize("level", [IsolationLevel.READ_UNCOMMITTED, IsolationLevel.READ_COMMITTED])
def test_a_reader_reads_up_to_its_limit(partition: Partition, level: IsolationLevel) -> None:
    partition.append(batch(), START_MS)
    partition.append(_transactional(), START_MS)
    assert partition.limit(level) == (1 if level == IsolationLevel.READ_COMMITTED else 2)
    assert partition.read(0, 1 << 20, level).size == len(batch()) * (1 if level == IsolationLevel.READ_COMMITTED else 2)


def test_an_append_must_be_written_and_is_told_to_who_waits_once_a_pass(harness: Harness, partition: Partition) -> None:
    watcher = Watcher()
    partition.waiters[watcher] = None
    partition.append(batch(), START_MS)
    partition.append(batch(), START_MS)
    assert list(harness.broker.unpersisted) == [partition.log]
    harness.broker.wake_waiters(START_MS + 5)
    assert watcher.looks == [(partition, START_MS + 5)]


def test_a_retry_waits_for_its_original_to_be_written(harness: Harness, partition: Partition) -> None:
    records = batch(producer_id=7, producer_epoch=0, base_sequence=0)
    partition.append(records, START_MS)
    harness.broker.persist()
    assert partition.append(records, START_MS).is_duplicate
    assert list(harness.broker.unpersisted) == [partition.log]


def test_a_refused_append_leaves_nothing_to_write_and_nobody_to_wake(harness: Harness, partition: Partition) -> None:
    with pytest.raises(KafkaError):
        partition.append(b"", START_MS)
    assert not harness.broker.unpersisted
    assert not harness.broker.changed


def test_deleted_records_are_told_to_who_waits(harness: Harness, partition: Partition) -> None:
    partition.append(batch(2), START_MS)
    harness.broker.wake_waiters(START_MS)
    watcher = Watcher()
    partition.waiters[watcher] = None
    assert partition.delete_records(-1) == 2
    harness.broker.wake_waiters(START_MS)
    assert len(watcher.looks) == 1


def test_records_above_the_high_watermark_cannot_be_deleted(partition: Partition) -> None:
    with pytest.raises(KafkaError) as refused:
        partition.delete_records(1)
    assert refused.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


@pytest.mark.parametrize(("epoch", "code"), [(-1, None), (0, 74), (1, None), (2, 75)])
def test_leader_epochs_are_compared(harness: Harness, epoch: int, code: int | None) -> None:
    harness.restart()
    partition = harness.broker.partition("t", 0)
    if code is None:
        partition.check_leader_epoch(epoch)
        return
    with pytest.raises(KafkaError) as refused:
        partition.check_leader_epoch(epoch)
    assert refused.value.code == code


def test_a_partition_is_offline_after_a_storage_failure_until_the_next_start(harness: Harness) -> None:
    partition = harness.broker.partition("t", 0)
    assert partition.is_online
    harness.stores.stores["t", 0].failing = True
    partition.append(batch(), START_MS)
    harness.carry_out(harness.node.take_effects(START_MS))
    assert not partition.is_online
    with pytest.raises(KafkaError) as refused:
        partition.check_online()
    assert refused.value.code == ErrorCode.KAFKA_STORAGE_ERROR
    harness.stores.stores["t", 0].failing = False
    harness.restart()
    assert harness.broker.partition("t", 0).is_online


def test_what_retention_takes_is_told_to_who_waits(harness: Harness) -> None:
    make_topic(harness, "small", 1, internal_segment_bytes="100", retention_bytes="100")
    partition = harness.broker.partition("small", 0)
    for _ in range(4):
        partition.append(batch(), START_MS)
    harness.broker.wake_waiters(START_MS)
    watcher = Watcher()
    partition.waiters[watcher] = None
    partition.retain(START_MS)
    harness.broker.wake_waiters(START_MS)
    assert partition.log_start_offset > 0
    assert len(watcher.looks) == 1


def test_compaction_says_whether_it_has_done_anything(harness: Harness) -> None:
    make_topic(harness, "c", 1, cleanup_policy="compact", internal_segment_bytes="100")
    partition = harness.broker.partition("c", 0)
    assert not partition.compact(START_MS)
    for _ in range(4):
        partition.append(batch(key=b"k"), START_MS)
    assert partition.compact(START_MS + 60_000)
    assert partition.log_end_offset == 4
