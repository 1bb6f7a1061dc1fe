"""Which part is cleaned and when; what a whole cleaning does. Histories: `test_compaction_histories`."""

from __future__ import annotations

import pytest

from nilometer_reference.log import cleaner
from nilometer_reference.log.cleaner import cleanable
from nilometer_reference.log.cleaner_checkpoint import read_checkpoint
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.log import Log
from nilometer_reference.log.memory_store import MemoryStore
from tests.reference.log.logs import (
    NOW,
    Producer,
    committed,
    open_log,
    put,
    reconfigure,
    record,
    records,
    stored,
    tombstone,
    values,
)

COMPACT = {"cleanup_compact": True, "cleanup_delete": False, "delete_retention_ms": 100}


def log_of(*keys: str, store: MemoryStore | None = None, **settings: object) -> Log:
    """A sealed segment for each group of keys, and an empty active one."""
    log = open_log(store, **{**COMPACT, **settings})
    for group in keys:
        for key in group:
            put(log, record(key, f"{key}{log.log_end_offset}"))
        log.roll(NOW)
    return log


def left(log: Log) -> list[int]:
    return [one.offset for one in records(log)]


def test_of_each_key_the_last_record_stays_where_it_is() -> None:
    """C1, C2."""
    log = log_of("aba", "cb", "a")
    before = {one.offset: one for one in records(log)}
    cleaning = log.compact(NOW, force=True)
    assert left(log) == [3, 4, 5]
    assert [before[one.offset] for one in records(log)] == records(log)
    assert cleaning is not None
    assert (cleaning.first_dirty_offset, cleaning.end_offset, cleaning.records_removed) == (0, 6, 3)
    assert cleaning.bytes_after == log.size < cleaning.bytes_before


def test_a_reader_goes_over_the_holes() -> None:
    """C10."""
    log = log_of("aaaa", "ab", "b")
    log.compact(NOW, force=True)
    assert left(log) == [4, 6]
    for offset in range(8):
        assert log.read(offset, 1000).base_offset == (4 if offset <= 4 else 6 if offset <= 6 else -1)


def test_the_active_segment_is_left_alone() -> None:
    """C4."""
    log = log_of("aa", min_cleanable_dirty_ratio=0.0)
    put(log, record("a"))
    log.compact(NOW)
    assert left(log) == [1, 2]


def test_nothing_at_or_above_the_high_watermark_is_touched_nor_replaces_what_is_below() -> None:
    """B071 (KAFKA-13194)."""
    log = log_of("a", "b", "a", "b")
    log.compact(NOW, high_watermark=2, force=True)
    assert left(log) == [0, 1, 2, 3]
    log.compact(NOW, high_watermark=3, force=True)
    assert left(log) == [1, 2, 3]


def test_nothing_at_or_above_the_last_stable_offset_is_touched() -> None:
    log = log_of("a", "a")
    producer = Producer(1)
    producer.put(log, record("a"), transactional=True)
    log.roll(NOW)
    put(log, record("a"))
    log.roll(NOW)
    log.compact(NOW, force=True)
    assert left(log) == [1, 2, 3]
    producer.end(log, commit=True)
    log.compact(NOW, force=True)
    assert [one.offset for one in committed(log)] == [3]


def test_young_records_are_left_alone_and_all_behind_them() -> None:
    """KIP-58."""
    log = open_log(**COMPACT, min_compaction_lag_ms=100)
    for time in (NOW, NOW, NOW + 50, NOW):
        put(log, record("a", time=time))
        log.roll(NOW)
    assert log.compact(NOW + 99, force=True) is None
    log.compact(NOW + 100, force=True)
    assert left(log) == [1, 2, 3]
    log.compact(NOW + 150, force=True)
    assert left(log) == [3]


# When


@pytest.mark.parametrize(("ratio", "is_due"), [(0.0, True), (0.49, True), (0.51, False), (1.0, False)])
def test_a_cleaning_waits_for_the_dirty_ratio(ratio: float, is_due: bool) -> None:
    log = log_of("ab")
    log.compact(NOW, force=True)
    for key in "ab":
        put(log, record(key, key + "0"))
    log.roll(NOW)
    reconfigure(log, min_cleanable_dirty_ratio=ratio)
    assert cleanable(log, NOW, log.log_end_offset).dirty_ratio == 0.5
    assert (log.compact(NOW) is not None) == is_due


