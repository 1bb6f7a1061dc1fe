from __future__ import annotations

import pytest

from nilometer_reference.log.config import RecordValidation
from nilometer_reference.log.errors import KafkaStorageError, OffsetOutOfRange
from nilometer_reference.log.log import Log
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.wire.record_encoding import Record, encode_batch
from tests.reference.log.logs import NOW, Producer, open_log, put, reconfigure, record, records

DAY_MS = 86_400_000


def log_of(*times: int, store: MemoryStore | None = None, **settings: object) -> Log:
    """One segment a time, each of a batch of 80 bytes or so."""
    log = open_log(store, retention_ms=-1, segment_bytes=100, **settings)
    for time in times:
        put(log, record("k", "x" * 10, time=time))
    return log


def bases(log: Log) -> list[int]:
    return [one.base_offset for one in log.segments]


# By time


def test_segments_older_than_the_retention_time_go_from_the_start() -> None:
    log = log_of(100, 200, 300, 400)
    reconfigure(log, retention_ms=1000)
    assert log.retention(1200) == 1  # 100 is older than 1000, 200 is not yet
    assert (bases(log), log.log_start_offset, log.log_end_offset) == ([1, 2, 3], 1, 4)
    assert log.retention(1301) == 2
    assert [one.offset for one in records(log)] == [3]


def test_only_a_prefix_goes() -> None:
    """C8: an old segment behind a young one waits."""
    log = log_of(100, 900, 100, 900)
    reconfigure(log, retention_ms=500)
    assert log.retention(1000) == 1
    assert log.retention(1000) == 0
    assert bases(log) == [1, 2, 3]


def test_a_segment_is_as_young_as_its_youngest_record() -> None:
    log = open_log(retention_ms=500)
    put(log, record(time=100), record(time=900))
    put(log, record(time=50))
    log.roll(NOW)
    assert log.retention(1400) == 0
    assert log.retention(1401) == 1


def test_a_header_that_was_not_checked_is_not_believed() -> None:
    log = open_log(retention_ms=500, record_validation=RecordValidation.STRUCTURAL)
    data = encode_batch([Record(-1, 900, None, b"v")], max_timestamp=1)
    log.append_as_leader(data, leader_epoch=0, now_ms=NOW)
    assert log.retention(1400) == 0
    assert log.retention(1401) == 1


def test_records_without_a_time_count_from_their_append() -> None:
    log = open_log(retention_ms=500)
    put(log, record(time=-1), now_ms=1000)
    log.roll(1300)
    assert log.retention(1800) == 0
    assert log.retention(1801) == 1


def test_the_active_segment_goes_too_and_the_end_stays() -> None:
    """L19."""
    store = MemoryStore()
    log = log_of(100, 200, store=store)
    reconfigure(log, retention_ms=0)
    assert log.retention(NOW) == 2
    assert (bases(log), log.log_start_offset, log.log_end_offset, log.size) == ([2], 2, 2, 0)
    assert log.retention(NOW) == 0
    for after in (store, store.crashed()):
        again = open_log(after)
        assert (again.log_start_offset, again.log_end_offset) == (2, 2)
    assert put(log).base_offset == 2


@pytest.mark.parametrize(("retention_ms", "policy"), [(-1, True), (0, False)])
def test_without_a_bound_or_the_policy_nothing_goes_by_time(retention_ms: int, policy: bool) -> None:
    log = log_of(100, 200)
    reconfigure(log, retention_ms=retention_ms, cleanup_delete=policy, cleanup_compact=not policy)
    assert log.retention(NOW) == 0


# By size


def test_what_is_in_excess_goes_and_no_more() -> None:
    log = log_of(*[100] * 5)
    size = log.segments[0].size
    assert log.size == 5 * size
    for retention_bytes, gone in ((5 * size, 0), (4 * size + 1, 0), (4 * size, 1), (2 * size + 1, 1), (size, 2)):
        reconfigure(log, retention_bytes=retention_bytes)
        assert log.retention(NOW) == gone
    assert bases(log) == [4]
    reconfigure(log, retention_bytes=0)
    assert log.retention(NOW) == 1
    assert (bases(log), log.log_end_offset) == ([5], 5)


# Below the log start offset


@pytest.mark.parametrize("compact", [True, False])
def test_segments_below_the_start_go_with_any_policy(compact: bool) -> None:
    log = log_of(100, 200, 300, cleanup_delete=not compact, cleanup_compact=compact)
    log.delete_records(2)
    assert log.retention(NOW) == 2
    assert bases(log) == [2]
    log.delete_records(3)
    assert log.retention(NOW) == 0  # the active one stays for what comes


