"""Bytes that need not be in memory: what a response is made of on its way to a socket.

    chunk                            the server sends it with    who makes it
    bytes, bytearray, memoryview     send, sendmsg               the codec; a log in memory
    FileSlice                        sendfile                    a log on files

A fetched record set may be slices of segment files. The codec never touches them; it hands out a list
of chunks, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable


@runtime_checkable
class FileSlice(Protocol):
    """`length` bytes of an open file from `position`: `os.sendfile(socket, s.fileno(), s.position, s.length)`.

    It keeps the file open: the bytes stay readable after the file was deleted. They become fewer than `length`
    only when the file was cut (a follower that went back to its leader's log).
    """

    @property
    def position(self) -> int: ...

    @property
    def length(self) -> int: ...

    def fileno(self) -> int:
        """The descriptor, valid as long as this object lives."""

    def read(self) -> bytes:
        """The bytes themselves, for receivers that have no `sendfile`."""


Chunk: TypeAlias = "bytes | bytearray | memoryview | FileSlice"


@dataclass(frozen=True, slots=True)
class RecordChunks:
    """A record set that is spread over several chunks; `size` is their sum in bytes."""

    chunks: Sequence[Chunk]
    size: int


Records: TypeAlias = "bytes | bytearray | memoryview | RecordChunks"


def chunk_length(chunk: Chunk) -> int:
    """Length in bytes."""
    return len(chunk) if isinstance(chunk, bytes | bytearray | memoryview) else chunk.length


def join(chunks: Sequence[Chunk]) -> bytes:
    """All chunks as one byte string."""
    return b"".join(c if isinstance(c, bytes | bytearray | memoryview) else c.read() for c in chunks)
