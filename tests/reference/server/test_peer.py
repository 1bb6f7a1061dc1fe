import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.connection import Connection
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.server.peer import Peer
from nilometer_reference.wire.chunks import join


class Pair:
    """A peer on a small socket, and what the other side has received."""

    def __init__(self) -> None:
        here, self.there = socket.socketpair()
        here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        here.setblocking(False)
        self.there.setblocking(False)
        self.peer = Peer(1, here, Connection(1, "127.0.0.1", 1 << 20))
        self.received = bytearray()

    def read(self, size: int = 1 << 20) -> int:
        """Take at most so many bytes from the socket; how many there were."""
        try:
            data = self.there.recv(size)
        except BlockingIOError:
            return 0
        self.received += data
        return len(data)

    def drain(self) -> None:
        """Send and read by turns until all has left."""
        for _ in range(100_000):
            self.peer.send()
            if not self.peer.has_unsent:
                break
            self.read(1000)
        while self.read():
            pass

    def close(self) -> None:
        self.peer.socket.close()
        self.there.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Any:
    stored = FileStore(tmp_path_factory.mktemp("segments")).open("00000000000000000000.log")
    stored.append([os.urandom(300_000)])
    return stored


def test_small_chunks_leave_together_and_in_order(pair: Pair) -> None:
    pair.peer.enqueue([b"a", bytearray(b"bc"), memoryview(b"def")])
    assert pair.peer.has_unsent
    pair.peer.send()
    assert not pair.peer.has_unsent
    pair.read()
    assert pair.received == b"abcdef"


def test_hundreds_of_small_answers_leave_in_one_piece() -> None:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # keeps the borders of sends
    with here, there:
        peer = Peer(1, here, Connection(1, "127.0.0.1", 1 << 20))
        peer.enqueue([b"answer"] * 300)
        peer.send()
        assert not peer.has_unsent
        assert there.recv(1 << 20) == b"answer" * 300


def test_what_does_not_fit_waits_for_the_socket(pair: Pair) -> None:
    pair.peer.enqueue([b"x" * 100_000, b"y" * 100_000])
    pair.peer.send()
    assert pair.peer.has_unsent
    pair.drain()
    assert pair.received == b"x" * 100_000 + b"y" * 100_000


@pytest.mark.parametrize("position", [0, 123])
def test_a_slice_of_a_file_is_sent_as_it_lies_there(pair: Pair, file: Any, position: int) -> None:
    piece = file.slice(position, 200_000)
    pair.peer.enqueue([b"head", piece, b"tail"])
    pair.drain()
    assert pair.received == b"head" + piece.read() + b"tail"


def test_a_file_that_was_cut_under_a_slice_ends_the_connection(pair: Pair, tmp_path: Path) -> None:
    stored = FileStore(tmp_path).open("log")
    stored.append([b"z" * 1000])
    pair.peer.enqueue([stored.slice(0, 1000)])
    stored.truncate(500)
    with pytest.raises(OSError, match="500 bytes of a segment are gone"):
        pair.drain()


def test_a_peer_that_has_gone_is_an_error(pair: Pair) -> None:
    pair.there.close()
    pair.peer.enqueue([b"a"])
    with pytest.raises(OSError):  # noqa: PT011  # reset or broken pipe
        pair.peer.send()


@given(
    st.lists(st.one_of(st.binary(max_size=20), st.tuples(st.integers(0, 1000), st.integers(0, 60_000))), max_size=200)
)
def test_any_mix_of_chunks_arrives_whole_and_in_order(file: Any, pieces: list[bytes | tuple[int, int]]) -> None:
    pair = Pair()
    try:
        chunks = [piece if isinstance(piece, bytes) else file.slice(*piece) for piece in pieces]
        for start in range(0, len(chunks), 7):
            pair.peer.enqueue(chunks[start : start + 7])
            pair.peer.send()
        pair.drain()
        assert pair.received == join(chunks)
    finally:
        pair.close()
