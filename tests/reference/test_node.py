"""Requests through the node: order, errors that cost one connection, storage that fails, readers that are slow."""

import logging
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import NO_RESPONSE, Answer, CloseConnection, RequestContext
from nilometer_reference.node import UNSENT_BYTES_MAX, Close, Node, Persist, Send
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.frames import encode_request
from nilometer_reference.wire.messages.api_versions import ApiVersionsRequest
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from nilometer_reference.wire.messages.list_offsets import ListOffsetsRequest
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, fetch_request, list_offset, make_topic, produce, produce_request

Handler = Callable[[Broker, HeartbeatRequest, RequestContext], Answer]


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness)
    return harness


def _serve_heartbeats_with(harness: Harness, handler: Handler) -> None:
    """Let one key be served by a handler of the test's own."""
    harness.node.apis = {**harness.node.apis, 12: Api(HeartbeatRequest, HeartbeatResponse, (0, 4), handler)}


# One request at a time, answers in order


def test_pipelined_requests_are_answered_in_order_though_the_first_waits(harness: Harness) -> None:
    client = harness.client()
    client.send(fetch_request(("t", 0, 0), max_wait_ms=500), 11)
    for version in (0, 4):
        client.send(ApiVersionsRequest("a", "1"), version)
    assert not client.has_answer
    harness.advance(500)
    assert client.answer().responses
    assert client.answer().api_keys
    assert client.answer().api_keys


def test_one_connection_that_waits_does_not_hold_up_another(harness: Harness) -> None:
    waiting = harness.client()
    waiting.send(fetch_request(("t", 0, 0), max_wait_ms=500), 11)
    assert fetch(harness.client(), 0).error_code == 0


def test_requests_behind_one_without_an_answer_are_served(harness: Harness) -> None:
    client = harness.client()
    for _ in range(3):
        client.send(produce_request(("t", 0, batch()), acks=0), 9, is_answered=False)
    assert list_offset(client, -1).offset == 3


@given(st.lists(st.sampled_from(["produce", "fire", "fetch", "wait", "versions"]), max_size=20), st.data())
def test_however_requests_are_cut_into_packets_their_answers_are_the_same_and_in_order(
    kinds: list[str], data: st.DataObject
) -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    stream = b""
    for number, kind in enumerate(kinds):
        request: Message
        match kind:
            case "produce":
                request, version = produce_request(("t", 0, batch())), 9
            case "fire":
                request, version = produce_request(("t", 0, batch()), acks=0), 9
            case "fetch":
                request, version = fetch_request(("t", 0, 0)), 11
            case "wait":
                request, version = fetch_request(("t", 0, 0), max_wait_ms=100, min_bytes=1 << 20), 11
            case _:
                request, version = ApiVersionsRequest("a", "1"), 3
        stream += encode_request(request, version, number, "c")
        if kind != "fire":
            client.expect(request, version, number)
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        client.send_bytes(stream[:size])
        stream = stream[size:]
    harness.advance(100 * (1 + kinds.count("wait")))
    answered = [client.answer() for kind in kinds if kind != "fire"]
    assert not client.received
    offsets = [one.responses[0].partition_responses[0].base_offset for one in answered if hasattr(one, "node_endpoints")
               and one.responses and hasattr(one.responses[0], "partition_responses")]  # fmt: skip
    expected = [
        kinds[:position].count("produce") + kinds[:position].count("fire")
        for position, kind in enumerate(kinds)
        if kind == "produce"
    ]
    assert offsets == expected


