from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.aborted_index import AbortedTransaction
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.log.segment import Segment, segment_name
from nilometer_reference.log.storage import Store
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.record_encoding import Record, encode_batch
from nilometer_reference.wire.records import Batch

BASE = 1000


def batch(base_offset: int, count: int, time: int, size: int) -> bytes:
    return encode_batch([Record(-1, time, None, b"x" * size)] * count, base_offset=base_offset)


def filled(
    store: Store, shapes: list[tuple[int, int, int, int]], interval: int = 200
) -> tuple[Segment, list[tuple[int, Batch]]]:
    """A segment with a batch for each (gap before it, records, time, bytes a record), and where each lies."""
    segment = Segment(store, BASE, 0)
    offset, found = BASE, []
    for gap, count, time, size in shapes:
        offset += gap
        data = batch(offset, count, time, size)
        found.append((segment.size, Batch.parse(data)))
        segment.append(data, offset, time, interval)
        offset += count
    return segment, found


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    return MemoryStore() if request.param == "memory" else FileStore(tmp_path)


shapes = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 3, 2**33]), st.integers(1, 4), st.integers(0, 9), st.sampled_from([0, 10, 300, 9000])
    ),
    max_size=25,
)  # fmt: skip


def test_a_name_has_twenty_digits() -> None:
    assert segment_name(42, "log") == "00000000000000000042.log"


def test_appending_touches_no_file_until_it_is_written(store: Store) -> None:
    segment, _ = filled(store, [(0, 1, 5, 10)] * 3)
    assert (store.names(), segment.written) == ([], 0)
    segment.write_pending()
    assert (store.names(), segment.written, segment.file.size) == (["00000000000000001000.log"], segment.size, 234)


@given(shapes, st.booleans())
def test_headers_and_batches_are_walked_from_any_border(given: list[tuple[int, int, int, int]], written: bool) -> None:
    segment, wanted = filled(MemoryStore(), given)
    if written:
        segment.write_pending()
    for index, (position, _) in enumerate(wanted):
        assert [at for at, _ in segment.headers(position)] == [at for at, _ in wanted[index:]]
        assert [(at, bytes(one.data)) for at, one in segment.batches(position, read_bytes=100)] == [
            (at, bytes(one.data)) for at, one in wanted[index:]
        ]
        assert bytes(segment.batch_at(position).data) == bytes(wanted[index][1].data)
    assert list(segment.headers(segment.size)) == []


