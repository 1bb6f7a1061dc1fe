from __future__ import annotations

from dataclasses import replace

import pytest

from nilometer_reference.log.config import LogConfig, RecordValidation
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.log_state import UNCHECKED_HEADERS, LogState
from nilometer_reference.log.memory_store import MemoryStore
from tests.reference.log.logs import NOW, Producer, open_log, put, record, records


class CountingStore(MemoryStore):
    """Counts what costs: writes of files and flushes."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def change(self) -> None:
        self.changes += 1
        super().change()


def test_many_batches_are_one_write_and_an_idle_log_costs_nothing() -> None:
    store = CountingStore()
    log = open_log(store)
    for _ in range(50):
        put(log)
    before = store.changes
    log.persist()
    assert store.changes - before == 1
    log.persist()
    assert store.changes - before == 1
    assert log.segments[0].written == log.size


def test_batches_of_several_segments_are_written_in_order() -> None:
    store = MemoryStore()
    log = open_log(store, segment_bytes=200)
    for _ in range(10):
        put(log)
    assert len(log.segments) == 5
    log.persist()
    assert [name for name in store.names() if name.endswith(".log")] == [
        f"{offset:020d}.log" for offset in range(0, 10, 2)
    ]  # fmt: skip
    assert [name[:20] for name in store.names() if name.endswith(".index")] == [
        f"{offset:020d}" for offset in range(0, 8, 2)
    ]  # fmt: skip


# Flushing as configured


def test_by_default_nothing_is_flushed() -> None:
    log = open_log()
    put(log)
    log.persist()
    assert (log.flushed_offset, log.flush_due_ms()) == (0, None)


@pytest.mark.parametrize(("flush_messages", "flushed"), [(1, [1, 2, 3, 4, 5]), (2, [0, 2, 2, 4, 4])])
def test_after_so_many_records_a_persist_flushes(flush_messages: int, flushed: list[int]) -> None:
    log = open_log(flush_messages=flush_messages)
    seen = []
    for _ in range(5):
        put(log)
        log.persist()
        seen.append(log.flushed_offset)
    assert seen == flushed


def test_flush_ms_counts_from_the_first_record_that_is_not_flushed() -> None:
    log = open_log(flush_ms=100)
    assert log.flush_due_ms() is None
    for now_ms in (NOW, NOW + 50):
        put(log, now_ms=now_ms)
        log.persist()
    assert log.flush_due_ms() == NOW + 100
    log.flush()
    assert (log.flush_due_ms(), log.flushed_offset) == (None, 2)
    put(log, now_ms=NOW + 500)
    assert log.flush_due_ms() == NOW + 600


def test_flush_ms_0_flushes_in_every_persist() -> None:
    log = open_log(flush_ms=0)
    put(log)
    log.persist()
    assert (log.flushed_offset, log.flush_due_ms()) == (1, None)


def test_what_was_flushed_survives_a_loss_of_power_file_names_and_all() -> None:
    store = MemoryStore()
    log = open_log(store, segment_bytes=200)
    for _ in range(7):
        put(log)
    log.flush()
    put(log)
    log.persist()
    again = open_log(store.crashed(), segment_bytes=200)
    assert again.log_end_offset == 7
    assert [one.offset for one in records(again)] == list(range(7))


def test_the_recovery_point_follows_the_flushes() -> None:
    log = open_log(segment_bytes=200)
    for _ in range(5):
        put(log)
    assert log.recovery_point == 0
    log.flush()
    assert log.recovery_point == 4


# Rolling


def test_an_empty_segment_is_not_rolled() -> None:
    log = open_log()
    log.roll(NOW)
    put(log)
    log.roll(NOW)
    log.roll(NOW)
    assert [one.base_offset for one in log.segments] == [0, 1]
    assert log.end_of(log.segments[0]) == 1
    assert log.end_of(log.segments[1]) == 1


def test_a_roll_leaves_a_snapshot_of_the_producers() -> None:
    store = MemoryStore()
    log = open_log(store)
    Producer(5).put(log)
    log.roll(NOW)
    assert "00000000000000000001.snapshot" in store.names()
    assert "00000000000000000001.log" in store.names()


def test_in_a_compacted_log_a_sealed_segment_is_safe_before_the_next_is_written() -> None:
    store = MemoryStore()
    log = open_log(store, cleanup_compact=True)
    put(log, record("k"))
    log.roll(NOW)
    assert store.open("00000000000000000000.log").flushed_size == log.size


# Closing


def test_a_closed_log_takes_no_more_and_opens_without_a_scan() -> None:
    store = MemoryStore()
    log = open_log(store, segment_bytes=200)
    producer = Producer(1)
    for _ in range(5):
        producer.put(log)
    log.close()
    with pytest.raises(KafkaStorageError, match="closed"):
        put(log)
    store.open("00000000000000000000.log").data[70] ^= 1  # which nobody looks at
    again = open_log(store, segment_bytes=200)
    assert (again.log_end_offset, again.flushed_offset) == (5, 5)
    assert producer.retry(again, 5).is_duplicate


def test_closing_makes_everything_safe() -> None:
    store = MemoryStore()
    log = open_log(store)
    Producer(1).put(log)
    log.close()
    assert open_log(store.crashed()).producers.encode() == log.producers.encode()


# Settings


def test_settings_hold_from_the_next_append_on() -> None:
    log = open_log(segment_bytes=1000)
    put(log)
    log.configure(replace(log.config, segment_bytes=100))
    put(log)
    assert len(log.segments) == 2


def test_that_headers_are_not_checked_is_noted_once_before_it_matters() -> None:
    store = CountingStore()
    log = open_log(store, record_validation=RecordValidation.STRUCTURAL)
    assert not log.headers_are_checked
    put(log)
    log.persist()
    assert UNCHECKED_HEADERS in store.crashed().names()
    before = store.changes
    put(log)
    log.persist()
    assert store.changes - before == 1
    assert not open_log(store).headers_are_checked


def test_a_checked_log_says_so_until_it_is_told_to_trust() -> None:
    log = open_log()
    put(log)
    assert log.headers_are_checked
    assert log.segments[0].headers_are_checked
    log.configure(replace(log.config, record_validation=RecordValidation.STRUCTURAL))
    put(log)
    assert not log.headers_are_checked
    assert not log.segments[0].headers_are_checked


# The small files


@pytest.mark.parametrize("content", [None, b"", b"damaged", b"\0" * 18])
def test_an_offset_that_is_missing_or_damaged_is_none(content: bytes | None) -> None:
    state = LogState(MemoryStore(), LogConfig(), NOW)
    if content is not None:
        state.store.write_whole("an-offset", content)
    assert state.read_offset("an-offset") is None


def test_an_offset_is_read_as_it_was_written() -> None:
    state = LogState(MemoryStore(), LogConfig(), NOW)
    state.write_offset("an-offset", 2**62)
    assert state.read_offset("an-offset") == 2**62


def test_the_segments_from_an_offset_on() -> None:
    log = open_log(segment_bytes=200)
    for _ in range(6):
        put(log)
    assert [one.base_offset for one in log.segments_from(3)] == [2, 4]
    assert [one.base_offset for one in log.segments_from(0)] == [0, 2, 4]
    assert [one.base_offset for one in log.segments_from(99)] == [4]
