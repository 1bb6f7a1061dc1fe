"""A store in memory that can lose its power: `MemoryStore.crashed` is what the disk then holds.

    a file     data     [ flushed ........ | appended since ..... ]      a crash keeps the first part, and as
                                                                         much of the second as is chosen
    names      since the last flush: created, replaced, renamed, deleted a crash keeps the first ones, as many
                                                                         as are chosen

Contract: `storage`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.storage import Buffer
from nilometer_reference.wire.chunks import Chunk


class MemoryFile:
    """A growing byte string that remembers what of it was flushed."""

    def __init__(self, store: MemoryStore, data: bytes = b"") -> None:
        self._store = store
        self.data = bytearray(data)
        self.flushed_size = 0
        """Bytes that a crash keeps for certain."""
        self._cut_off: bytes | None = None
        """The flushed bytes before an unflushed cut, which a crash would bring back."""

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, position: int, length: int) -> bytes:
        return bytes(self.data[position : position + length])

    def append(self, buffers: Sequence[Buffer]) -> None:
        self._store.change()
        for buffer in buffers:
            self.data += buffer

    def truncate(self, size: int) -> None:
        self._store.change()
        assert size <= len(self.data)
        if size < self.flushed_size and self._cut_off is None:
            self._cut_off = bytes(self.data[: self.flushed_size])
        del self.data[size:]
        self.flushed_size = min(self.flushed_size, size)

    def flush(self) -> None:
        self._store.change()
        self.flushed_size = len(self.data)
        self._cut_off = None

    def slice(self, position: int, length: int) -> Chunk:
        return bytes(self.data[position : position + length])

    def after_crash(self, store: MemoryStore, name: str, keep: Callable[[str, int, int], int] | None) -> MemoryFile:
        """The file as a crash leaves it; `keep` as in `MemoryStore.crashed`."""
        if self._cut_off is not None:
            kept = self._cut_off
        else:
            size = self.flushed_size if keep is None else keep(name, self.flushed_size, self.size)
            assert self.flushed_size <= size <= self.size
            kept = bytes(self.data[:size])
        file = MemoryFile(store, kept)
        file.flushed_size = len(kept)
        return file


class _NameChange(NamedTuple):
    """`removed` loses its file, `named` gets `file`; None for neither."""

    removed: str | None
    named: str | None = None
    file: MemoryFile | None = None

    def apply(self, files: dict[str, MemoryFile]) -> None:
        if self.removed is not None:
            files.pop(self.removed, None)
        if self.named is not None:
            assert self.file is not None
            files[self.named] = self.file


class MemoryStore:
    """See `storage.Store`.

    `failing` makes every change raise, as a full or broken disk does; `fails_in` does so after that many more.
    """

    def __init__(self) -> None:
        self.files: dict[str, MemoryFile] = {}
        self.failing = False
        self.fails_in: int | None = None
        self._flushed: dict[str, MemoryFile] = {}
        self._changes: list[_NameChange] = []

    def change(self) -> None:
        """Count one change; raises `KafkaStorageError` when it must fail."""
        if self.fails_in is not None:
            self.fails_in -= 1
            self.failing = self.failing or self.fails_in < 0
        if self.failing:
            raise KafkaStorageError("the store was told to fail")

    def open(self, name: str) -> MemoryFile:
        if name not in self.files:
            self._rename(_NameChange(None, name, MemoryFile(self)))
        return self.files[name]

    def names(self) -> list[str]:
        return sorted(self.files)

    def read_whole(self, name: str) -> bytes | None:
        file = self.files.get(name)
        return bytes(file.data) if file else None

    def write_whole(self, name: str, content: bytes, *, durable: bool = True) -> None:
        file = MemoryFile(self, content)
        if durable:
            file.flush()
        self._rename(_NameChange(None, name, file))

    def rename(self, name: str, new_name: str) -> None:
        self._rename(_NameChange(name, new_name, self.files[name]))

    def delete(self, name: str) -> None:
        if name in self.files:
            self._rename(_NameChange(name))

    def flush(self) -> None:
        self.change()
        self._flushed = dict(self.files)
        self._changes = []

    def _rename(self, change: _NameChange) -> None:
        self.change()
        change.apply(self.files)
        self._changes.append(change)

    def crashed(
        self,
        keep: Callable[[str, int, int], int] | None = None,
        names_kept: Callable[[int], int] | None = None,
    ) -> MemoryStore:
        """What is on the disk after a loss of power now.

        `keep(name, flushed_size, size)` chooses how many bytes of each file survive, from the flushed ones up to
        all; without it only the flushed ones do. `names_kept(count)` chooses how many of the changes of names since
        the last flush survive; without it none do.
        """
        after = MemoryStore()
        names = dict(self._flushed)
        for change in self._changes[: 0 if names_kept is None else names_kept(len(self._changes))]:
            change.apply(names)
        after.files = {name: file.after_crash(after, name, keep) for name, file in names.items()}
        after._flushed = dict(after.files)
        return after
