"""Frames of payloads and headers, every length and every path."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.schema.framing import (
    ID_MAX,
    Framed,
    NotFramed,
    frame,
    guid_header,
    guid_of,
    index_path,
    read_path,
    unframe,
)

PATHS = st.lists(st.integers(0, 130), min_size=1, max_size=4).map(tuple)


@given(st.integers(1, ID_MAX), st.binary(max_size=9), PATHS)
def test_what_was_framed_comes_back(id: int, data: bytes, path: tuple[int, ...]) -> None:
    assert unframe(frame(id, data)) == Framed(id, data)
    assert unframe(frame(id, data, path), protobuf=True) == Framed(id, data, path)


@pytest.mark.parametrize(("path", "data"), [
    ((0,), "00"), ((1,), "0202"), ((0, 0), "040000"), ((64,), "028001"), ((2, 1), "040402"),
])  # fmt: skip
def test_paths_as_confluents_clients_write_them(path: tuple[int, ...], data: str) -> None:
    assert index_path(path).hex() == data
    assert read_path(bytes.fromhex(data)) == (path, len(data) // 2)


@given(st.integers(1, ID_MAX), PATHS)
def test_a_frame_that_is_cut_is_refused(id: int, path: tuple[int, ...]) -> None:
    whole = frame(id, b"", path)
    for length in range(len(whole)):
        with pytest.raises(NotFramed):
            unframe(whole[:length], protobuf=True)


@pytest.mark.parametrize(("payload", "why"), [
    ("", "0 bytes"), ("0000000001"[:8], "4 bytes"), ("0100000001", "magic byte 1"), ("ff00000001", "magic byte -1"),
    ("0000000000", "0 is no id"), ("00ffffffff", "-1 is no id"),
])  # fmt: skip
def test_what_is_no_frame_is_refused(payload: str, why: str) -> None:
    with pytest.raises(NotFramed, match=why):
        unframe(bytes.fromhex(payload))


@pytest.mark.parametrize("path", ["", "01", "feff03", "0201", "80808080808001", "0480"])
def test_a_path_that_lies_is_refused(path: str) -> None:
    with pytest.raises(NotFramed):
        read_path(bytes.fromhex(path))


@given(st.uuids(), PATHS)
def test_a_guid_in_a_header_comes_back(guid: uuid.UUID, path: tuple[int, ...]) -> None:
    assert guid_of(guid_header(str(guid), path)) == str(guid)


@given(st.binary(max_size=20))
def test_any_bytes_are_a_header_with_a_guid_or_refused(data: bytes) -> None:
    try:
        assert guid_header(guid_of(data)) == data[:17]
    except NotFramed:
        assert len(data) < 17 or data[0] != 1
