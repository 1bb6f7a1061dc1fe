"""One contract, two stores: what the log may rely on, whatever is below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nilometer_reference.log.file_store import FileStore
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.log.storage import Store
from nilometer_reference.wire.chunks import join


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else FileStore(tmp_path / "a-0")


def test_an_opened_file_is_there_and_empty(store: Store) -> None:
    assert store.names() == []
    file = store.open("b")
    assert (file.size, file.read(0, 10), store.names()) == (0, b"", ["b"])


def test_buffers_of_every_kind_are_appended_in_order(store: Store) -> None:
    file = store.open("f")
    file.append([b"one ", bytearray(b"two "), memoryview(b"three ")])
    file.append([b"four"])
    assert file.read(0, 100) == b"one two three four"
    assert file.size == 18


@pytest.mark.parametrize(("count", "size"), [(3, 100_000), (1500, 100), (1500, 1000), (2, 70_000), (1, 0), (0, 0)])
def test_many_and_large_buffers_arrive_whole(store: Store, count: int, size: int) -> None:
    buffers = [bytes([index % 251]) * size for index in range(count)]
    file = store.open("f")
    file.append([b"before"])
    file.append(buffers)
    assert file.read(6, count * size + 1) == b"".join(buffers)


def test_a_read_stops_at_the_end_of_the_file(store: Store) -> None:
    file = store.open("f")
    file.append([b"0123456789"])
    assert [file.read(4, 3), file.read(8, 5), file.read(10, 5), file.read(99, 5)] == [b"456", b"89", b"", b""]


def test_a_cut_file_grows_again_from_the_cut(store: Store) -> None:
    file = store.open("f")
    file.append([b"0123456789"])
    file.truncate(4)
    file.append([b"ab"])
    assert (file.read(0, 100), file.size) == (b"0123ab", 6)


def test_a_file_is_the_same_when_it_is_opened_again(store: Store) -> None:
    store.open("f").append([b"abc"])
    again = store.open("f")
    assert again.size == 3
    again.append([b"d"])
    assert store.read_whole("f") == b"abcd"


def test_a_slice_is_the_bytes_of_its_range(store: Store) -> None:
    file = store.open("f")
    file.append([b"0123456789"])
    assert join([file.slice(2, 3), file.slice(0, 1)]) == b"2340"


def test_a_slice_outlives_the_deletion_and_the_replacement_of_its_file(store: Store) -> None:
    for change in (lambda: store.delete("f"), lambda: store.rename("g", "f"), lambda: store.write_whole("f", b"new")):
        store.delete("f")
        file = store.open("f")
        file.append([b"0123456789"])
        store.open("g")
        part = file.slice(3, 4)
        change()
        del file
        assert join([part]) == b"3456"


def test_an_open_file_goes_on_under_its_new_name(store: Store) -> None:
    file = store.open("old")
    file.append([b"a"])
    store.open("new").append([b"what was there"])
    store.rename("old", "new")
    file.append([b"b"])
    assert store.names() == ["new"]
    assert store.read_whole("new") == b"ab"


@pytest.mark.parametrize("durable", [True, False])
def test_a_small_file_is_replaced_at_once(store: Store, durable: bool) -> None:
    assert store.read_whole("s") is None
    store.write_whole("s", b"first", durable=durable)
    store.write_whole("s", b"2nd", durable=durable)
    assert store.read_whole("s") == b"2nd"
    assert store.names() == ["s"]


def test_deleting_what_is_not_there_does_nothing(store: Store) -> None:
    store.delete("nothing")
    store.open("f")
    store.delete("f")
    store.delete("f")
    assert store.names() == []


def test_flushes_return(store: Store) -> None:
    file = store.open("f")
    file.append([b"x"])
    file.flush()
    store.flush()
    assert store.read_whole("f") == b"x"
