import os
import socket
from pathlib import Path

import pytest

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.wire.chunks import FileSlice


def test_the_directory_is_made_with_all_above_it(tmp_path: Path) -> None:
    FileStore(tmp_path / "data" / "topic-0").open("f")
    assert (tmp_path / "data" / "topic-0" / "f").exists()


def test_a_slice_can_be_sent_without_being_read(tmp_path: Path) -> None:
    file = FileStore(tmp_path).open("f")
    file.append([b"0123456789"])
    part = file.slice(2, 5)
    assert isinstance(part, FileSlice)
    sender, receiver = socket.socketpair()
    with sender, receiver:
        assert os.sendfile(sender.fileno(), part.fileno(), part.position, part.length) == 5
        assert receiver.recv(100) == b"23456"


def test_a_descriptor_is_closed_with_the_last_slice_that_needs_it(tmp_path: Path) -> None:
    file = FileStore(tmp_path).open("f")
    part = file.slice(0, 1)
    descriptor = part.fileno()
    del file
    os.fstat(descriptor)
    del part
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_short_write_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A nearly full disk, or a signal, lets the kernel write less than it was given."""
    pwrite, pwritev = os.pwrite, os.pwritev
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: pwrite(fd, bytes(data)[:3], at))
    monkeypatch.setattr(os, "pwritev", lambda fd, group, at: pwritev(fd, [b"".join(group)[:100_001]], at))
    file = FileStore(tmp_path).open("f")
    file.append([b"0123456789"])
    file.append([b"a" * 5, b"b" * 5])
    assert file.read(0, 100) == b"0123456789aaaaabbbbb"
    large = [b"x" * 70_000, b"y" * 70_000, b"z" * 10]
    file.append(large)
    assert file.read(20, 200_000) == b"".join(large)
    assert file.size == 140_030


def test_what_the_disk_refuses_is_a_storage_error(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    (tmp_path / "directory").mkdir()
    with pytest.raises(KafkaStorageError, match="opening directory"):
        store.open("directory")
    with pytest.raises(KafkaStorageError, match="reading directory"):
        store.read_whole("directory")
    with pytest.raises(KafkaStorageError, match="renaming nothing"):
        store.rename("nothing", "something")
    with pytest.raises(KafkaStorageError, match="writing directory"):
        store.write_whole("directory", b"x")
    with pytest.raises(KafkaStorageError, match="deleting directory"):
        store.delete("directory")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KafkaStorageError, match="creating"):
        FileStore(tmp_path / "file" / "below")


def test_a_descriptor_that_fails_is_a_storage_error(tmp_path: Path) -> None:
    file = FileStore(tmp_path).open("f")
    file.append([b"abc"])
    os.close(file.fileno())
    for work in (
        lambda: file.append([b"x"]), lambda: file.read(0, 1), file.flush, lambda: file.truncate(1),
    ):  # fmt: skip
        with pytest.raises(KafkaStorageError):
            work()
    file._descriptor = -1  # it is closed already


def test_a_directory_that_has_gone_is_a_storage_error(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for work in (store.names, store.flush):
        with pytest.raises(KafkaStorageError):
            work()