@given(shapes, st.data())
def test_every_offset_is_located_in_its_batch_or_the_next_one_behind_a_gap(
    given: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    segment, batches = filled(MemoryStore(), given)
    interesting = [one.header.base_offset + delta for _, one in batches for delta in (-1, 0, 1, 3)] or [BASE]
    offset = data.draw(st.sampled_from(interesting))
    located = segment.locate(offset)
    wanted = next(((at, one.header.base_offset) for at, one in batches if one.header.last_offset >= offset), None)
    assert (None if located is None else (located[0], located[1][0])) == wanted


@given(shapes, st.data())
def test_a_border_is_the_last_that_the_limit_allows(
    given: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    segment, batches = filled(MemoryStore(), given)
    start = data.draw(st.sampled_from([0, *(at for at, _ in batches)]))
    limit = data.draw(st.integers(start, segment.size + 10))
    fits = [(at + one.header.size, one.header.next_offset) for at, one in batches
            if at >= start and at + one.header.size <= limit]  # fmt: skip
    end, next_offset = segment.border(start, limit)
    assert end == (fits[-1][0] if fits else start)
    if fits:
        following = [one.header.base_offset for at, one in batches if at == end]
        assert next_offset in (fits[-1][1], *following)  # a gap may be taken along
    else:
        assert next_offset == -1


@given(shapes, st.data())
def test_a_truncated_segment_is_one_that_never_had_more(
    given: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    kept = data.draw(st.integers(0, len(given)))
    segment, batches = filled(MemoryStore(), given)
    if kept < len(given):
        position, first_dropped = batches[kept][0], batches[kept][1].header.base_offset
    else:
        position, first_dropped = segment.size, 2**62
    for _, one in batches:
        last = one.header.last_offset
        segment.aborted.append(AbortedTransaction(1, last, last, last + 1))
    segment.truncate(position, first_dropped)
    fresh, _ = filled(MemoryStore(), given[:kept])
    fresh.write_pending()
    assert (segment.size, segment.written, segment.file.size) == (fresh.size, fresh.size, fresh.size)
    assert (segment.offsets.offsets, segment.indexed_position) == (fresh.offsets.offsets, fresh.indexed_position)
    assert (segment.max_timestamp, segment.first_timestamp) == (fresh.max_timestamp, fresh.first_timestamp)
    assert segment.max_timestamp_position == fresh.max_timestamp_position
    assert [one.last_offset for one in segment.aborted.entries] == [
        one.header.last_offset for _, one in batches[:kept]
    ]  # fmt: skip


def test_what_was_cut_off_does_not_come_back() -> None:
    store = MemoryStore()
    segment, batches = filled(store, [(0, 1, 5, 10)] * 3)
    segment.flush()
    store.flush()
    segment.truncate(batches[1][0], BASE + 1)
    assert store.crashed().open("00000000000000001000.log").size == batches[1][0]


def test_the_index_file_of_what_was_cut_is_gone(store: Store) -> None:
    segment, batches = filled(store, [(0, 1, 5, 10)] * 3)
    segment.write_pending()
    segment.save_indexes()
    segment.truncate(batches[1][0], BASE + 1)
    assert store.names() == ["00000000000000001000.log"]


@given(shapes)
def test_indexes_are_loaded_as_they_were_saved(given: list[tuple[int, int, int, int]]) -> None:
    store = MemoryStore()
    segment, _ = filled(store, given)
    segment.aborted.append(AbortedTransaction(3, BASE, BASE + 2, BASE + 3))
    segment.headers_are_checked = False
    segment.write_pending()
    segment.save_indexes()
    again = Segment.existing(store, BASE, 7)
    assert again.load_indexes()
    for name in ("size", "first_timestamp", "max_timestamp", "max_timestamp_position", "headers_are_checked",
                 "indexed_position"):  # fmt: skip
        assert getattr(again, name) == getattr(segment, name)
    assert again.offsets.positions == segment.offsets.positions
    assert again.times.timestamps == segment.times.timestamps
    assert again.aborted.entries == segment.aborted.entries


@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "of another size"])
def test_an_index_file_that_is_not_right_is_not_loaded(damage: str) -> None:
    store = MemoryStore()
    segment, _ = filled(store, [(0, 1, 5, 10)] * 3)
    segment.write_pending()
    segment.save_indexes()
    name = "00000000000000001000.index"
    content = store.read_whole(name)
    assert content is not None
    if damage == "missing":
        store.delete(name)
    elif damage == "cut":
        store.write_whole(name, content[:-1])
    elif damage == "changed":
        store.write_whole(name, content[:-1] + bytes([content[-1] ^ 1]))
    else:
        segment.append(batch(BASE + 3, 1, 5, 10), BASE + 3, 5, 200)
        segment.write_pending()
    assert not Segment.existing(store, BASE, 0).load_indexes()


def test_a_slice_of_what_is_pending_writes_it_first(store: Store) -> None:
    segment, batches = filled(store, [(0, 1, 5, 10)] * 3)
    assert join([segment.slice(batches[1][0], 78)]) == bytes(batches[1][1].data)


def test_a_deleted_segment_leaves_no_file(store: Store) -> None:
    segment, _ = filled(store, [(0, 1, 5, 10)])
    segment.write_pending()
    segment.save_indexes()
    segment.delete()
    assert store.names() == []


def test_batches_are_flushed_with_what_is_pending() -> None:
    store = MemoryStore()
    segment, _ = filled(store, [(0, 1, 5, 10)])
    segment.flush()
    store.flush()
    assert store.crashed().open("00000000000000001000.log").size == segment.size


@pytest.mark.parametrize("cut", [1, 30, 60, 77])
def test_a_torn_batch_at_the_end_is_not_seen(cut: int) -> None:
    store = MemoryStore()
    segment, batches = filled(store, [(0, 1, 5, 10)] * 2)
    segment.write_pending()
    store.open("00000000000000001000.log").truncate(segment.size - cut)
    torn = Segment.existing(store, BASE, 0)
    assert [at for at, _ in torn.headers(0)] == [0]
    assert [at for at, _ in torn.batches()] == [0]
    assert torn.locate(BASE + 1) is None
    assert batches[0][0] == 0
