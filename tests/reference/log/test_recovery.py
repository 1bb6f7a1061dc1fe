"""Every prefix of what was written recovers to a valid log that holds everything flushed before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.log import Log
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.wire.record_encoding import decode_records
from tests.reference.log.logs import NOW, Producer, committed, open_log, put, record, records, stored

SETTINGS = {"segment_bytes": 690, "index_interval_bytes": 150}
FIRST = "00000000000000000000.log"


def story(store: MemoryStore, flush_after: int) -> tuple[Log, list[int]]:
    """Plain, idempotent and transactional batches over three segments; and the end position of each in its segment."""
    log = open_log(store, **SETTINGS)
    one, two = Producer(1), Producer(2)
    steps: list[Callable[[], object]] = [
        lambda: put(log, record("a"), record("b", "x" * 90), leader_epoch=0),
        lambda: one.put(log, record("c", time=NOW + 5)),
        lambda: two.put(log, record("d"), transactional=True),
        lambda: one.put(log, record("e"), record("f", "y" * 60), leader_epoch=1),
        lambda: two.end(log, commit=False, leader_epoch=1),
        lambda: two.put(log, record("g", "z" * 200), transactional=True, leader_epoch=1),
        lambda: put(log, record("h", time=NOW - 5), record("i"), compression=4, leader_epoch=1),
        lambda: two.end(log, commit=True, leader_epoch=2),
        lambda: one.put(log, record("j", "w" * 150), leader_epoch=2),
        lambda: one.put(log, record("k", "w" * 150), leader_epoch=2),
        lambda: two.put(log, record("l", "v" * 150), transactional=True, leader_epoch=3),
    ]
    for index, step in enumerate(steps):
        if index == flush_after:
            log.flush()
        step()
    log.write_pending()
    return log, [one.header.next_offset for one in stored(log)]


def as_of(offset: int) -> Log:
    """The same story, ended cleanly at an offset: what recovery must come to."""
    log, _ = story(MemoryStore(), -1)
    log.truncate_to(offset)
    return log


def assert_same(log: Log, wanted: Log) -> None:
    assert (log.log_start_offset, log.log_end_offset) == (wanted.log_start_offset, wanted.log_end_offset)
    assert records(log) == records(wanted)
    assert committed(log) == committed(wanted)
    assert {
        entry.producer_id: (entry.producer_epoch, [memory[:4] for memory in entry.batches])
        for entry in log.active_producers()
    } == {
        entry.producer_id: (entry.producer_epoch, [memory[:4] for memory in entry.batches])
        for entry in wanted.active_producers()
    }  # fmt: skip
    assert log.last_stable_offset(log.log_end_offset) == wanted.last_stable_offset(wanted.log_end_offset)
    assert (log.epochs.epochs, log.epochs.starts) == (wanted.epochs.epochs, wanted.epochs.starts)
    assert log.aborted_transactions(0, 99) == wanted.aborted_transactions(0, 99)
    for time in (NOW - 6, NOW - 5, NOW, NOW + 1, NOW + 6):
        assert log.offset_for_timestamp(time) == wanted.offset_for_timestamp(time)
    assert log.offset_of_max_timestamp() == wanted.offset_of_max_timestamp()


def test_the_story_has_three_segments_and_its_own_copy_is_the_same() -> None:
    log, _ = story(MemoryStore(), 4)
    assert [len(list(segment.batches())) for segment in log.segments] == [5, 4, 2]
    assert_same(log, as_of(99))


@pytest.mark.parametrize("flush_after", [-1, 3, 8])
def test_every_prefix_of_the_last_file_recovers_to_the_batches_that_are_whole(flush_after: int) -> None:
    whole, ends = story(MemoryStore(), flush_after)
    last = whole.segments[-1]
    name = f"{last.base_offset:020d}.log"
    for length in range(last.size + 1):
        store = MemoryStore()
        story(store, flush_after)
        store.open(name).truncate(length)
        log = open_log(store, **SETTINGS)
        assert log.log_end_offset in (last.base_offset, *ends)
        assert log.segments[-1].size <= length
        assert log.segments[-1].file.size == log.segments[-1].size
        assert_same(log, as_of(log.log_end_offset))
        put(log, leader_epoch=9)  # and it goes on from there
        assert records(log)[-1].offset == log.log_end_offset - 1


@settings(max_examples=150, deadline=None)
@given(st.integers(-1, 11), st.data())
def test_any_unflushed_rest_lost_torn_or_overwritten_leaves_what_was_flushed(
    flush_after: int, data: st.DataObject
) -> None:
    store = MemoryStore()
    before, _ = story(store, flush_after)
    after = store.crashed(
        lambda name, flushed, size: data.draw(st.integers(flushed, size), name),
        lambda count: data.draw(st.integers(0, count), "names"),
    )
    for name, file in after.files.items():
        flushed = store.files[name].flushed_size if name in store.files else len(file.data)
        if name.endswith((".log", ".index", ".snapshot")) and flushed < len(file.data):
            at = data.draw(st.integers(flushed, len(file.data) - 1), f"damage in {name}")
            file.data[at:] = data.draw(st.sampled_from([bytes(1), b"\xff", bytes(500), b"\x02" * 80]))
    log = open_log(after, **SETTINGS)
    assert before.flushed_offset <= log.log_end_offset <= before.log_end_offset
    assert_same(log, as_of(log.log_end_offset))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_bit_rot_in_the_last_segment_ends_the_log_before_it(data: st.DataObject) -> None:
    store = MemoryStore()
    log, _ = story(store, 99)
    last = log.segments[-1]
    file = store.open(f"{last.base_offset:020d}.log")
    at = data.draw(st.integers(0, last.size - 1))
    batch = next(one for position, one in last.batches() if position <= at < position + one.header.size)
    within = at - next(
        position for position, one in last.batches() if one.header.base_offset == batch.header.base_offset
    )
    file.data[at] ^= data.draw(st.integers(1, 255))
    again = open_log(store, **SETTINGS)
    if 12 <= within < 16:  # the leader epoch, which no checksum covers
        return
    assert again.log_end_offset == batch.header.base_offset
    assert_same(again, as_of(again.log_end_offset))


def test_a_gap_between_segments_ends_the_log_unless_it_is_compacted() -> None:
    """The end of a segment was lost, and the next one was not."""
    for settings_, end in ((SETTINGS, 4), ({**SETTINGS, "cleanup_compact": True}, 14)):
        store = MemoryStore()
        log, _ = story(store, -1)
        second = log.segments[1]
        positions = [(position, one.header.base_offset) for position, one in log.segments[0].batches()]
        store.open(FIRST).truncate(positions[-1][0])
        again = open_log(store, **settings_)
        if end == 4:
            assert again.log_end_offset == positions[-1][1] < second.base_offset
        else:
            assert again.log_end_offset == log.log_end_offset


def test_a_lost_segment_takes_all_behind_it_along() -> None:
    store = MemoryStore()
    log, _ = story(store, -1)
    middle = log.segments[1].base_offset
    store.delete(f"{middle:020d}.log")
    again = open_log(store, **SETTINGS)
    assert again.log_end_offset == middle
    assert_same(again, as_of(middle))


# What is missing or damaged beside the segments is made again


@pytest.mark.parametrize("suffix", [".index", ".snapshot", "leader-epochs", "recovery-point", "log-start-offset"])
@pytest.mark.parametrize("damage", ["missing", "damaged", "empty"])
@pytest.mark.parametrize("orderly", [True, False])
def test_everything_beside_the_segments_can_be_lost(suffix: str, damage: str, orderly: bool) -> None:
    store = MemoryStore()
    log, _ = story(store, 8)
    if orderly:
        log.close()
    for name in [name for name in store.names() if name.endswith(suffix)]:
        content = store.read_whole(name) or b""
        store.delete(name)
        if damage != "missing":
            store.write_whole(name, b"" if damage == "empty" else content[:-1] + bytes([content[-1] ^ 1]))
    again = open_log(store, **SETTINGS)
    assert_same(again, as_of(99))
    again.close()
    assert_same(open_log(store, **SETTINGS), as_of(99))


def test_after_a_scan_a_clean_stop_needs_no_other() -> None:
    store = MemoryStore()
    story(store, -1)
    open_log(store, **SETTINGS).close()
    store.open(FIRST).data[100] ^= 1  # a scan would end here
    assert open_log(store, **SETTINGS).log_end_offset == as_of(99).log_end_offset


def test_below_the_recovery_point_nothing_is_read_again() -> None:
    store = MemoryStore()
    log, _ = story(store, 99)
    log.flush()
    assert log.recovery_point == log.segments[-1].base_offset
    store.open(FIRST).data[100] ^= 1
    assert open_log(store, **SETTINGS).log_end_offset == log.log_end_offset


def test_damage_below_the_recovery_point_that_is_noticed_costs_the_rest_of_its_segment_only() -> None:
    store = MemoryStore()
    log, _ = story(store, 99)
    log.flush()
    store.delete("00000000000000000000.index")
    (at, damaged) = [(position, one.header.base_offset) for position, one in log.segments[0].batches()][-1]
    second = log.segments[1].base_offset
    store.open(FIRST).data[at + 70] ^= 1
    again = open_log(store, **SETTINGS)
    assert again.log_end_offset == log.log_end_offset
    assert [one.offset for one in records(again)] == [
        one.offset for one in records(as_of(99)) if one.offset < damaged or one.offset >= second
    ]  # fmt: skip


# The mark of a clean shutdown


def test_the_mark_is_gone_as_soon_as_the_log_is_open() -> None:
    """A crash after the start must lead to a scan."""
    store = MemoryStore()
    story(store, -1)[0].close()
    assert "clean-shutdown" in store.names()
    open_log(store, **SETTINGS)
    assert "clean-shutdown" not in store.crashed().names()


def test_a_start_that_fails_leaves_no_mark() -> None:
    """B076 (KAFKA-15375): the next start must not skip the scan of a damaged log."""
    written = MemoryStore()
    story(written, -1)[0].close()
    steps = 0
    while True:
        store = written.crashed(lambda _, __, size: size, lambda count: count)
        torn = store.open(f"{as_of(99).segments[-1].base_offset:020d}.log")
        store.fails_in = steps
        try:
            log = open_log(store, **SETTINGS)
        except KafkaStorageError:
            store.fails_in, store.failing = None, False
            assert store.read_whole("clean-shutdown") is None or steps == 0
            torn.truncate(torn.size - 1)
            if steps:
                assert open_log(store, **SETTINGS).log_end_offset < as_of(99).log_end_offset
            steps += 1
        else:
            assert log.log_end_offset == as_of(99).log_end_offset
            break
    assert steps > 1


def test_half_made_and_foreign_files_do_not_disturb() -> None:
    store = MemoryStore()
    story(store, -1)
    for name in ("x.tmp", "00000000000000000000.log.cleaned", "notes.txt", "1.log", "x.snapshot", "partition.metadata"):
        store.write_whole(name, b"?")
    log = open_log(store, **SETTINGS)
    assert_same(log, as_of(99))
    assert {"notes.txt", "1.log", "x.snapshot", "partition.metadata"} <= set(store.names())
    assert not [name for name in store.names() if name.endswith((".tmp", ".cleaned"))]


# The start of the log


def test_the_start_offset_survives_and_is_never_above_the_end() -> None:
    store = MemoryStore()
    log, _ = story(store, 99)
    log.delete_records(5)
    after = store.crashed()
    assert open_log(after, **SETTINGS).log_start_offset == 5
    for name in [name for name in after.names() if name.endswith(".log")]:
        after.delete(name)
    again = open_log(after, **SETTINGS)
    assert (again.log_start_offset, again.log_end_offset) == (5, 5)


def test_deleted_records_are_not_given_out_again_even_if_their_batches_are_lost() -> None:
    """L19: the next append gets the former log end offset."""
    store = MemoryStore()
    log, _ = story(store, -1)
    log.delete_records(-1)
    store.open(f"{log.segments[-1].base_offset:020d}.log").truncate(0)
    again = open_log(store, **SETTINGS)
    assert (again.log_start_offset, again.log_end_offset) == (log.log_end_offset, log.log_end_offset)
    assert put(again).base_offset == log.log_end_offset
    assert [entry.producer_id for entry in again.active_producers()] == [1, 2]


def test_an_empty_store_is_a_new_log() -> None:
    log = open_log()
    assert (log.log_start_offset, log.log_end_offset, log.size, len(log.segments)) == (0, 0, 0, 1)
    assert log.store.names() == ["00000000000000000000.log"]


def test_the_epoch_of_deleted_records_is_still_the_last_one() -> None:
    """B015: epoch 0 too."""
    for orderly in (True, False):
        store = MemoryStore()
        log = open_log(store, retention_ms=0)
        put(log, record(time=0), leader_epoch=0)
        log.retention(NOW)
        if orderly:
            log.close()
        for after in (store, store.crashed()):
            assert open_log(after, retention_ms=0).end_offset_for_epoch(0) == (0, 1)


@given(st.binary(max_size=400))
def test_no_bytes_stop_a_start(data: bytes) -> None:
    store = MemoryStore()
    store.open(FIRST).append([data])
    log = open_log(store)
    for batch in stored(log):
        decode_records(batch)
    assert put(log).base_offset == log.log_end_offset - 1


def test_a_batch_larger_than_one_read_is_read_whole() -> None:
    store = MemoryStore()
    log = open_log(store, max_message_bytes=2**31 - 1)
    for size in (10, 3 << 20, 10, (1 << 20) - 100, 10):
        put(log, record("k", "x" * size))
    log.write_pending()
    assert open_log(store).log_end_offset == 5
    store.open(FIRST).truncate(2 << 20)
    assert open_log(store).log_end_offset == 1
