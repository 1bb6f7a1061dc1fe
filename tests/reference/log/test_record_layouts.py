"""Columns that are known before: what fits is right, and what is right and uniform fits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.log.record_layouts import COUNT_MIN, largest_varint, uniform_facts
from nilometer_reference.wire.record_encoding import Record, encode_batch, walk_records
from nilometer_reference.wire.record_errors import InvalidRecord
from nilometer_reference.wire.records import Batch, seal

HEADER_BYTES = 61
COUNTS = [4, 5, 10, 63, 64, 65, 100, 200]


@st.composite
def uniform(draw: st.DrawFn) -> bytes:
    """Records with keys of one length, values of one length, and times within 63 ms of the first."""
    count = draw(st.sampled_from(COUNTS))
    key = draw(st.none() | st.sampled_from([0, 1, 63, 64, 70]))
    value = draw(st.none() | st.sampled_from([0, 1, 63, 64, 100]))
    times = draw(st.lists(st.integers(-64, 63), min_size=count, max_size=count))
    times[0] = 0
    return encode_batch(
        [
            Record(-1, 1000 + time, None if key is None else b"k" * key, None if value is None else b"v" * value)
            for time in times
        ]
    )


def facts(data: bytes) -> tuple[int, int, int] | None:
    return uniform_facts(bytes(data[HEADER_BYTES:]), Batch.parse(data).header.record_count)


def as_walked(data: bytes) -> tuple[int, int, int]:
    batch = Batch.parse(data)
    found = walk_records(batch)
    header = batch.header
    timestamp, offset, first_null_key = found
    return timestamp - header.base_timestamp, offset - header.base_offset, first_null_key


@given(uniform())
@settings(deadline=None)
def test_uniform_records_fit_and_have_the_facts_of_the_careful_walk(data: bytes) -> None:
    assert facts(data) == as_walked(data)


@pytest.mark.parametrize("size", [8170, 8180, 8183, 8184, 8185, 8186, 8191])
def test_lengths_of_three_bytes_fit(size: int) -> None:
    data = encode_batch([Record(-1, 1000 + index, b"k", b"v" * size) for index in range(5)])
    assert facts(data) == as_walked(data)


@given(uniform(), st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_records_fit_only_where_the_damage_does_no_harm(data: bytes, chosen: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(chosen.draw(st.integers(1, 2))):
        at = chosen.draw(st.integers(HEADER_BYTES, len(damaged) - 1) | st.integers(HEADER_BYTES, HEADER_BYTES + 20))
        damaged[at] = chosen.draw(st.integers(0, 255))
    seal(damaged)
    found = facts(bytes(damaged))
    if found is not None:
        assert found == as_walked(bytes(damaged))


@given(st.binary(max_size=80), st.integers(-1, 20))
def test_any_bytes_fit_or_do_not(block: bytes, count: int) -> None:
    found = uniform_facts(block, count)
    assert found is None or count >= COUNT_MIN


@pytest.mark.parametrize("place", [0, 1, 9, 63, 64, 99])
def test_a_wrong_offset_delta_does_not_fit(place: int) -> None:
    records = [Record(index, 1000, None, b"v") for index in range(100)]
    records[place] = records[place]._replace(offset=place + 1 if place < 99 else 98)
    data = encode_batch(records, last_offset_delta=99)
    assert facts(data) is None
    with pytest.raises(InvalidRecord):
        walk_records(Batch.parse(data))


@pytest.mark.parametrize(
    "records",
    [
        [Record(-1, 1000, None, b"v" * size) for size in (1, 2, 1, 1)],
        [Record(-1, 1000, key, b"v") for key in (b"k", None, b"k", b"k")],
        [Record(-1, 1000 + 100 * index, None, b"v") for index in range(5)],
        [Record(-1, 1000, None, b"v", (("h", b"1"),))] * 5,
        [Record(-1, 1000, None, b"v")] * (COUNT_MIN - 1),
        [Record(-1, 1000, None, b"v" * 9000)] * 4,
    ],
)
def test_other_records_are_left_to_the_walk(records: list[Record]) -> None:
    assert facts(encode_batch(records)) is None


@pytest.mark.parametrize("place", [0, 1, 63, 64, 99])
def test_a_timestamp_of_more_than_one_byte_does_not_fit(place: int) -> None:
    block = bytearray(encode_batch([Record(-1, 1000, None, b"v" * 5)] * 100)[HEADER_BYTES:])
    record = 12 * place + max(0, place - 64)
    assert uniform_facts(bytes(block), 100) == (0, 0, 0)
    block[record + 2] = 0x82
    assert uniform_facts(bytes(block), 100) is None


@given(st.lists(st.integers(-64, 63), min_size=1).flatmap(lambda some: st.sampled_from([some, sorted(some)])))
def test_the_largest_varint_is_the_first_of_the_largest_values(values: list[int]) -> None:
    column = bytes(value << 1 if value >= 0 else ~value << 1 | 1 for value in values)
    assert largest_varint(column) == (max(values), values.index(max(values)))
