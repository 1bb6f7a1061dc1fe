import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.connection import BUFFER_BYTES, KEPT_BYTES_MAX, Connection

FRAME_BYTES_MAX = 1 << 20


def _connection() -> Connection:
    return Connection(1, "127.0.0.1", FRAME_BYTES_MAX)


def _frame(content: bytes) -> bytes:
    return struct.pack(">i", len(content)) + content


def _receive(connection: Connection, data: bytes) -> int:
    """As a driver does it: into the connection's own buffer; how many bytes it took."""
    space = connection.free_space()
    count = min(len(space), len(data))
    space[:count] = data[:count]
    connection.arrived(count)
    return count


def _frames(connection: Connection) -> list[bytes]:
    frames = []
    while (frame := connection.next_frame()) is not None:
        frames.append(bytes(frame))
    return frames


CONTENTS = st.lists(st.binary(max_size=300) | st.integers(0, 400_000).map(lambda size: b"x" * size), max_size=8)


@given(CONTENTS, st.lists(st.integers(1, 300_000), max_size=40), st.booleans())
def test_frames_come_out_as_they_were_sent_however_the_bytes_arrive(
    contents: list[bytes], sizes: list[int], through_put: bool
) -> None:
    connection = _connection()
    stream = b"".join(map(_frame, contents))
    received: list[bytes] = []
    position = 0
    steps = iter(sizes)
    while position < len(stream):
        piece = stream[position : position + next(steps, 1 << 16)]
        if through_put:
            connection.put(piece)
            position += len(piece)
        else:
            taken = _receive(connection, piece)
            assert taken, "a connection that is not busy must take bytes"
            position += taken
        received += _frames(connection)
    assert received == contents
    assert not connection.is_broken


@pytest.mark.parametrize("size", [-1, -(2**31), FRAME_BYTES_MAX + 1, 2**31 - 1])
def test_an_impossible_size_breaks_the_connection_before_any_of_it_is_kept(size: int) -> None:
    connection = _connection()
    connection.put(struct.pack(">i", size))
    assert connection.next_frame() is None
    assert connection.is_broken


def test_the_largest_frame_and_the_empty_one_are_frames() -> None:
    connection = _connection()
    connection.put(_frame(b"") + _frame(b"x" * FRAME_BYTES_MAX))
    assert [len(frame) for frame in _frames(connection)] == [0, FRAME_BYTES_MAX]


def test_a_size_that_is_merely_announced_takes_no_memory() -> None:
    connection = _connection()
    _receive(connection, struct.pack(">i", FRAME_BYTES_MAX))
    assert connection.next_frame() is None
    assert len(connection.free_space()) < 2 * BUFFER_BYTES


def test_while_a_request_is_under_way_one_buffer_is_taken_and_no_more() -> None:
    connection = _connection()
    _receive(connection, _frame(b"first"))
    assert connection.next_frame() is not None
    context = RequestContext(1, 0, 1, None, 0, lambda _response: None)
    connection.waiting = context
    assert connection.is_busy
    taken = 0
    while (count := _receive(connection, _frame(b"y" * 96) * 1000)) > 0:
        taken += count
    assert taken <= 2 * BUFFER_BYTES
    connection.waiting = None
    frames = _frames(connection)
    assert all(frame == b"y" * 96 for frame in frames)
    assert connection.free_space()


def test_a_large_buffer_is_given_back_once_it_is_empty() -> None:
    connection = Connection(1, "127.0.0.1", 1 << 26)
    big = _frame(b"z" * (KEPT_BYTES_MAX + 1))
    position = 0
    frames: list[bytes] = []
    while not frames:
        taken = _receive(connection, big[position:])
        assert taken
        position += taken
        frames = _frames(connection)
    assert frames == [big[4:]]
    assert len(connection.free_space()) == BUFFER_BYTES


def test_a_view_of_a_frame_stays_whole_until_the_driver_asks_for_space() -> None:
    connection = _connection()
    connection.put(_frame(b"a" * 100) + _frame(b"b" * 100))
    first = connection.next_frame()
    second = connection.next_frame()
    connection.put(_frame(b"c" * (2 * BUFFER_BYTES)))  # more than fits: bytes that were put never move views
    assert first is not None
    assert second is not None
    assert (bytes(first), bytes(second)) == (b"a" * 100, b"b" * 100)
