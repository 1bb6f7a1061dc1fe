"""Appending and reading. What histories do to a log is in `test_histories` and `test_compaction_histories`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.append_check import AppendOrigin, CheckedBatch
from nilometer_reference.log.errors import KafkaStorageError, OffsetOutOfRange, OutOfOrderSequence
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.log.log import AppendResult
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.wire.chunks import FileSlice, join
from nilometer_reference.wire.record_encoding import TimestampType, encode_batch
from nilometer_reference.wire.record_errors import CorruptMessage, InvalidRecord
from nilometer_reference.wire.records import split_batches
from tests.reference.log.logs import NOW, Producer, committed, open_log, put, record, records, stored, values

# Append


def test_batches_get_the_next_offsets_and_the_leaders_epoch() -> None:
    log = open_log()
    assert put(log, record("a"), record("b"), leader_epoch=4) == AppendResult(0, 1, -1, 0)
    assert put(log, record("c"), leader_epoch=5) == AppendResult(2, 2, -1, 0)
    assert log.log_end_offset == 3
    assert [(one.header.base_offset, one.header.partition_leader_epoch) for one in stored(log)] == [(0, 4), (2, 5)]
    assert [(one.offset, one.key) for one in records(log)] == [(0, b"a"), (1, b"b"), (2, b"c")]


def test_what_was_appended_is_what_is_read_byte_for_byte_behind_offset_and_epoch() -> None:
    log = open_log()
    for codec in range(5):
        data = encode_batch([record("k", "v" * 50, headers=(("h", b"x"),))] * 3, compression=codec)
        log.append_as_leader(data, leader_epoch=0, now_ms=NOW)
        assert bytes(stored(log)[-1].data)[16:] == data[16:]


def test_checking_touches_nothing_and_appending_cannot_fail() -> None:
    log = open_log()
    data = encode_batch([record()], producer_id=1, producer_epoch=0, base_sequence=0)
    checked = log.check_append(data, now_ms=NOW)
    assert isinstance(checked, CheckedBatch)
    assert (log.log_end_offset, log.active_producers(), log.size) == (0, [], 0)
    assert log.append(checked, leader_epoch=0, now_ms=NOW).base_offset == 0
    assert log.check_append(data, now_ms=NOW) == AppendResult(0, 0, -1, 0, is_duplicate=True)


def test_a_refused_batch_leaves_everything_as_it_was() -> None:
    log = open_log()
    producer = Producer(1)
    producer.put(log)
    before = (log.log_end_offset, log.size, log.producers.encode())
    with pytest.raises(OutOfOrderSequence):
        put(log, producer_id=1, producer_epoch=0, base_sequence=5)
    with pytest.raises(CorruptMessage):
        log.append_as_leader(encode_batch([record()])[:-1], leader_epoch=9, now_ms=NOW)
    assert (log.log_end_offset, log.size, log.producers.encode()) == before
    assert log.epochs.latest == 0


def test_a_retry_is_answered_with_its_first_offset_and_the_present_start() -> None:
    log = open_log()
    producer = Producer(1)
    producer.put(log, record("a"), record("b"))
    put(log)
    log.delete_records(1)
    assert producer.retry(log) == AppendResult(0, 1, -1, 1, is_duplicate=True)
    assert log.log_end_offset == 3


def test_with_log_append_time_the_broker_stamps_the_batch_and_says_so() -> None:
    log = open_log(timestamp_type=TimestampType.LOG_APPEND_TIME)
    assert put(log, record(time=5), record(time=6), now_ms=NOW + 3).log_append_time == NOW + 3
    assert [one.timestamp for one in records(log)] == [NOW + 3] * 2
    assert stored(log)[0].header.is_log_append_time


def test_what_is_given_is_copied_unless_it_is_a_writable_view_which_is_lent_until_it_is_written() -> None:
    log = open_log()
    data = bytearray(encode_batch([record("a")]))
    log.append_as_leader(data, leader_epoch=7, now_ms=NOW)
    assert data[12:16] == b"\xff\xff\xff\xff"
    log.append_as_leader(memoryview(bytes(data)), leader_epoch=7, now_ms=NOW)
    log.append_as_leader(memoryview(data), leader_epoch=7, now_ms=NOW)
    assert data[:16] == bytes(7) + b"\2" + data[8:12] + b"\0\0\0\7"
    log.persist()
    data[:] = bytes(len(data))
    assert [one.offset for one in records(log)] == [0, 1, 2]


def test_a_time_that_has_passed_or_a_full_segment_begins_a_new_one() -> None:
    log = open_log(segment_bytes=200, segment_ms=100)
    put(log, record(time=1000))
    put(log, record(time=1100))
    assert len(log.segments) == 1
    put(log, record(time=1101))  # by the time of the records (KIP-33) …
    put(log, record(time=5))
    assert [one.base_offset for one in log.segments] == [0, 2]
    put(log, record(None, "x" * 120, time=1000))
    assert [one.base_offset for one in log.segments] == [0, 2, 4]


def test_records_without_a_time_count_by_the_brokers_clock() -> None:
    log = open_log(segment_ms=100)
    for now_ms in (NOW, NOW + 100, NOW + 101):
        put(log, record(time=-1), now_ms=now_ms)
    assert [one.base_offset for one in log.segments] == [0, 2]


def test_a_compacted_log_does_not_stay_active_beyond_the_largest_lag() -> None:
    log = open_log(segment_ms=10**9, cleanup_compact=True, max_compaction_lag_ms=50)
    for time in (1000, 1050, 1051):
        put(log, record("k", time=time))
    assert [one.base_offset for one in log.segments] == [0, 2]


# Read


def test_a_reader_gets_whole_batches_from_the_one_that_holds_its_offset() -> None:
    """B058."""
    log = open_log()
    for _ in range(3):
        put(log, record(), record(), record())
    for offset in range(9):
        found = log.read(offset, 1 << 20)
        assert found.base_offset == offset // 3 * 3
        assert (found.next_offset, found.size) == (9, sum(one.header.size for one in stored(log, offset)))


def test_at_the_limit_there_is_nothing_and_outside_an_error() -> None:
    log = open_log()
    for _ in range(5):
        put(log)
    log.delete_records(2)
    assert log.read(5, 100).size == 0
    assert log.read(3, 100, up_to_offset=3) == ([], -1, 0, -1)
    assert log.read(4, 100, up_to_offset=3) == ([], -1, 0, -1)
    for outside in (1, 6, -1):
        with pytest.raises(OffsetOutOfRange, match=r"outside of \[2, 5\]"):
            log.read(outside, 100)


def test_a_batch_that_reaches_beyond_the_limit_stays_out() -> None:
    log = open_log()
    put(log, record(), record())
    put(log, record(), record())
    assert log.read(0, 10_000, up_to_offset=3).next_offset == 2
    assert log.read(0, 10_000, up_to_offset=4).next_offset == 4
    assert log.read(2, 10_000, up_to_offset=3).size == 0


def test_the_first_batch_comes_whole_whatever_the_limit_unless_it_must_not() -> None:
    """KIP-74."""
    log = open_log()
    for _ in range(3):
        put(log, record(None, "x" * 100))
    size = log.size // 3
    assert [log.read(1, limit).size // size for limit in (1, size - 1, size, 2 * size - 1, 2 * size)] == [1, 1, 1, 1, 2]
    assert log.read(1, size - 1, min_one_batch=False).size == 0
    assert log.read(1, size, min_one_batch=False).size == size


def test_the_last_batch_may_be_cut_at_the_limit_the_first_never() -> None:
    log = open_log()
    for _ in range(3):
        put(log, record(None, "x" * 100))
    size = log.size // 3
    cut = log.read(0, 2 * size + 7, cut_last_batch=True)
    assert (cut.size, cut.next_offset) == (2 * size + 7, 2)
    assert [one.header.base_offset for one in split_batches(join(cut.chunks), drop_partial_tail=True)] == [0, 1]
    assert log.read(0, 10, cut_last_batch=True).size == size
    assert log.read(1, 2 * size, cut_last_batch=True)[1:] == (1, 2 * size, 3)
    assert log.read(2, 10 * size, cut_last_batch=True).size == size


def test_readers_see_what_is_not_written_yet() -> None:
    log = open_log()
    put(log)
    assert log.segments[0].written == 0
    assert len(records(log)) == 1


def test_files_are_handed_out_unread_and_outlive_their_segment(tmp_path: Path) -> None:
    log = open_log(FileStore(tmp_path), retention_bytes=0)
    put(log, record("a"))
    found = log.read(0, 1000)
    assert isinstance(found.chunks[0], FileSlice)
    log.retention(NOW)
    assert log.log_start_offset == 1
    assert next(iter(split_batches(join(found.chunks)))).header.base_offset == 0


def test_a_sequential_reader_continues_where_it_was_over_rolls_and_deletions() -> None:
    log = open_log(segment_bytes=400)
    reader = 0
    for index in range(60):
        put(log, record(f"k{index}"), record())
        found = log.read(reader, 200)
        assert found.base_offset == reader
        reader = found.next_offset
        if index % 7 == 0:
            log.truncate_to(log.log_end_offset - 1)
            reader = min(reader, log.log_end_offset)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=100))
def test_as_many_readers_as_there_are_each_at_its_own_place(steps: list[int]) -> None:
    log = open_log(segment_bytes=900, index_interval_bytes=100)
    for _ in range(40):
        put(log, record(), record())
    places = list(range(0, 80, 2)) * 3
    for index, step in enumerate(steps):
        reader = index * step % len(places)
        found = log.read(places[reader], 100 * step)
        assert found.base_offset == places[reader]
        places[reader] = found.next_offset if found.next_offset < 80 else 0


def test_a_reader_goes_over_a_gap_of_more_than_two_to_the_31(tmp_path: Path) -> None:
    """C12, B075: look-ups by offset and by time; here and after a start."""
    log = open_log(FileStore(tmp_path), cleanup_compact=True, index_interval_bytes=50)
    places = [0, 1, 2**31 - 1, 2**31, 2**31 + 5, 2**40, 2**62]
    for offset in places:
        data = encode_batch([record(f"k{offset}", time=offset)], base_offset=offset, partition_leader_epoch=0)
        log.append_as_follower(data, now_ms=NOW)
    for _ in range(2):
        for before, offset in zip([-1, *places], places, strict=False):
            assert log.read(before + 1, 1).base_offset == offset
            assert log.offset_for_timestamp(before + 1) == (offset, offset, 0)
        assert [one.offset for one in records(log)] == places
        log.close()
        log = open_log(log.store, cleanup_compact=True, index_interval_bytes=50)


# Followers


def test_a_follower_takes_offsets_and_epochs_as_they_are() -> None:
    leader, follower = open_log(), open_log()
    producer = Producer(3)
    put(leader, record("a"), leader_epoch=1)
    producer.put(leader, record("b"), transactional=True, leader_epoch=2)
    producer.end(leader, commit=False, leader_epoch=2)
    data = join(leader.read(0, 1 << 20).chunks)
    assert follower.append_as_follower(data + data[:50], now_ms=NOW) == 3  # a batch cut by the limit is left
    assert records(follower) == records(leader)
    assert follower.producers.encode() == leader.producers.encode()
    assert follower.aborted_transactions(0, 3) == leader.aborted_transactions(0, 3) != []
    assert (follower.epochs.epochs, follower.epochs.starts) == (leader.epochs.epochs, leader.epochs.starts)


def test_a_follower_refuses_what_would_damage_its_copy_and_takes_nothing_of_it() -> None:
    follower = open_log()
    good = encode_batch([record()], base_offset=0, partition_leader_epoch=0)
    follower.append_as_follower(good, now_ms=NOW)
    later = encode_batch([record()], base_offset=1, partition_leader_epoch=0)
    damaged = later[:-1] + bytes([later[-1] ^ 1])
    for data, error in ((good, InvalidRecord), (damaged, CorruptMessage), (later + good, InvalidRecord),
                        (later + damaged, CorruptMessage)):  # fmt: skip
        with pytest.raises(error):
            follower.append_as_follower(data, now_ms=NOW)
        assert follower.log_end_offset == 1
    assert follower.append_as_follower(b"", now_ms=NOW) == 1


# Transactions


def test_read_committed_stops_at_the_oldest_open_transaction_and_is_told_what_was_aborted() -> None:
    log = open_log()
    one, two = Producer(1), Producer(2)
    one.put(log, record("k", "one"), transactional=True)
    two.put(log, record("k", "two"), transactional=True)
    put(log, record("k", "plain"))
    assert log.last_stable_offset(log.log_end_offset) == 0
    two.end(log, commit=False)
    assert log.last_stable_offset(log.log_end_offset) == 0
    assert values(committed(log)) == []
    one.end(log, commit=True)
    assert log.last_stable_offset(log.log_end_offset) == log.log_end_offset
    assert [entry[:3] for entry in log.aborted_transactions(0, 5)] == [(2, 1, 3)]
    assert log.aborted_transactions(0, 1) == []
    assert log.aborted_transactions(4, 5) == []
    assert values(committed(log)) == ["one", "plain"]


def test_an_open_transaction_below_the_start_holds_the_stable_offset_at_the_start() -> None:
    """L11: log start offset <= last stable offset."""
    log = open_log()
    producer = Producer(1)
    producer.put(log, transactional=True)
    put(log)
    log.delete_records(2)
    put(log)
    assert (log.first_unstable_offset(3), log.last_stable_offset(3)) == (2, 2)
    producer.end(log, commit=True)
    assert log.last_stable_offset(4) == 4


def test_a_transaction_of_several_segments_is_known_in_all_of_them() -> None:
    log = open_log(segment_bytes=300)
    producer = Producer(1)
    for _ in range(6):
        producer.put(log, record("k", "x" * 60), transactional=True)
        put(log, record("k", "plain"))
    producer.end(log, commit=False)
    assert len(log.segments) > 3
    for offset in range(12):
        assert [entry[:3] for entry in log.aborted_transactions(offset, offset + 1)] == [(1, 0, 12)]
    assert values(committed(log)) == ["plain"] * 6


# Epochs


def test_the_end_of_an_epoch_is_where_the_next_begins() -> None:
    log = open_log()
    for epoch in (0, 0, 2, 5):
        put(log, leader_epoch=epoch)
    assert [log.end_offset_for_epoch(epoch) for epoch in (0, 1, 2, 5, 6)] == [(0, 2), (0, 2), (2, 3), (5, 4), (-1, -1)]


# A broken disk


def test_a_storage_error_takes_the_log_offline_for_every_call_until_it_is_opened_again() -> None:
    store = MemoryStore()
    log = open_log(store)
    put(log)
    log.persist()
    put(log)
    store.failing = True
    with pytest.raises(KafkaStorageError):
        log.persist()
    store.failing = False
    for call in (
        lambda: put(log), lambda: log.read(0, 1), log.flush, log.close, lambda: log.truncate_to(0),
        lambda: log.delete_records(0), lambda: log.retention(NOW), lambda: log.compact(NOW, force=True),
        lambda: log.roll(NOW), lambda: log.offset_for_timestamp(0), log.offset_of_max_timestamp,
        lambda: log.append_as_follower(b"", now_ms=NOW), lambda: log.check_append(b"", now_ms=NOW),
        lambda: log.truncate_fully_and_start_at(0),
    ):  # fmt: skip
        with pytest.raises(KafkaStorageError):
            call()
    assert open_log(store).log_end_offset == 1


def test_a_producer_whose_batch_was_lost_with_the_disk_sends_it_again() -> None:
    """B030: state that is ahead of the log is not kept."""
    store = MemoryStore()
    log = open_log(store)
    producer = Producer(1)
    producer.put(log)
    store.failing = True
    with pytest.raises(KafkaStorageError):
        log.persist()
    store.failing = False
    log = open_log(store)
    assert producer.retry(log) == AppendResult(0, 0, -1, 0)


def test_the_coordinator_may_write_what_clients_may_not() -> None:
    log = open_log()
    data = encode_batch([record("k")], producer_id=1, producer_epoch=0, transactional=True)
    with pytest.raises(InvalidRecord):
        log.append_as_leader(data, leader_epoch=0, now_ms=NOW)
    log.append_as_leader(data, leader_epoch=0, now_ms=NOW, origin=AppendOrigin.COORDINATOR)
    assert log.last_stable_offset(1) == 0
