from __future__ import annotations

import pytest

from nilometer_reference.log.errors import OutOfOrderSequence
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.wire.record_encoding import encode_batch
from tests.reference.log.logs import NOW, Producer, open_log, put, record, records, stored


def everything(_: str, __: int, size: int) -> int:
    return size


def all_names(count: int) -> int:
    return count


def test_batches_that_hold_an_offset_at_or_above_go_whole() -> None:
    log = open_log()
    for _ in range(3):
        put(log, record(), record(), record())
    log.truncate_to(7)
    assert log.log_end_offset == 6
    log.truncate_to(6)
    log.truncate_to(99)
    assert log.log_end_offset == 6
    assert put(log).base_offset == 6


@pytest.mark.parametrize("offset", range(10))
def test_segments_behind_the_offset_go_and_the_log_goes_on(offset: int) -> None:
    log = open_log(segment_bytes=200)
    for _ in range(10):
        put(log)
    log.truncate_to(offset)
    assert log.log_end_offset == offset
    for _ in range(10):
        put(log)
    assert [one.offset for one in records(log)] == list(range(offset + 10))


def test_what_was_cut_off_does_not_come_back_behind_what_is_appended_then() -> None:
    for keep in (None, everything):
        store = MemoryStore()
        log = open_log(store, segment_bytes=200)
        for _ in range(9):
            put(log, record("old"))
        log.flush()
        log.truncate_to(3)
        after = store.crashed(keep, None if keep is None else all_names)
        assert open_log(after, segment_bytes=200).log_end_offset == 3
        put(log, record("new"), leader_epoch=1)
        log.flush()
        again = open_log(store.crashed(keep, None if keep is None else all_names), segment_bytes=200)
        assert [one.key for one in records(again)] == [b"old"] * 3 + [b"new"]


def test_producers_are_as_they_were_then() -> None:
    log = open_log(segment_bytes=300)
    producer = Producer(1)
    for _ in range(10):
        producer.put(log)
    log.truncate_to(6)
    assert producer.retry(log, 5).is_duplicate  # the sixth, offset 5
    assert producer.retry(log, 4).base_offset == 6
    with pytest.raises(OutOfOrderSequence):
        producer.retry(log, 1)


def test_snapshots_of_what_was_cut_off_are_gone_with_it() -> None:
    """Otherwise a later start would know of batches that are not in the log."""
    store = MemoryStore()
    log = open_log(store, segment_bytes=200)
    producer = Producer(1)
    for _ in range(6):
        producer.put(log)
    log.truncate_to(1)
    other = Producer(2)
    for _ in range(6):
        other.put(log)
    log.flush()
    again = open_log(store.crashed(everything, all_names), segment_bytes=200)
    assert again.producers.encode() == log.producers.encode()


def test_transactions_and_epochs_go_back_too() -> None:
    log = open_log(segment_bytes=300)
    producer = Producer(1)
    producer.put(log, transactional=True, leader_epoch=1)
    producer.end(log, commit=False, leader_epoch=2)
    put(log, leader_epoch=3)
    log.truncate_to(1)
    assert log.last_stable_offset(1) == 0
    assert log.aborted_transactions(0, 9) == []
    assert log.end_offset_for_epoch(1) == (1, 1)
    assert log.end_offset_for_epoch(2) == (-1, -1)
    producer.end(log, commit=True, leader_epoch=4)
    assert (log.aborted_transactions(0, 9), log.last_stable_offset(2)) == ([], 2)
    assert [one.header.partition_leader_epoch for one in stored(log)] == [1, 4]


def test_a_cut_below_the_start_takes_the_start_along() -> None:
    log = open_log()
    put(log, record(), record(), record())
    put(log)
    log.delete_records(2)
    log.truncate_to(2)
    assert (log.log_start_offset, log.log_end_offset) == (0, 0)


def test_a_cut_below_all_segments_starts_over_there() -> None:
    log = open_log(segment_bytes=200, retention_bytes=0)
    for _ in range(5):
        put(log)
    log.retention(NOW)
    put(log)
    log.truncate_to(2)
    assert (log.log_start_offset, log.log_end_offset) == (2, 2)
    assert put(log).base_offset == 2


def test_a_cut_into_a_cleaned_part_makes_it_dirty_again() -> None:
    log = open_log(cleanup_compact=True)
    for key in "aab":
        put(log, record(key))
        log.roll(NOW)
    log.compact(NOW, force=True)
    log.truncate_to(2)
    put(log, record("a"))
    cleaning = log.compact(NOW, force=True)
    assert cleaning is not None
    assert cleaning.first_dirty_offset == 0
    assert [one.offset for one in records(log)] == [2]


def test_starting_over_leaves_nothing_of_before() -> None:
    for loses_power in (False, True):
        store = MemoryStore()
        log = open_log(store, segment_bytes=200)
        producer = Producer(1)
        for _ in range(5):
            producer.put(log, transactional=True, leader_epoch=3)
        log.flush()
        log.truncate_fully_and_start_at(77)
        if loses_power:
            log = open_log(store.crashed(), segment_bytes=200)
        assert (log.log_start_offset, log.log_end_offset, log.size) == (77, 77, 0)
        assert (log.active_producers(), log.epochs.latest, log.last_stable_offset(77)) == ([], -1, 77)
        data = encode_batch([record()], base_offset=80, partition_leader_epoch=5)
        assert log.append_as_follower(data, now_ms=NOW) == 81


def test_an_interrupted_cut_is_a_cut_or_none() -> None:
    steps = 0
    while True:
        store = MemoryStore()
        log = open_log(store, segment_bytes=200)
        for _ in range(9):
            put(log)
        log.flush()
        store.fails_in = steps
        try:
            log.truncate_to(3)
        except Exception:
            for after in (store.crashed(), store.crashed(everything, all_names)):
                again = open_log(after, segment_bytes=200)
                assert 3 <= again.log_end_offset <= 9
                assert [one.offset for one in records(again)] == list(range(again.log_end_offset))
            steps += 1
        else:
            break
    assert steps > 5
