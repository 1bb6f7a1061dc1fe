"""A request that comes again is answered, and appended, as if it had been decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.apis.produce_again import ProduceAgain, learn
from nilometer_reference.apis.registry import served_apis
from nilometer_reference.wire.codec import Message, decode_from
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.frames import SIZE, encode_request, parse_request_header
from nilometer_reference.wire.messages.produce import ProduceRequest
from nilometer_reference.wire.records import seal
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, make_topic, offsets_of, produce_request

PRODUCE = 0
VERSIONS = range(3, 14)


class Spy:
    """Counts the Produce requests that were decoded, and those that were not."""

    def __init__(self, harness: Harness, *, learns: bool = True) -> None:
        self.decoded = 0
        api = served_apis()[PRODUCE]
        handle = api.handle

        def counted(*arguments: object) -> object:
            self.decoded += 1
            return handle(*arguments)  # type: ignore[arg-type]

        harness.node.apis = {
            **harness.node.apis,
            PRODUCE: replace(api, handle=counted, learn=api.learn if learns else None),  # type: ignore[arg-type]
        }


class Pair:
    """Two brokers that are asked the same; only one of them learns."""

    def __init__(self) -> None:
        self.harnesses = [Harness(), Harness()]
        self.spies = [
            Spy(harness, learns=learns) for harness, learns in zip(self.harnesses, (True, False), strict=True)
        ]
        self.ids = [make_topic(harness, "t", 2) for harness in self.harnesses]
        self.clients = [harness.client() for harness in self.harnesses]

    def ask(self, version: int, index: int, records: bytes, **fields: object) -> Message:
        """The answer of both, which must be the same but for topic ids."""
        answers = []
        for client, topic_id in zip(self.clients, self.ids, strict=True):
            request = produce_request(("t", index, records), topic_ids={"t": topic_id}, **fields)  # type: ignore[arg-type]
            answer = client.ask(request, version)
            answer.responses[0].topic_id = b""
            answers.append(answer)
        assert answers[0] == answers[1]
        first: Message = answers[0]
        return first

    def stored(self) -> list[list[int]]:
        return [
            [offset for index in (0, 1) for offset in offsets_of(fetch(harness.client(), 0, index=index))]
            for harness in self.harnesses
        ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("acks", [1, -1])
def test_the_second_request_of_a_kind_is_not_decoded(version: int, acks: int) -> None:
    pair = Pair()
    for count in (1, 3, 20):
        pair.ask(version, 0, batch(count), acks=acks)
        pair.ask(version, 1, batch(count), acks=acks)
    assert [spy.decoded for spy in pair.spies] == [2, 6]
    assert pair.stored()[0] == pair.stored()[1] != []


def damaged(records: bytes) -> bytes:
    return records[:-1] + bytes((records[-1] ^ 1,))


def of_another_magic(records: bytes) -> bytes:
    return records[:16] + b"\1" + records[17:]


def out_of_sequence(records: bytes) -> bytes:
    changed = bytearray(records)
    changed[43:57] = (5).to_bytes(8, "big") + bytes(2) + (9).to_bytes(4, "big")
    seal(changed)
    return bytes(changed)


def transactional(records: bytes) -> bytes:
    changed = bytearray(records)
    changed[22] |= 16
    seal(changed)
    return bytes(changed)


CHANGES = (
    bytes,
    damaged,
    of_another_magic,
    out_of_sequence,
    transactional,
    lambda records: records[:30],
    lambda _: b"",
)


@given(
    st.lists(
        st.tuples(st.sampled_from([3, 4, 8, 9, 12, 13]), st.sampled_from([0, 1, 2]), st.integers(1, 12),
                  st.sampled_from(CHANGES), st.sampled_from([1, -1, 2]), st.sampled_from([None, "x"])),
        max_size=14,
    )
)  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_whoever_learns_answers_as_whoever_does_not(
    asked: list[tuple[int, int, int, object, int, str | None]],
) -> None:
    pair = Pair()
    for version, index, count, change, acks, transactional_id in asked:
        assert callable(change)
        pair.ask(version, index, change(batch(count)), acks=acks, transactional_id=transactional_id)
    assert pair.stored()[0] == pair.stored()[1]


def test_pipelined_requests_are_answered_in_order_whether_they_were_decoded_or_not() -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    frames, expected = b"", []
    for number in range(6):
        request = produce_request(("t", 0 if number % 3 else 1, batch()))
        frames += encode_request(request, 9, 100 + number, client.client_id)
        expected.append(100 + number)
        client.expect(request, 9, 100 + number)
    client.send_bytes(frames)
    codes = [client.answer().responses[0].partition_responses[0].error_code for _ in expected]
    assert codes == [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 0, 0] * 2


def test_a_topic_that_is_gone_is_said_to_be_unknown() -> None:
    pair = Pair()
    for _ in range(2):
        pair.ask(9, 0, batch())
    for harness in pair.harnesses:
        harness.broker.topics.delete("t", harness.now_ms)
        harness.carry_out(harness.node.take_effects(harness.now_ms))
    answer = pair.ask(9, 0, batch())
    assert _code(answer) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_log_that_cannot_be_written_is_told_for_each_request_that_rested_on_it() -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    assert _ask(client) == 0
    harness.stores.stores["t", 0].failing = True
    requests = [produce_request(("t", 0, batch())) for _ in range(3)]
    for correlation_id, request in enumerate(requests):
        client.expect(request, 9, correlation_id)
    client.send_bytes(
        b"".join(encode_request(request, 9, number, client.client_id) for number, request in enumerate(requests))
    )
    assert [_code(client.answer()) for _ in requests] == [ErrorCode.KAFKA_STORAGE_ERROR] * 3


def _ask(client: Client) -> int:
    return _code(client.ask(produce_request(("t", 0, batch())), 9))


def _code(answer: Message) -> int:
    code: int = answer.responses[0].partition_responses[0].error_code  # type: ignore[attr-defined]
    return code


def frames() -> Iterator[tuple[ProduceRequest, int]]:
    for version in (8, 9):
        yield produce_request(("t", 0, batch()), acks=0), version
        yield produce_request(("t", 0, batch()), ("t", 1, batch())), version
        yield produce_request(), version
        yield produce_request(("t", 0, None)), version


@pytest.mark.parametrize(("request_", "version"), list(frames()))
def test_what_is_not_one_batch_with_an_answer_is_not_learnt(request_: ProduceRequest, version: int) -> None:
    assert learnt(request_, version) is None


def learnt(request: ProduceRequest, version: int, behind: bytes = b"") -> ProduceAgain | None:
    frame = memoryview(bytearray(encode_request(request, version, 1, "c")[SIZE.size :] + behind))
    header = parse_request_header(frame)
    decoded, _ = decode_from(ProduceRequest, frame, version, header.body_position)
    return learn(decoded, frame, header)


@pytest.mark.parametrize("version", [8, 9])
def test_a_frame_with_bytes_behind_the_request_is_not_learnt(version: int) -> None:
    request = produce_request(("t", 0, batch()))
    assert learnt(request, version) is not None
    assert learnt(request, version, b"\0") is None


def test_a_request_with_unknown_tags_is_not_learnt() -> None:
    request = produce_request(("t", 0, batch()))
    request.unknown_tags = {9: b"x"}
    assert learnt(request, 9) is None


@pytest.mark.parametrize("end", [b"\0\0\1", b"\1\0\0", b"\0\1\0"])
def test_tags_that_are_not_there_close_the_connection_of_a_request_that_came_before_too(end: bytes) -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    for _ in range(2):
        assert _ask(client) == 0
    frame = encode_request(produce_request(("t", 0, batch())), 9, 5, client.client_id)
    client.send_bytes(frame[: -len(end)] + end)
    assert client.is_closed
    assert harness.broker.partition("t", 0).log_end_offset == 2
