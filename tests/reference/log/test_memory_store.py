import pytest

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.memory_store import MemoryStore


def everything(_: str, __: int, size: int) -> int:
    return size


def all_names(count: int) -> int:
    return count


def test_a_crash_keeps_what_was_flushed_and_no_more() -> None:
    store = MemoryStore()
    file = store.open("f")
    file.append([b"flushed "])
    file.flush()
    store.flush()
    file.append([b"lost"])
    assert store.crashed().read_whole("f") == b"flushed "
    assert store.read_whole("f") == b"flushed lost"


def test_a_crash_may_keep_any_part_of_the_rest() -> None:
    store = MemoryStore()
    file = store.open("f")
    file.append([b"flushed "])
    file.flush()
    store.flush()
    file.append([b"torn"])
    kept = {store.crashed(lambda _, flushed, size, more=more: min(flushed + more, size)).read_whole("f")
            for more in range(6)}  # fmt: skip
    assert kept == {b"flushed ", b"flushed t", b"flushed to", b"flushed tor", b"flushed torn"}


def test_a_name_is_lost_until_the_store_is_flushed() -> None:
    store = MemoryStore()
    store.open("f").flush()
    assert store.crashed(everything).names() == []
    store.flush()
    assert store.crashed().names() == ["f"]


def test_a_crash_keeps_the_first_changes_of_names() -> None:
    store = MemoryStore()
    store.open("a")
    store.flush()
    store.open("b")
    store.rename("a", "c")
    store.delete("b")
    kept = [store.crashed(None, lambda _, count=count: count).names() for count in range(4)]
    assert kept == [["a"], ["a", "b"], ["b", "c"], ["c"]]


def test_a_replaced_file_is_the_old_or_the_new_one() -> None:
    store = MemoryStore()
    store.write_whole("s", b"old")
    store.flush()
    store.write_whole("s", b"new")
    assert store.crashed().read_whole("s") == b"old"
    assert store.crashed(None, all_names).read_whole("s") == b"new"


def test_a_file_that_was_not_written_durably_may_be_damaged() -> None:
    store = MemoryStore()
    store.write_whole("s", b"content", durable=False)
    store.flush()
    assert store.crashed().read_whole("s") == b""
    assert store.crashed(lambda *_: 3).read_whole("s") == b"con"


def test_a_cut_is_undone_by_a_crash_until_it_is_flushed() -> None:
    store = MemoryStore()
    file = store.open("f")
    file.append([b"0123456789"])
    file.flush()
    store.flush()
    file.truncate(4)
    file.append([b"new"])
    assert store.crashed(everything).read_whole("f") == b"0123456789"
    file.flush()
    assert store.crashed().read_whole("f") == b"0123new"


def test_a_store_after_a_crash_is_a_disk_of_its_own() -> None:
    store = MemoryStore()
    store.open("f").append([b"a"])
    store.flush()
    after = store.crashed(everything)
    after.open("f").append([b"b"])
    assert (store.read_whole("f"), after.read_whole("f")) == (b"a", b"ab")
    assert after.crashed().read_whole("f") == b"a"  # what the first crash has left is on the disk


def test_a_failing_store_changes_nothing_and_still_reads() -> None:
    store = MemoryStore()
    file = store.open("f")
    file.append([b"abc"])
    store.failing = True
    for change in (
        lambda: file.append([b"x"]), lambda: file.truncate(0), file.flush, store.flush, lambda: store.open("g"),
        lambda: store.write_whole("s", b""), lambda: store.rename("f", "h"), lambda: store.delete("f"),
    ):  # fmt: skip
        with pytest.raises(KafkaStorageError):
            change()
    assert (store.names(), file.read(0, 9), store.open("f")) == (["f"], b"abc", file)


def test_a_store_can_fail_after_some_changes() -> None:
    store = MemoryStore()
    store.fails_in = 2
    store.open("a")
    store.open("b")
    with pytest.raises(KafkaStorageError):
        store.open("c")
    with pytest.raises(KafkaStorageError):
        store.flush()
    assert store.names() == ["a", "b"]