def test_a_segment_that_is_needed_in_part_stays_whole() -> None:
    log = open_log(retention_ms=-1)
    put(log, record(), record(), record())
    log.roll(NOW)
    log.delete_records(2)
    assert log.retention(NOW) == 0
    assert [one.offset for one in records(log)] == [2]


# The high watermark


@pytest.mark.parametrize("high_watermark", range(5))
def test_nothing_at_or_above_the_high_watermark_goes(high_watermark: int) -> None:
    """B016 (KAFKA-5634)."""
    log = log_of(100, 200, 300, 400)
    reconfigure(log, retention_ms=0, retention_bytes=0)
    assert log.retention(NOW, high_watermark) == high_watermark
    assert log.log_start_offset == high_watermark


# What stays known


def test_a_producer_whose_records_have_gone_is_still_known_and_after_a_loss_of_power_too() -> None:
    """B032 (KIP-360): a late retry is not appended again."""
    store = MemoryStore()
    log = open_log(store, retention_ms=0, segment_bytes=100)
    producer = Producer(1)
    for _ in range(3):
        producer.put(log, record("k", "x" * 10, time=100))
    log.retention(NOW)
    assert log.log_start_offset == 3
    for after in (store, store.crashed(), store.crashed(lambda _, __, size: size, lambda count: count)):
        again = open_log(after)
        assert producer.retry(again, 3).base_offset == 0
        assert again.log_end_offset == 3


def test_deletion_waits_for_the_snapshot_that_it_needs() -> None:
    """Whatever fails on the way, nothing is lost that was known."""
    producer = Producer(1)
    steps = 0
    while True:
        store = MemoryStore()
        log = open_log(store, retention_ms=0, segment_bytes=100)
        producer.sent.clear()
        producer.sequence = 0
        for _ in range(3):
            producer.put(log, record("k", "x" * 10, time=100))
        log.flush()
        store.fails_in = steps
        try:
            log.retention(NOW)
        except KafkaStorageError:
            steps += 1
        else:
            break
        for after in (store.crashed(), store.crashed(lambda _, __, size: size, lambda count: count)):
            again = open_log(after)
            assert again.log_end_offset == 3
            assert producer.retry(again, 3).base_offset == 0
    assert steps > 4


def test_idle_producers_are_forgotten_in_time_and_no_sooner() -> None:
    log = open_log(producer_id_expiration_ms=1000)
    Producer(1).put(log, now_ms=NOW)
    log.retention(NOW + 999)
    assert len(log.active_producers()) == 1
    log.retention(NOW + 1000)
    assert log.active_producers() == []


def test_aborted_transactions_are_known_as_long_as_their_records_are() -> None:
    log = open_log(retention_ms=-1, segment_bytes=100)
    producer = Producer(1)
    for _ in range(2):
        producer.put(log, record("k", "x" * 10), transactional=True)
        producer.end(log, commit=False)
    log.delete_records(2)
    log.retention(NOW)
    assert [entry[:3] for entry in log.aborted_transactions(2, 4)] == [(1, 2, 3)]


# DeleteRecords


def test_records_below_an_offset_are_gone_for_every_reader_at_once() -> None:
    """C9."""
    log = log_of(100, 200, 300, 400)
    assert log.delete_records(2) == 2
    with pytest.raises(OffsetOutOfRange):
        log.read(1, 100)
    assert log.read(2, 100).base_offset == 2
    assert log.offset_for_timestamp(0) == (300, 2, 0)
    assert log.delete_records(1) == 2  # never back
    assert log.delete_records(-1) == 4
    assert records(log) == []


def test_the_start_may_be_in_the_middle_of_a_batch() -> None:
    log = open_log()
    put(log, record("a"), record("b"), record("c"))
    log.delete_records(1)
    assert log.read(1, 100).base_offset == 0
    assert [one.key for one in records(log)] == [b"b", b"c"]


@pytest.mark.parametrize("offset", [-2, 3, 5])
def test_an_offset_above_the_high_watermark_is_out_of_range(offset: int) -> None:
    log = log_of(100, 200, 300, 400)
    with pytest.raises(OffsetOutOfRange):
        log.delete_records(offset, high_watermark=2)
    assert log.log_start_offset == 0
    assert log.delete_records(-1, high_watermark=2) == 2


def test_an_answered_deletion_survives_a_loss_of_power_with_what_is_known_of_the_producers() -> None:
    store = MemoryStore()
    log = open_log(store)
    producer = Producer(1)
    producer.put(log)
    log.delete_records(1)
    again = open_log(store.crashed())
    assert (again.log_start_offset, again.log_end_offset) == (1, 1)
    assert producer.retry(again).is_duplicate
