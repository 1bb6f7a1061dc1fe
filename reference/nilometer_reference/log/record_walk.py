"""The records of a batch, checked without being decoded: what `wire.record_encoding.walk_records` answers, sooner.

    one by one        every field of the frame, in line
    all at once       records of one size: `record_layouts`
    a run at once     records of one shape (equal lengths, equal widths of their deltas), column by column:

                      length  timestamp  offset  key     value
        record 8      d4 01   02         10      01      c8 01 …    one column is a strided slice of the block;
        record 9      d4 01   02         12      01      c8 01 …    lengths must all be equal, offsets count on,
        record 10     d4 01   04         14      01      c8 01 …    of the timestamps the largest is wanted

    anything odd      left to `walk_records`, which knows what is wrong

Producers send records of few sizes with rising timestamps, so that most batches are a few runs; records of ever
changing sizes go one by one. Every answer is that of `walk_records`, which a property test compares.
"""

from __future__ import annotations

from array import array
from sys import byteorder
from typing import Final

from nilometer_reference.log.record_layouts import COUNT_MIN, largest_varint, uniform_facts
from nilometer_reference.wire.record_encoding import RecordFacts, read_varint, records_block, walk_records
from nilometer_reference.wire.records import Batch

_RUN_MIN: Final = 8
"""Shorter runs do not pay for their set-up."""

_LAST: Final = bytes(range(128))
"""Bytes that end a varint."""
_MORE: Final = bytes(range(128, 256))
"""Bytes of a varint that others follow."""
_NON_NEGATIVE: Final = bytes(range(0, 256, 2))
"""First bytes of the zigzag varints that are not negative."""

# The offset deltas 0, 1, 2 … as columns of varints. They repeat after 8192, but for the third byte.
_PERIOD: Final = 8192
_ONE: Final = bytes(range(0, 128, 2))
_FIRST_OF_MORE: Final = bytes((2 * delta & 127) | 128 for delta in range(_PERIOD))
_SECOND: Final = bytes(2 * delta >> 7 for delta in range(_PERIOD))
_SECOND_OF_THREE: Final = bytes(2 * delta >> 7 | 128 for delta in range(_PERIOD))


def record_facts(batch: Batch, *, compacted: bool = False) -> RecordFacts:
    """`walk_records`: the facts about the records of `batch`, or `InvalidRecord` when they are not as they must be."""
    header = batch.header
    found = plain_facts(records_block(batch), header.record_count)
    if found is None:
        return walk_records(batch, compacted=compacted)
    max_delta, index_of_max, first_null_key = found
    if header.is_log_append_time:
        return RecordFacts(header.max_timestamp, header.base_offset, first_null_key)
    return RecordFacts(header.base_timestamp + max_delta, header.base_offset + index_of_max, first_null_key)


def plain_facts(block: bytes, count: int) -> tuple[int, int, int] | None:
    """(largest timestamp delta, index of the first record with it, index of the first null key or -1) of the `count`
    records in an uncompressed block; None when they are not plain, which `record_facts` can judge.
    """
    if count >= COUNT_MIN:
        found = uniform_facts(block, count)
        if found is not None:
            return found
    try:
        return _walk(block, count)
    except IndexError:
        return None


