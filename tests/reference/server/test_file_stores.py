from pathlib import Path

import pytest

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.server.file_stores import DELETED, FileStores


def test_a_store_is_a_directory_named_after_its_partition(tmp_path: Path) -> None:
    stores = FileStores(tmp_path)
    stores.open("a.b-c_1", 12).write_whole("file", b"1")
    assert (tmp_path / "a.b-c_1-12" / "file").read_bytes() == b"1"
    assert stores.names() == [("a.b-c_1", 12)]


def test_stores_are_listed_by_topic_and_number(tmp_path: Path) -> None:
    stores = FileStores(tmp_path)
    for topic, index in (("b", 0), ("a", 10), ("a", 9), ("a-1", 0)):
        stores.open(topic, index)
    (tmp_path / "lock").touch()
    (tmp_path / "no-number-").mkdir()
    assert stores.names() == [("a", 9), ("a", 10), ("a-1", 0), ("b", 0)]


def test_what_was_written_is_there_when_the_directory_is_taken_over(tmp_path: Path) -> None:
    FileStores(tmp_path).open("a", 0).write_whole("file", b"1")
    assert FileStores(tmp_path).open("a", 0).read_whole("file") == b"1"


def test_a_deleted_store_is_gone_with_all_that_was_in_it(tmp_path: Path) -> None:
    stores = FileStores(tmp_path)
    stores.open("a", 0).write_whole("file", b"1")
    stores.delete("a", 0)
    stores.delete("a", 0)
    assert list(tmp_path.iterdir()) == []
    assert stores.open("a", 0).names() == []


def test_a_slice_that_was_given_out_stays_readable_after_its_store_is_deleted(tmp_path: Path) -> None:
    stores = FileStores(tmp_path)
    file = stores.open("a", 0).open("log")
    file.append([b"0123456789"])
    piece = file.slice(2, 3)
    stores.delete("a", 0)
    assert not isinstance(piece, bytes | bytearray | memoryview)
    assert piece.read() == b"234"


def test_what_a_crash_left_of_a_deletion_is_cleared_away(tmp_path: Path) -> None:
    stores = FileStores(tmp_path)
    stores.open("a", 0).write_whole("file", b"old")
    (tmp_path / "a-0").rename(tmp_path / f"a-0{DELETED}")
    stores = FileStores(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert stores.open("a", 0).read_whole("file") is None


def test_a_topic_that_is_named_like_a_deletion_is_not_taken_for_one(tmp_path: Path) -> None:
    FileStores(tmp_path).open(f"x-0{DELETED}", 0).write_whole("file", b"1")
    assert FileStores(tmp_path).names() == [(f"x-0{DELETED}", 0)]


def test_what_the_disk_refuses_is_a_storage_error(tmp_path: Path) -> None:
    stores = FileStores(tmp_path)
    (tmp_path / "a-0").write_text("a file stands in the way")
    with pytest.raises(KafkaStorageError):
        stores.open("a", 0)
    with pytest.raises(KafkaStorageError):
        stores.delete("a", 0)
    with pytest.raises(KafkaStorageError):
        FileStores(tmp_path / "nowhere")
