"""What a connection asks again is found by how its frames begin; answers stay in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.config import LogConfig
from nilometer_reference.log.log import Log
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.repeats import KNOWN_MAX, Answers, Repeats


class Known:
    """Something that may come again."""

    def __init__(self, start_bytes: int) -> None:
        self.start_bytes = start_bytes

    def serve(self, *_: object) -> None:
        raise AssertionError("nobody asked for it")

    def storage_failed(self, correlation_id: int) -> bytearray:
        return bytearray(b"failed %d" % correlation_id)


def frame(head: bytes, correlation_id: int, rest: bytes) -> memoryview:
    return memoryview(head + correlation_id.to_bytes(4, "big") + rest)


def test_a_frame_is_found_whatever_its_correlation_id_and_its_end() -> None:
    repeats, known = Repeats(), Known(12)
    repeats.learn(frame(b"\0\0\0\x09", 1, b"abcd rest"), known)
    assert repeats.find(frame(b"\0\0\0\x09", 77, b"abcd another")) == (known, 77)


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=8))
def test_nothing_else_is_found(head: bytes, rest: bytes) -> None:
    repeats, known = Repeats(), Known(12)
    repeats.learn(frame(b"\0\0\0\x09", 1, b"abcd"), known)
    found = repeats.find(frame(head, 5, rest))
    assert (found is not None) == (head == b"\0\0\0\x09" and rest[:4] == b"abcd")


def test_frames_of_any_size_are_looked_for() -> None:
    repeats = Repeats()
    repeats.learn(frame(b"head", 1, b"abcd"), Known(12))
    for size in range(12):
        assert repeats.find(memoryview(bytes(size))) is None


def test_only_so_many_are_remembered() -> None:
    repeats = Repeats()
    for number in range(KNOWN_MAX + 1):
        repeats.learn(frame(b"head", 1, number.to_bytes(4, "big")), Known(12))
    assert repeats.find(frame(b"head", 1, (KNOWN_MAX - 1).to_bytes(4, "big"))) is not None
    assert repeats.find(frame(b"head", 1, KNOWN_MAX.to_bytes(4, "big"))) is None


def test_answers_that_rest_on_a_failed_log_are_replaced_in_their_place() -> None:
    good, bad = (Log.open(MemoryStore(), LogConfig(), 0) for _ in range(2))
    answers = Answers()
    for number, log in enumerate((good, bad, good)):
        answers.add(Known(12), number, bytearray(b"fine"), log)
    assert answers.chunks == [b"fine"] * 3
    assert answers.otherwise({bad: None}) == [b"fine", b"failed 1", b"fine"]