# One loop without calls: in Python a call costs as much as the three fields that it would read.
def _walk(data: bytes, count: int) -> tuple[int, int, int] | None:  # noqa: PLR0912, PLR0915
    """`plain_facts`, but for an IndexError when the records end too soon."""
    size = len(data)
    position = index = index_of_max = 0
    max_delta = -(1 << 63)
    first_null_key = -1
    while index < count:
        start = position
        byte = data[position]
        position += 1
        if byte > 127:
            byte = byte & 127 | data[position] << 7
            position += 1
            if byte > 16383:
                return None
        if byte & 1:
            return None
        end = position + (byte >> 1)
        delta_at = position = position + 1  # the attributes mean nothing
        byte = data[position]
        if byte < 128:
            delta = (byte >> 1) ^ -(byte & 1)
            position += 1
        else:
            delta, position = read_varint(data, position, 10)
        if delta > max_delta:
            max_delta, index_of_max = delta, index
        offset_at = position
        byte = data[position]
        position += 1
        if byte > 127:
            byte = byte & 127 | data[position] << 7
            position += 1
            if byte > 16383:
                byte = byte & 16383 | data[position] << 14
                position += 1
        if byte != index + index:
            return None
        key_at = position
        byte = data[position]
        position += 1
        if byte == 1:
            if first_null_key < 0:
                first_null_key = index
        else:
            if byte > 127:
                byte = byte & 127 | data[position] << 7
                position += 1
            if byte & 1 or byte > 16383:
                return None
            position += byte >> 1
        value_at = position
        byte = data[position]
        position += 1
        if byte != 1:
            if byte > 127:
                byte = byte & 127 | data[position] << 7
                position += 1
            if byte & 1 or byte > 16383:
                return None
            position += byte >> 1
        if data[position]:  # record headers
            return None
        position += 1
        if position != end:
            return None
        index += 1
        stride = position - start
        ahead = position + stride * (_RUN_MIN - 1)
        if ahead < size and data[ahead] == data[position] == data[start] and count - index >= _RUN_MIN:
            shape = (start, delta_at, offset_at, key_at, value_at)
            run, largest, at = _run(data, shape, position, min(count - index, (size - position) // stride), index)
            if largest > max_delta:
                max_delta, index_of_max = largest, index + at
            index += run
            position += run * stride
    return None if position != size else (max_delta, index_of_max, first_null_key)


def _run(
    data: bytes, shape: tuple[int, int, int, int, int], first: int, count: int, index: int
) -> tuple[int, int, int]:
    """How many of the `count` records at `first` have the shape of the one before, their largest timestamp delta, and
    the first (from 0) that has it. Records that do not fit end the run; nothing about them is said.
    """
    start, delta_at, offset_at, key_at, value_at = shape
    stride = first - start
    nothing = (0, -(1 << 63), 0)
    key_width, value_width = (2 if data[at] > 127 else 1 for at in (key_at, value_at))
    for at in (*range(start, delta_at - 1), *range(key_at, key_at + key_width),
               *range(value_at, value_at + value_width), first - 1):  # fmt: skip
        column = data[at + stride : at + stride * count + 1 : stride]
        if column.count(data[at]) != count:
            count -= len(column.lstrip(data[at : at + 1]))
    count = _offsets_that_count_on(data, offset_at, key_at - offset_at, stride, count, index)
    if count < 1:
        return nothing
    columns = [data[at + stride : at + stride * count + 1 : stride] for at in range(delta_at, offset_at)]
    largest, at, count = _largest_delta(columns)
    return (count, largest, at) if count else nothing


def _offsets_that_count_on(data: bytes, offset_at: int, width: int, stride: int, count: int, index: int) -> int:
    """How many of the `count` records have the offset deltas `index`, `index` + 1 …, in varints of this width."""
    if width == 1:
        wanted: tuple[bytes, ...] = (_ONE[index : index + count],)
    elif width == 2:
        wanted = (_FIRST_OF_MORE[index : index + count], _SECOND[index : index + count])
    else:
        place = index % _PERIOD
        rest = min(count, _PERIOD - place)
        third = bytes((2 * index >> 14,)) * rest
        wanted = (_FIRST_OF_MORE[place : place + rest], _SECOND_OF_THREE[place : place + rest], third)
    count = min(count, len(wanted[0]))
    for at, column in enumerate(wanted, offset_at):
        if data[at + stride : at + stride * count + 1 : stride] != column[:count]:
            return 0
    return count


def _largest_delta(columns: list[bytes]) -> tuple[int, int, int]:
    """(largest value, its first place, how many) of the varints of which each column holds one byte; as many of the
    first as have this width. Nothing is said of varints of three bytes and more, and of negative ones of two.
    """
    count = len(columns[0])
    if len(columns) == 1:
        (column,) = columns
        if not column.isascii():
            column = column[: count - len(column.lstrip(_LAST))]
        if not column:
            return 0, 0, 0
        return *largest_varint(column), len(column)
    if len(columns) > 2:
        return 0, 0, 0
    low, high = columns
    count -= max(len(low.lstrip(_MORE)), len(high.lstrip(_LAST)))
    if count < 1 or low[:count].translate(None, _NON_NEGATIVE):
        return 0, 0, 0
    pairs = bytearray(2 * count)
    pairs[byteorder == "big" :: 2] = low[:count]
    pairs[byteorder == "little" :: 2] = high[:count]
    values = array("H", bytes(pairs))
    top = max(values)
    return ((top & 127) | (top >> 8) << 7) >> 1, values.index(top), count