def test_a_second_answer_to_one_request_goes_nowhere(harness: Harness) -> None:
    contexts: list[RequestContext] = []

    def later(_broker: Broker, _request: HeartbeatRequest, context: RequestContext) -> Answer:
        contexts.append(context)
        return None

    _serve_heartbeats_with(harness, later)
    client = harness.client()
    client.send(HeartbeatRequest(), 0, is_answered=False)
    client.send(HeartbeatRequest(), 0, is_answered=False)
    contexts[0].respond(HeartbeatResponse(error_code=1))
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    contexts[0].respond(HeartbeatResponse(error_code=2))
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    assert client.frame()[-2:] == struct.pack(">h", 1)
    assert not client.has_answer
    contexts[1].respond(HeartbeatResponse(error_code=3))
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    assert client.frame()[-2:] == struct.pack(">h", 3)


# What costs a connection, and only that


def _header(key: int, version: int, body: bytes = b"") -> bytes:
    frame = struct.pack(">hhih", key, version, 1, -1) + body
    return struct.pack(">i", len(frame)) + frame


HOSTILE = {
    "a negative size": struct.pack(">i", -1),
    "a size beyond the limit": struct.pack(">i", 104_857_601),
    "an empty frame": struct.pack(">i", 0),
    "half a header": struct.pack(">ihh", 4, 3, 1),
    "Produce 2": _header(0, 2),
    "Produce 14": _header(0, 14),
    "Fetch 3": _header(1, 3),
    "Metadata 14": _header(3, 14),
    "key 4": _header(4, 0),
    "key 52": _header(52, 0),
    "key 200": _header(200, 0),
    "a negative key": _header(-1, 0),
    "a negative version": _header(3, -1),
    "a body that is cut": _header(3, 1, struct.pack(">i", 2) + b"\0\1a"),
    "a count that cannot be": _header(3, 1, struct.pack(">i", 2**31 - 1)),
    "a client id that is cut": struct.pack(">ihhih", 12, 3, 1, 1, 100) + b"ab",
    "a client id that is no text": struct.pack(">ihhih", 12, 3, 0, 1, 2) + b"\xff\xfe",
    "tags that are cut": struct.pack(">ihhihb", 11, 3, 9, 1, -1, 5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_frame_that_cannot_be_answered_closes_its_connection_and_no_other(harness: Harness, name: str) -> None:
    hostile, bystander = harness.client(), harness.client()
    bystander.send(fetch_request(("t", 0, 0), max_wait_ms=500), 11)
    hostile.send_bytes(HOSTILE[name])
    assert hostile.is_closed
    assert not hostile.received
    assert produce(harness.client(), batch()).error_code == 0
    assert bystander.answer().responses


def test_answers_that_were_due_before_a_hostile_frame_still_leave(harness: Harness) -> None:
    client = harness.client()
    request = encode_request(ApiVersionsRequest("a", "1"), 3, 5, "c")
    client.expect(ApiVersionsRequest(), 3, 5)
    client.send_bytes(request + HOSTILE["key 200"] + request)
    assert client.is_closed
    assert client.answer().api_keys
    assert not client.received  # what stood behind was not served


def test_what_was_appended_before_a_hostile_frame_stays(harness: Harness) -> None:
    client = harness.client()
    client.send_bytes(encode_request(produce_request(("t", 0, batch())), 9, 1) + HOSTILE["an empty frame"])
    assert client.is_closed
    assert list_offset(harness.client(), -1).offset == 1


def test_a_handler_that_fails_costs_its_connection_and_is_reported(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_broker: Broker, _request: HeartbeatRequest, _context: RequestContext) -> Answer:
        raise ZeroDivisionError

    _serve_heartbeats_with(harness, fail)
    client = harness.client()
    client.send(HeartbeatRequest(), 0, is_answered=False)
    assert client.is_closed
    assert "key 12 version 0 failed" in caplog.text
    assert fetch(harness.client(), 0).error_code == 0


@pytest.mark.parametrize("later", [False, True])
def test_an_answer_that_cannot_be_encoded_costs_its_connection_and_is_reported(
    harness: Harness, caplog: pytest.LogCaptureFixture, later: bool
) -> None:
    contexts: list[RequestContext] = []

    def answer(_broker: Broker, _request: HeartbeatRequest, context: RequestContext) -> Answer:
        contexts.append(context)
        return None if later else HeartbeatResponse(error_code=1 << 20)

    _serve_heartbeats_with(harness, answer)
    client = harness.client()
    client.send(HeartbeatRequest(), 0, is_answered=False)
    if later:
        contexts[0].respond(HeartbeatResponse(error_code=1 << 20))
        harness.carry_out(harness.node.take_effects(harness.now_ms))
    assert client.is_closed
    assert "HeartbeatResponse" in caplog.text
    assert fetch(harness.client(), 0).error_code == 0


def test_a_handler_may_close_its_connection(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    def close(_broker: Broker, _request: HeartbeatRequest, _context: RequestContext) -> Answer:
        raise CloseConnection("enough")

    caplog.set_level(logging.INFO, "nilometer_reference.node")
    _serve_heartbeats_with(harness, close)
    client = harness.client()
    client.send(HeartbeatRequest(), 0, is_answered=False)
    assert client.is_closed
    assert "enough" in caplog.text


def test_a_timer_that_fails_does_not_stop_the_others(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    ran: list[int] = []

    def fail(_now_ms: int) -> None:
        raise ZeroDivisionError

    harness.broker.timers.at(harness.now_ms + 1, fail)
    harness.broker.timers.at(harness.now_ms + 1, ran.append)
    harness.advance(1)
    assert ran == [harness.now_ms]
    assert "timer" in caplog.text


# Connections that go


def test_what_a_connection_waits_for_is_let_go_when_it_goes(harness: Harness) -> None:
    gone: list[bool] = []

    def later(_broker: Broker, _request: HeartbeatRequest, context: RequestContext) -> Answer:
        context.on_disconnect = lambda: gone.append(True)
        return None

    _serve_heartbeats_with(harness, later)
    client = harness.client()
    client.send(HeartbeatRequest(), 0, is_answered=False)
    client.close()
    assert gone == [True]


def test_an_answer_to_who_has_gone_goes_nowhere(harness: Harness) -> None:
    contexts: list[RequestContext] = []

    def later(_broker: Broker, _request: HeartbeatRequest, context: RequestContext) -> Answer:
        contexts.append(context)
        return None

    _serve_heartbeats_with(harness, later)
    client = harness.client()
    client.send(HeartbeatRequest(), 0, is_answered=False)
    client.close()
    contexts[0].respond(HeartbeatResponse())
    assert harness.node.take_effects(harness.now_ms) == []


def test_bytes_of_a_connection_that_is_not_there_are_ignored(harness: Harness) -> None:
    client = harness.client()
    client.close()
    node = harness.node
    assert node.receive(client.connection_id, _header(200, 0), harness.now_ms) == []
    assert node.disconnected(client.connection_id, harness.now_ms) == []
    assert node.drained(client.connection_id, harness.now_ms) == []


def test_a_handler_sees_who_asks(harness: Harness) -> None:
    seen: list[RequestContext] = []

    def look(_broker: Broker, _request: HeartbeatRequest, context: RequestContext) -> Answer:
        seen.append(context)
        return NO_RESPONSE

    _serve_heartbeats_with(harness, look)
    client = harness.client(host="10.0.0.7", client_id="me")
    client.send(HeartbeatRequest(), 3, is_answered=False)
    (context,) = seen
    assert (context.client_host, context.client_id, context.api_version) == ("10.0.0.7", "me", 3)
    assert context.now_ms == harness.now_ms
    assert not client.has_answer


# Effects


class PassDriver:
    """A node and one connection, driven in passes."""

    def __init__(self, harness: Harness) -> None:
        self.node: Node = harness.node
        self.now_ms = harness.now_ms
        self.node.connected(1000, self.now_ms)
        self.connection = self.node.connection(1000)

    def take_in(self, *requests: tuple[Message, int]) -> None:
        for number, (request, version) in enumerate(requests):
            self.connection.put(encode_request(request, version, number))
        self.node.take_in(self.connection, self.now_ms)


def test_each_touched_log_is_persisted_once_a_pass_before_what_depends_on_it(harness: Harness) -> None:
    make_topic(harness, "u")
    driver = PassDriver(harness)
    driver.take_in(
        (produce_request(("t", 0, batch())), 9),
        (produce_request(("u", 0, batch())), 9),
        (produce_request(("t", 0, batch())), 9),
    )
    effects = driver.node.take_effects(driver.now_ms)
    logs = [effect.log for effect in effects[:2] if isinstance(effect, Persist)]
    assert logs == [harness.broker.partition(topic, 0).log for topic in ("t", "u")]
    assert [type(effect) for effect in effects[2:]] == [Send] * 3
    assert all(effect.depends for effect in effects[2:] if isinstance(effect, Send))
    assert driver.node.take_effects(driver.now_ms) == []


def test_an_answer_without_an_append_depends_on_nothing(harness: Harness) -> None:
    driver = PassDriver(harness)
    driver.take_in((ApiVersionsRequest("a", "1"), 3))
    (send,) = driver.node.take_effects(driver.now_ms)
    assert isinstance(send, Send)
    assert not send.depends


def test_whoever_cannot_say_that_storage_failed_is_closed(harness: Harness) -> None:
    make_topic(harness, "u")
    harness.stores.stores["t", 0].failing = True
    driver = PassDriver(harness)
    driver.take_in((produce_request(("t", 0, batch())), 9), (ListOffsetsRequest(), 5), (fetch_request(("u", 0, 0)), 11))
    _, produced, listed, fetched = driver.node.take_effects(driver.now_ms)
    assert isinstance(produced, Send)
    assert isinstance(listed, Send)
    assert isinstance(fetched, Send)
    assert produced.otherwise is not None
    assert listed.otherwise is None  # its driver closes the connection: the outcome stays open
    assert fetched.otherwise is not None


def test_deadlines_come_from_the_timers(harness: Harness) -> None:
    client = harness.client()
    client.send(fetch_request(("t", 0, 0), max_wait_ms=7), 11)
    assert harness.node.next_deadline_ms() == harness.now_ms + 7
    assert harness.node.on_deadline(harness.now_ms + 6) == []
    effects = harness.node.on_deadline(harness.now_ms + 7)
    assert [type(effect) for effect in effects] == [Send]


# Readers that are slow


@pytest.fixture
def slow() -> tuple[Harness, Client]:
    harness = Harness()
    make_topic(harness)
    for _ in range(4):
        produce(harness.client(), batch(20_000))
    harness.reads = False
    return harness, harness.client()


def test_a_client_that_does_not_read_is_served_no_further(slow: tuple[Harness, Client]) -> None:
    harness, client = slow
    request = fetch_request(("t", 0, 0), max_bytes=1 << 25, partition_max_bytes=1 << 20)
    for _ in range(20):
        client.send(request, 11)
    assert len(client.received) < 2 * UNSENT_BYTES_MAX + (1 << 10)
    answers = 0
    while client.has_answer:
        client.answer()
        answers += 1
        harness.carry_out(harness.node.drained(client.connection_id, harness.now_ms))
    assert answers == 20


def test_another_client_is_not_held_up_by_it(slow: tuple[Harness, Client]) -> None:
    harness, client = slow
    for _ in range(5):
        client.send(fetch_request(("t", 0, 0)), 11)
    assert produce(harness.client(), batch()).error_code == 0


def test_a_closed_connection_has_no_effects_left(harness: Harness) -> None:
    driver = PassDriver(harness)
    driver.connection.put(HOSTILE["key 200"])
    driver.node.take_in(driver.connection, driver.now_ms)
    effects: list[Any] = driver.node.take_effects(driver.now_ms)
    assert effects == [Close(1000)]
    with pytest.raises(KeyError):
        driver.node.connection(1000)
