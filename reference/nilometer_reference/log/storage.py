"""The storage port: what a log asks of a disk. One `Store` is the directory of one partition.

    file_store.FileStore       real files, pwrite, slices for sendfile
    memory_store.MemoryStore   the same contract in memory; can lose its power

What a loss of power leaves, and what this package may therefore rely on:

    bytes appended to a file          all of them after its `flush`; before, any number of the first of them
    bytes cut off a file              gone after its `flush`; before, they may come back
    a name made, changed or removed   so after the store's `flush`; before, the first of these changes may be
                                      there and the rest not: file systems keep a journal of them
    `write_whole`                     a change of name like the others; `durable` says that its bytes come first

A process that is killed loses nothing of all this. Whatever a store cannot do is `KafkaStorageError` (56),
after which a log stays offline until it is opened again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from nilometer_reference.wire.chunks import Chunk

Buffer: TypeAlias = bytes | bytearray | memoryview


class StoredFile(Protocol):
    """One append-only file."""

    @property
    def size(self) -> int:
        """Bytes in the file (exclusive end of what `read` can see)."""
        ...

    def read(self, position: int, length: int) -> bytes:
        """At most `length` bytes from `position`; fewer at the end of the file."""
        ...

    def append(self, buffers: Sequence[Buffer]) -> None:
        """Write all buffers, in order, behind the last byte."""
        ...

    def truncate(self, size: int) -> None:
        """Drop everything from `size` on; `size` is at most that of the file."""
        ...

    def flush(self) -> None:
        """Return when everything done to the file so far survives a loss of power (fsync)."""
        ...

    def slice(self, position: int, length: int) -> Chunk:
        """The bytes of [position, position + length), unread if the store can."""
        ...


class Store(Protocol):
    """A flat directory of named files."""

    def open(self, name: str) -> StoredFile:
        """The file `name`, created empty if it is not there."""
        ...

    def names(self) -> list[str]:
        """Names of all files, sorted."""
        ...

    def read_whole(self, name: str) -> bytes | None:
        """Contents of a small file; None if it is not there."""
        ...

    def write_whole(self, name: str, content: bytes, *, durable: bool = True) -> None:
        """Replace a small file at once. With `durable` a loss of power leaves the old or the new content, whole;
        without it the content may be damaged, so it must carry a checksum (`sealed`) and be replaceable.
        """
        ...

    def rename(self, name: str, new_name: str) -> None:
        """Rename, replacing what has the new name. An open `StoredFile` goes on under the new name."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens if it is not there. What has it open, or a slice of it, goes on reading."""
        ...

    def flush(self) -> None:
        """Return when creations, renames and deletions survive a loss of power."""
        ...
