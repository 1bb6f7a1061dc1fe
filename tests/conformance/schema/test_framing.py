"""Framing: what is written is read again, as Confluent's serializers write and read it; what is broken says where."""

from __future__ import annotations

import io
import itertools
import uuid

import pytest
from confluent_kafka.schema_registry.serde import SchemaId
from hypothesis import given
from hypothesis import strategies as st

from nilometer.schema.framing import (
    INDEXES_MAX,
    KEY_HEADER,
    VALUE_HEADER,
    Framed,
    FramingError,
    Guid,
    Id,
    frame,
    header,
    parse,
    parse_header,
    parse_record,
)

IDS = st.integers(0, 2**32 - 1)
INDEXES = st.none() | st.lists(st.integers(0, 300), min_size=1, max_size=6).map(tuple)
GUID = uuid.UUID("89791762-2336-4186-9674-299b90a802e2")
ALL_PATHS = [
    path for depth in (1, 2, 3, 4) for path in itertools.product((0, 1, 2, 63, 64, 130), repeat=depth)
]  # fmt: skip


@given(IDS, INDEXES, st.binary(max_size=40), st.booleans())
def test_a_payload_is_read_as_it_was_written(
    id_: int, indexes: tuple[int, ...] | None, data: bytes, deprecated: bool
) -> None:
    written = frame(data, Id(id_, indexes), deprecated=deprecated)
    assert parse(written, indexed=indexes is not None, deprecated=deprecated) == Framed(Id(id_, indexes), data)


@given(st.uuids(), INDEXES, st.booleans())
def test_a_header_is_read_as_it_was_written(guid: uuid.UUID, indexes: tuple[int, ...] | None, deprecated: bool) -> None:
    written = header(Guid(guid, indexes), deprecated=deprecated)
    assert parse_header(written, indexed=indexes is not None, deprecated=deprecated) == Guid(guid, indexes)


@pytest.mark.parametrize("path", [None, *ALL_PATHS[:60], *ALL_PATHS[-60:]])
def test_confluents_client_writes_the_same_bytes(path: tuple[int, ...] | None) -> None:
    type_ = "AVRO" if path is None else "PROTOBUF"
    theirs = SchemaId(type_, 7, str(GUID), None if path is None else list(path))
    assert frame(b"", Id(7, path)) == theirs.id_to_bytes()
    assert header(Guid(GUID, path)) == theirs.guid_to_bytes()


@given(IDS, INDEXES, st.binary(max_size=10))
def test_confluents_client_reads_what_is_written(id_: int, indexes: tuple[int, ...] | None, data: bytes) -> None:
    theirs = SchemaId("AVRO" if indexes is None else "PROTOBUF")
    rest = theirs.from_bytes(io.BytesIO(frame(data, Id(id_, indexes)))).read()
    assert (theirs.id, theirs.message_indexes, rest) == (id_, None if indexes is None else list(indexes), data)


@pytest.mark.parametrize(("indexes", "written"), [((0,), "00"), ((0, 0), "040000"), ((1,), "0202"), ((130,), "028402")])
def test_paths_are_zigzag_varints(indexes: tuple[int, ...], written: str) -> None:
    assert frame(b"", Id(1, indexes)).hex() == "0000000001" + written


@pytest.mark.parametrize(("indexes", "written"), [((0,), "00"), ((0, 0), "020000"), ((1,), "0101")])
def test_deprecated_paths_are_unsigned_varints(indexes: tuple[int, ...], written: str) -> None:
    assert frame(b"", Id(1, indexes), deprecated=True).hex() == "0000000001" + written


@pytest.mark.parametrize("size", range(5))
def test_a_payload_that_ends_too_soon_says_so(size: int) -> None:
    with pytest.raises(FramingError, match="bytes"):
        parse(bytes(size), indexed=False)


@pytest.mark.parametrize("size", range(17))
def test_a_header_that_ends_too_soon_says_so(size: int) -> None:
    with pytest.raises(FramingError, match="bytes"):
        parse_header(b"\1" * size, indexed=False)


@given(IDS, st.lists(st.integers(0, 300), min_size=2, max_size=5).map(tuple), st.data())
def test_a_path_that_ends_too_soon_says_where(id_: int, indexes: tuple[int, ...], chosen: st.DataObject) -> None:
    written = frame(b"", Id(id_, indexes))
    cut = chosen.draw(st.integers(5, len(written) - 1))
    with pytest.raises(FramingError, match="end within a varint that begins at"):
        parse(written[:cut], indexed=True)


@pytest.mark.parametrize("magic", [1, 2, 127, 255])
def test_another_magic_byte_is_told(magic: int) -> None:
    with pytest.raises(FramingError, match=f"magic byte {magic} "):
        parse(bytes((magic,)) + bytes(20), indexed=False)


@pytest.mark.parametrize("magic", [0, 2, 255])
def test_another_magic_byte_of_a_header_is_told(magic: int) -> None:
    with pytest.raises(FramingError, match=f"magic byte {magic} "):
        parse_header(bytes((magic,)) + bytes(16), indexed=False)


def test_counts_that_lie_are_told() -> None:
    with pytest.raises(FramingError, match=f"the most is {INDEXES_MAX}"):
        parse(bytes(5) + b"\xfe\xff\xff\x0f", indexed=True)
    with pytest.raises(FramingError, match="negative"):
        parse(bytes(5) + b"\x01", indexed=True)
    with pytest.raises(FramingError, match="1 bytes at 18"):
        parse_header(b"\1" + bytes(16) + b"\0x", indexed=True)


@given(st.binary(max_size=30), st.booleans(), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, indexed: bool, deprecated: bool) -> None:
    for read in (parse, parse_header):
        try:
            read(data, indexed=indexed, deprecated=deprecated)
        except FramingError as error:
            assert str(error)


@pytest.mark.parametrize("schema", [Id(-1), Id(2**32), Id(1, ()), Id(1, (-1,)), Id(1, (0,) * (INDEXES_MAX + 1))])
def test_what_cannot_be_written_is_refused(schema: Id) -> None:
    with pytest.raises(ValueError, match="not"):
        frame(b"", schema)


def test_a_reader_looks_at_the_header_of_its_side_first_and_then_at_the_payload() -> None:
    payload, guid = frame(b"x", Id(7)), header(Guid(GUID))
    both = [(VALUE_HEADER, b"old"), (KEY_HEADER, guid), (VALUE_HEADER, guid), (VALUE_HEADER, None)]
    assert parse_record(payload, both, indexed=False) == Framed(Guid(GUID), payload)
    assert parse_record(payload, [(KEY_HEADER, guid)], indexed=False) == Framed(Id(7), b"x")
    assert parse_record(b"bare", [(KEY_HEADER, guid)], indexed=False, is_key=True) == Framed(Guid(GUID), b"bare")
    assert parse_record(None, both, indexed=False) is None
