"""From an offset, or a byte limit, to a position in a segment file: a sparse index.

    entry   (base offset of a batch, its position), one for every `index.interval.bytes` of log
    lookup  the last entry at or before the wanted offset; the caller walks batch headers from there

Two `array`s and `bisect`: a look-up costs about half a microsecond whatever the length of the log.
Offsets are whole 64-bit numbers, not relative ones: a compacted segment may span more than 2^31 offsets
(KAFKA-3323).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import Final


class OffsetIndex:
    """Entries in increasing order of offset and of position. Position 0 needs no entry."""

    __slots__ = ("offsets", "positions")

    def __init__(self) -> None:
        self.offsets = array("q")
        self.positions = array("q")

    def append(self, base_offset: int, position: int) -> None:
        self.offsets.append(base_offset)
        self.positions.append(position)

    def position_for(self, offset: int) -> int:
        """Position of the last indexed batch whose base offset is <= `offset`; 0 if there is none."""
        index = bisect_right(self.offsets, offset) - 1
        return self.positions[index] if index >= 0 else 0

    def border_at_or_before(self, position: int) -> tuple[int, int] | None:
        """(base offset, position) of the last indexed batch that begins at or before `position`; None: no entry."""
        index = bisect_right(self.positions, position) - 1
        return (self.offsets[index], self.positions[index]) if index >= 0 else None

    def truncate(self, position: int) -> None:
        """Drop the entries at or behind `position`."""
        keep = bisect_left(self.positions, position)
        del self.offsets[keep:], self.positions[keep:]

    @property
    def last_position(self) -> int:
        """Position of the last entry; 0 if there is none."""
        return self.positions[-1] if self.positions else 0

    def encode(self) -> bytes:
        return encode_columns(self.offsets, self.positions)

    @classmethod
    def decode(cls, content: bytes) -> OffsetIndex:
        """What `encode` wrote: the bytes are known to be whole."""
        index = cls()
        index.offsets, index.positions = decode_columns(content)
        return index


def encode_columns(first: array[int], second: array[int]) -> bytes:
    """Two columns of the same length, big-endian, one after the other."""
    return _big_endian(first) + _big_endian(second)


def decode_columns(content: bytes) -> tuple[array[int], array[int]]:
    """What `encode_columns` wrote."""
    middle = len(content) // 2
    return _from_big_endian(content[:middle]), _from_big_endian(content[middle:])


def _big_endian(values: array[int]) -> bytes:
    if _LITTLE_ENDIAN:
        values = values[:]
        values.byteswap()
    return values.tobytes()


def _from_big_endian(data: bytes) -> array[int]:
    values = array("q", data)
    if _LITTLE_ENDIAN:
        values.byteswap()
    return values


_LITTLE_ENDIAN: Final = array("h", [1]).tobytes() == b"\x01\x00"
