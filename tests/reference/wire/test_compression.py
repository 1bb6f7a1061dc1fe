"""The codecs: round trips, both snappy framings, frames of other writers, hostile blocks."""

import gzip
import struct

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.wire.compression import Compression, compress, compression_of, decompress
from nilometer_reference.wire.record_errors import CorruptMessage, MessageTooLarge, UnsupportedCompressionType

PACKED = [Compression.GZIP, Compression.SNAPPY, Compression.LZ4, Compression.ZSTD]
blocks = st.binary(max_size=300) | st.binary(min_size=1, max_size=3).map(lambda unit: unit * 50_000)


@given(st.sampled_from(list(Compression)), blocks)
def test_what_is_compressed_unpacks_to_itself(codec: Compression, data: bytes) -> None:
    if data or codec is Compression.NONE:
        assert decompress(codec, compress(codec, data)) == data


@given(blocks.filter(bool))
def test_frames_of_other_writers_are_read(data: bytes) -> None:
    assert decompress(Compression.GZIP, gzip.compress(data)) == data
    assert decompress(Compression.GZIP, gzip.compress(data) + gzip.compress(b"more")) == data + b"more"
    assert decompress(Compression.SNAPPY, bytes(cramjam.snappy.compress_raw(data))) == data
    assert decompress(Compression.LZ4, bytes(cramjam.lz4.compress(data))) == data
    assert decompress(Compression.ZSTD, bytes(cramjam.zstd.compress(data, 1))) == data


@given(blocks.filter(bool))
def test_our_frames_are_read_by_other_readers(data: bytes) -> None:
    assert gzip.decompress(compress(Compression.GZIP, data)) == data
    assert bytes(cramjam.lz4.decompress(compress(Compression.LZ4, data))) == data
    assert bytes(cramjam.zstd.decompress(compress(Compression.ZSTD, data))) == data


@pytest.mark.parametrize("codec", PACKED)
def test_more_than_the_limit_is_refused_and_the_limit_itself_is_not(codec: Compression) -> None:
    packed = compress(codec, bytes(500_000))
    assert len(decompress(codec, packed, 500_000)) == 500_000
    with pytest.raises(MessageTooLarge):
        decompress(codec, packed, 499_999)


@given(st.sampled_from(PACKED), st.binary(max_size=80))
def test_arbitrary_bytes_unpack_or_give_a_named_error(codec: Compression, data: bytes) -> None:
    try:
        assert len(decompress(codec, data, 100_000)) <= 100_000
    except (CorruptMessage, MessageTooLarge):
        pass


@given(st.sampled_from(PACKED), st.binary(min_size=1, max_size=200), st.data())
def test_a_damaged_block_unpacks_or_gives_a_named_error(codec: Compression, plain: bytes, data: st.DataObject) -> None:
    packed = bytearray(compress(codec, plain))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decompress(codec, packed, 100_000)
    except (CorruptMessage, MessageTooLarge):
        pass


@pytest.mark.parametrize("codec", PACKED)
def test_a_block_of_no_bytes_is_corrupt(codec: Compression) -> None:
    with pytest.raises(CorruptMessage):
        decompress(codec, b"")


def test_a_snappy_block_that_promises_the_impossible_costs_nothing() -> None:
    promise = bytearray()
    value = 100_000_000
    while value > 127:
        promise.append(value & 127 | 128)
        value >>= 7
    promise.append(value)
    with pytest.raises(CorruptMessage, match="says that it unpacks"):
        decompress(Compression.SNAPPY, bytes(promise) + b"\x00a")


@pytest.mark.parametrize("tail", [b"\0", struct.pack(">i", 9) + b"abc"])
def test_a_cut_xerial_stream_is_corrupt(tail: bytes) -> None:
    with pytest.raises(CorruptMessage):
        decompress(Compression.SNAPPY, compress(Compression.SNAPPY, b"x" * 100) + tail)


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_unknown_codecs_have_kafkas_own_error(codec: int) -> None:
    with pytest.raises(UnsupportedCompressionType):
        compression_of(codec)
    with pytest.raises(UnsupportedCompressionType):
        decompress(codec, b"x")
    with pytest.raises(UnsupportedCompressionType):
        compress(codec, b"x")
