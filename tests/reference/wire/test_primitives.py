"""Variable-length integers, record sets and tag sections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.wire.chunks import Chunk, RecordChunks
from nilometer_reference.wire.primitives import (
    COPY_BYTES_MAX,
    STRING_BYTES_MAX,
    MalformedMessage,
    UnencodableMessage,
    get_unknown_tag,
    get_uvarint,
    put_compact_records,
    put_records,
    put_string_length,
    put_tags,
    put_uvarint,
)


@given(st.integers(0, 2**32 - 1), st.binary(max_size=4))
def test_unsigned_varints_round_trip(value: int, tail: bytes) -> None:
    out = bytearray()
    put_uvarint(out, value)
    assert len(out) <= 5
    assert get_uvarint(bytes(out) + tail, 0) == (value, len(out))


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff\x7f", b"\x80\x80\x80\x80\x80\x01", b"\xff\xff\xff\xff\x1f"])
def test_more_than_32_bits_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        get_uvarint(data, 0)


def test_a_string_is_at_most_32767_bytes_long() -> None:
    put_string_length(bytearray(), STRING_BYTES_MAX + 1)
    with pytest.raises(UnencodableMessage):
        put_string_length(bytearray(), STRING_BYTES_MAX + 2)


@pytest.mark.parametrize("put", [put_records, put_compact_records])
def test_small_record_sets_are_copied_and_large_ones_handed_on(put: object) -> None:
    assert callable(put)
    chunks: list[Chunk] = []
    out = bytearray()
    assert put(out, chunks, b"small") is out
    assert not chunks
    large = memoryview(bytes(COPY_BYTES_MAX + 1))
    rest = put(out, chunks, large)
    assert rest == b""
    assert chunks[0] is out
    assert chunks[1] is large


def test_null_and_empty_record_sets_differ() -> None:
    for put, null, empty in ((put_records, b"\xff" * 4, bytes(4)), (put_compact_records, b"\0", b"\1")):
        for records, expected in ((None, null), (b"", empty)):
            out = bytearray()
            put(out, [], records)
            assert out == expected


def test_a_record_set_in_pieces_counts_all_its_bytes() -> None:
    out, chunks = bytearray(), []
    put_records(out, chunks, RecordChunks([b"ab", b"c"], 3))
    assert chunks == [b"\0\0\0\3", b"ab", b"c"]


@given(st.dictionaries(st.integers(0, 400), st.binary(max_size=5), max_size=5))
def test_tags_are_written_in_the_order_of_their_numbers(tags: dict[int, bytes]) -> None:
    out = bytearray()
    put_tags(out, [], tags)
    count, position = get_uvarint(out, 0)
    seen: dict[int, bytes] | None = None
    order = []
    for _ in range(count):
        tag, position = get_uvarint(out, position)
        size, position = get_uvarint(out, position)
        seen = get_unknown_tag(out, position, tag, size, seen)
        order.append(tag)
        position += size
    assert order == sorted(tags)
    assert (seen or {}) == tags
    assert position == len(out)
