"""Batches whose records are all of one size, checked by columns that are known before.

    length  attributes  timestamp  offset  key     value      headers
    d4 01   00          02         00      01      c8 01 …    00
    d4 01   00          02         02      01      c8 01 …    00       a column: the bytes at one place of all records
    --------            any        --------------------       --

A producer that sends records of one size sends the same columns in every batch of the same count, but for the
timestamps and what the records say. The columns are made once; comparing them is all that is left to do. What does not
fit is left to `record_walk`, and nothing but a batch that is right fits: property tests compare both.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from nilometer_reference.wire.primitives import put_uvarint

COUNT_MIN: Final = 4
"""Fewer records are read sooner than compared."""
LAYOUTS_MAX: Final = 256

_VALUE: Final = tuple((byte >> 1) ^ -(byte & 1) for byte in range(128))
"""A one-byte varint -> its value."""
_UP_TO: Final = tuple(bytes(byte for byte in range(128) if _VALUE[byte] <= _VALUE[last]) for last in range(128))
"""A one-byte varint -> all those of no larger value."""
_ONE_BYTE_OFFSETS: Final = 64
"""Offset deltas below this take one byte."""
_TWO_BYTE_OFFSETS: Final = 8192
_TWO_BYTES_MAX: Final = 1 << 14


class _Layout(NamedTuple):
    """Where each byte that is known stands, and the bytes; and where the timestamps stand."""

    columns: tuple[tuple[slice, bytes], ...]
    timestamps: tuple[slice, ...]


def uniform_facts(block: bytes, count: int) -> tuple[int, int, int] | None:
    """(largest timestamp delta, the first index that has it, index of the first record without key or -1) of the
    records of an uncompressed block; None if they are not all of one size, their times within 63 ms, or not right.
    """
    try:
        key, value = _lengths(block)
    except IndexError:
        return None
    layout = _layout(count, len(block), key, value)
    if layout is None:
        return None
    for places, column in layout.columns:
        if block[places] != column:
            return None
    largest, found, index = -65, 0, 0  # no varint of one byte is as small
    for places in layout.timestamps:
        column = block[places]
        if not column.isascii():
            return None
        top, at = largest_varint(column)
        if top > largest:
            largest, found = top, index + at
        index += len(column)
    return largest, found, 0 if key < 0 else -1


def largest_varint(column: bytes) -> tuple[int, int]:
    """(largest value, its first place) of varints of one byte each. Soonest where it is the last: time goes on."""
    largest = column[-1]
    larger = column.translate(None, _UP_TO[largest])
    if larger:
        largest = max(set(larger), key=_VALUE.__getitem__)
    return _VALUE[largest], column.index(largest)


def _lengths(block: bytes) -> tuple[int, int]:
    """Length of the first record's key and of its value, -1 for null, -2 for what no layout has. IndexError if cut."""
    at = 4 if block[0] < 128 else 5 if block[1] < 128 else 6
    key = block[at]
    at += 1
    if key > 127:
        key = key & 127 | block[at] << 7
        at += 1
    if key > 1 and not key & 1:
        at += key >> 1
    value = block[at]
    if value > 127:
        value = value & 127 | block[at + 1] << 7
    return _length(key), _length(value)


def _length(zigzag: int) -> int:
    return -2 if zigzag >= _TWO_BYTES_MAX or (zigzag & 1 and zigzag > 1) else (zigzag >> 1) ^ -(zigzag & 1)


@lru_cache(LAYOUTS_MAX)
def _layout(count: int, size: int, key: int, value: int) -> _Layout | None:
    """The layout of `count` records with keys and values of these lengths; None if it is not one of `size` bytes."""
    if count < COUNT_MIN or count > _TWO_BYTE_OFFSETS or key < -1 or value < -1:
        return None
    columns: list[tuple[slice, bytes]] = []
    timestamps: list[slice] = []
    position = 0
    for first, last in ((0, min(count, _ONE_BYTE_OFFSETS)), (_ONE_BYTE_OFFSETS, count)):
        if first >= last:
            continue
        offsets = [_varint(2 * index) for index in range(first, last)]
        behind_length = 2 + len(offsets[0]) + len(_field(key)) + len(_field(value)) + 1
        length = _varint(2 * (behind_length + max(key, 0) + max(value, 0)))
        stride = len(length) + behind_length + max(key, 0) + max(value, 0)
        end = position + stride * len(offsets)

        def place(at: int, position: int = position, end: int = end, stride: int = stride) -> slice:
            return slice(position + at, end, stride)

        at = 0
        for byte in length:
            columns.append((place(at), bytes((byte,)) * len(offsets)))
            at += 1
        timestamps.append(place(at + 1))
        at += 2
        for column in zip(*offsets, strict=True):
            columns.append((place(at), bytes(column)))
            at += 1
        for field in (key, value):
            for byte in _field(field):
                columns.append((place(at), bytes((byte,)) * len(offsets)))
                at += 1
            at += max(field, 0)
        columns.append((place(at), bytes(len(offsets))))
        position = end
    return _Layout(tuple(columns), tuple(timestamps)) if position == size else None


def _field(length: int) -> bytes:
    """The length as it stands before a key or a value."""
    return _varint(2 * length if length >= 0 else 1)


def _varint(number: int) -> bytes:
    out = bytearray()
    put_uvarint(out, number)
    return bytes(out)