def test_a_log_without_the_policy_is_never_compacted() -> None:
    log = log_of("aa", cleanup_compact=False)
    assert log.compact(NOW, force=True) is None
    assert left(log) == [0, 1]


def test_a_record_does_not_stay_dirty_beyond_the_largest_lag() -> None:
    """KIP-354: the active segment is sealed for it."""
    log = open_log(**COMPACT, max_compaction_lag_ms=100, min_cleanable_dirty_ratio=1.0)
    put(log, record("a"))
    put(log, record("a"))
    assert log.compact(NOW + 100) is None
    assert log.compact(NOW + 101) is not None
    assert left(log) == [1]
    assert log.compact(NOW + 500) is None


def test_a_passed_horizon_is_a_reason_to_clean() -> None:
    """C3: tombstones go at some time, also when nothing new is written."""
    log = open_log(**COMPACT, min_cleanable_dirty_ratio=0.0)
    put(log, record("a"))
    put(log, tombstone("a"))
    put(log, record("b"))
    log.roll(NOW)
    log.compact(NOW)
    assert left(log) == [1, 2]
    assert log.compact(NOW + 99) is None
    assert log.compact(NOW + 100) is not None
    assert left(log) == [2]
    assert log.compact(NOW + 10_000) is None


# What must not be lost


def test_the_end_of_the_log_stays_when_nothing_before_it_does() -> None:
    """B072 (KAFKA-17076), L19."""
    store = MemoryStore()
    log = open_log(store, **COMPACT)
    put(log, tombstone("a"))
    log.roll(NOW)
    for now_ms in (NOW, NOW + 100):
        log.compact(now_ms, force=True)
    assert left(log) == []
    assert stored(log)[-1].header.next_offset == 1
    for after in (store, store.crashed()):
        again = open_log(after, **COMPACT)
        assert (again.log_start_offset, again.log_end_offset) == (0, 1)
        assert put(again, record("b")).base_offset == 1


def test_a_retry_is_known_after_cleaning_and_after_a_start_without_snapshots() -> None:
    """C7, I2: all of the last five."""
    store = MemoryStore()
    log = open_log(store, **COMPACT)
    producer = Producer(1)
    for _ in range(7):
        producer.put(log, record("k"))
    log.roll(NOW)
    put(log, record("k"))
    log.compact(NOW, force=True)
    log.write_pending()
    for name in [name for name in store.names() if name.endswith(".snapshot")]:
        store.delete(name)
    again = open_log(store, **COMPACT)
    for ago in range(1, 6):
        assert producer.retry(again, ago).base_offset == 7 - ago
    assert left(again) == [7]


def test_a_producer_that_is_forgotten_keeps_nothing_in_the_log() -> None:
    log = open_log(**COMPACT, producer_id_expiration_ms=1000)
    Producer(1).put(log, record("k"))
    put(log, record("k"))
    log.roll(NOW)
    log.compact(NOW, force=True)
    assert len(stored(log)) == 2
    log.retention(NOW + 1000)
    log.compact(NOW + 1000, force=True)
    assert len(stored(log)) == 1


def test_a_transaction_over_several_groups_keeps_its_marker() -> None:
    """B068 (KAFKA-8351)."""
    log = open_log(**COMPACT, segment_bytes=300)
    producer = Producer(1)
    for index in range(6):
        producer.put(log, record(f"k{index}", "x" * 100), transactional=True)
    producer.end(log, commit=True)
    put(log, record("other"))
    assert len(log.segments) > 2
    for now_ms in (NOW, NOW + 1000, NOW + 2000):
        log.compact(now_ms, force=True)
        assert [one.header.base_offset for one in stored(log) if one.header.is_control] == [6]
        assert len(committed(log)) == 7


def test_aborted_records_go_the_committed_ones_come_through_and_so_they_do_after_a_start() -> None:
    """C5, B070, B073."""
    store = MemoryStore()
    log = open_log(store, **COMPACT)
    put(log, record("k", "committed"))
    one, two = Producer(1), Producer(2)
    for producer in (one, two):
        producer.put(log, record("k", "aborted"), transactional=True)
    for producer in (one, two):
        producer.end(log, commit=False)
    put(log, record("other"))
    for now_ms in (NOW, NOW + 100, NOW + 200):
        log.compact(now_ms, force=True)
        assert values(committed(log)) == ["committed", "v"]
        again = open_log(store.crashed(), **COMPACT)
        assert values(committed(again)) == ["committed", "v"]
        assert again.last_stable_offset(again.log_end_offset) == again.log_end_offset


