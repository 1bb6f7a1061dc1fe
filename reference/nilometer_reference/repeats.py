"""What one connection asks again and again, found by how its frames begin; and its answers, many in one effect.

[ key, version | correlation id | the start of an earlier request | … ]
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from nilometer_reference.apis.api import Again
from nilometer_reference.log.log import Log

KNOWN_MAX: Final = 256
"""Requests of a connection that are remembered; who asks more different ones gains nothing."""

_HEAD: Final = struct.Struct(">ii")
"""API key and version in one number, correlation id."""
_FROM: Final = _HEAD.size


class Repeats:
    """The requests of one connection that may come again."""

    __slots__ = ("_known", "_lengths")

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], Again] = {}
        self._lengths: tuple[int, ...] = ()

    def find(self, frame: memoryview) -> tuple[Again, int] | None:
        """The earlier request that this one is, and its correlation id."""
        for length in self._lengths:
            if length <= len(frame):
                head, correlation_id = _HEAD.unpack_from(frame)
                again = self._known.get((head, bytes(frame[_FROM:length])))
                if again is not None:
                    return again, correlation_id
        return None

    def learn(self, frame: memoryview, again: Again) -> None:
        """Know the request of that frame from now on."""
        if len(self._known) < KNOWN_MAX:
            length = again.start_bytes
            self._known[_HEAD.unpack_from(frame)[0], bytes(frame[_FROM:length])] = again
            if length not in self._lengths:
                self._lengths = (*self._lengths, length)


@dataclass(slots=True)
class Answers:
    """Answers to repeated requests of one connection, in order: the chunks of one `Send`."""

    chunks: list[bytearray] = field(default_factory=list)
    _behind: list[tuple[Again, int, Log]] = field(default_factory=list)

    def add(self, again: Again, correlation_id: int, chunk: bytearray, log: Log) -> None:
        """One more."""
        self.chunks.append(chunk)
        self._behind.append((again, correlation_id, log))

    def otherwise(self, failed: Collection[Log]) -> list[bytearray]:
        """The same answers, but for those that rest on a log that could not be written."""
        return [
            again.storage_failed(correlation_id) if log in failed else chunk
            for chunk, (again, correlation_id, log) in zip(self.chunks, self._behind, strict=True)
        ]