def test_with_both_policies_each_does_its_part() -> None:
    """C11 (KIP-71)."""
    log = log_of("ab", "a", cleanup_delete=True, retention_ms=100)
    log.compact(NOW, force=True)
    assert left(log) == [1, 2]
    assert log.retention(NOW + 101) > 0
    assert (left(log), log.log_end_offset) == ([], 3)


def test_times_are_found_after_cleaning() -> None:
    """TI9."""
    log = open_log(**COMPACT)
    for time in (50, 90, 70, 60):
        put(log, record("a" if time < 90 else "b", time=time))
    log.compact(NOW, force=True)
    assert [log.offset_for_timestamp(time) for time in (0, 61, 91)] == [(90, 1, 0), (90, 1, 0), None]
    assert log.offset_of_max_timestamp() == (90, 1, 0)
    put(log, tombstone("b", time=80))
    for now_ms in (NOW, NOW + 100):
        log.compact(now_ms, force=True)
    assert log.offset_of_max_timestamp() == (60, 3, 0)


# Files


def test_neighbours_that_fit_one_segment_become_one() -> None:
    store = MemoryStore()
    log = log_of("aaaa", "aaaa", "bbbb", "ab", store=store, segment_bytes=700)
    log.compact(NOW, force=True)
    log.compact(NOW, force=True)
    assert [one.base_offset for one in log.segments] == [0, 14]
    assert [name for name in store.names() if name.endswith(".log")] == [
        "00000000000000000000.log", "00000000000000000014.log",
    ]  # fmt: skip
    assert [name for name in store.names() if name.endswith(".snapshot")] == ["00000000000000000014.snapshot"]


def test_a_segment_never_spans_more_offsets_than_kafkas_may() -> None:
    """B075: relative offsets of 32 bits elsewhere."""
    log = open_log(**COMPACT)
    for offset in (0, 2**31 - 10, 2**31 + 10):
        data = bytes(stored(put_one(offset))[0].data)
        log.append_as_follower(data, now_ms=NOW)
        log.roll(NOW)
    log.compact(NOW, force=True)
    assert [one.base_offset for one in log.segments] == [0, 2**31 - 9, 2**31 + 11]
    assert left(log) == [0, 2**31 - 10, 2**31 + 10]


def put_one(offset: int) -> Log:
    log = open_log()
    log.truncate_fully_and_start_at(offset)
    put(log, record(f"k{offset}"))
    return log


def test_a_segment_of_which_all_stays_is_not_written_anew() -> None:
    log = log_of("ab", "cd", segment_bytes=160)
    before = list(log.segments)
    log.compact(NOW, force=True)
    assert log.segments == before
    assert read_checkpoint(log.store).first_dirty_offset == 4


def test_a_cleaning_that_the_disk_cannot_hold_leaves_the_log_online_and_as_it_was() -> None:
    store = MemoryStore()
    log = log_of("aa", "a", store=store)
    log.flush()
    store.fails_in = 3
    with pytest.raises(KafkaStorageError):
        log.compact(NOW, force=True)
    store.fails_in, store.failing = None, False
    assert log.offline is None or left(open_log(store, **COMPACT)) == [0, 1, 2]
    assert left(open_log(store.crashed(), **COMPACT)) == [0, 1, 2]


def test_what_replaces_a_record_is_safe_before_the_record_goes() -> None:
    """C1: the policy was `delete` when the newer one was written, and nothing was flushed."""
    store = MemoryStore()
    log = log_of("a", "a", store=store, cleanup_compact=False, segment_bytes=100)
    reconfigure(log, cleanup_compact=True)
    log.compact(NOW, force=True)
    again = open_log(store.crashed(), **COMPACT)
    assert left(again) == [1]


def test_keys_are_read_as_far_as_memory_lasts_and_the_rest_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of("ab", "ab", "ab")
    monkeypatch.setattr(cleaner, "KEYS_BYTES_MAX", 100)
    ends = []
    for _ in range(3):
        cleaning = log.compact(NOW, force=True)
        assert cleaning is not None
        ends.append(cleaning.end_offset)
    assert ends == [2, 4, 6]
    assert left(log) == [4, 5]
