"""One connection: what it sends, what it makes of what comes, and what it notes about it."""

import struct
import threading
import time

import pytest

from nilometer.clients.exchange import Journal
from nilometer.clients.raw import (
    AnswerTimedOut,
    Connection,
    ConnectionClosed,
    UnparsableResponse,
    request_frame,
    response_class,
)
from nilometer.verdict import Reason
from nilometer_reference.wire import frames
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.chunks import join
from tests.conformance.scripted import HANG_UP, SILENCE, ScriptedBroker
from tests.waiting import eventually


def opened(broker: ScriptedBroker, **options) -> Connection:
    return Connection(*broker.address, Journal(), **{"timeout_s": 2.0, **options})


def frame_of(response, header) -> bytes:
    return join(frames.encode_response(response, header.api_version, header.correlation_id))[4:]


def with_answer(change):
    """A broker whose Metadata answers are changed as bytes."""

    def answer(header, request):
        if isinstance(request, m.MetadataRequest):
            return change(frame_of(broker.usual(request), header), header)
        return None

    broker = ScriptedBroker(answer)
    return broker


def test_a_call_sends_header_and_body_and_reads_the_answer():
    with ScriptedBroker() as broker, opened(broker, client_id="me") as connection:
        exchange = connection.call(m.MetadataRequest(topics=[]), 12)
    assert isinstance(exchange.response, m.MetadataResponse)
    header, request = broker.requests[0]
    assert (header.api_key, header.api_version, header.client_id) == (3, 12, "me")
    assert request.topics == []
    assert (exchange.actor, exchange.node) == ("me", broker.text)
    assert exchange.took_ms is not None
    assert connection.journal.responses == 1
    assert connection.journal.anomalies == []


def test_pipelined_requests_are_answered_in_order():
    with ScriptedBroker() as broker, opened(broker) as connection:
        sent = [connection.send(m.MetadataRequest(topics=[]), 9) for _ in range(5)]
        assert [connection.receive() for _ in sent] == sent


def test_receive_next_matches_by_correlation_id_whatever_comes_first():
    held: list[bytes] = []

    def late(frame, _header):
        if not held:
            held.append(frame)
            return SILENCE
        return frame

    with with_answer(late) as broker, opened(broker) as connection:
        first, second = (connection.send(m.MetadataRequest(topics=[]), 9) for _ in range(2))
        assert connection.receive_next() is second
        with pytest.raises(AnswerTimedOut):
            connection.receive_next(0.1)
        assert first.response is None


def test_a_response_that_nobody_asked_for_is_noted():
    with with_answer(lambda frame, _header: struct.pack(">i", 999) + frame[4:]) as broker:
        connection = opened(broker)
        connection.send(m.MetadataRequest(topics=[]), 9)
        with pytest.raises(UnparsableResponse, match="correlation id 999"):
            connection.receive_next()
        assert [one.kind for one in connection.journal.anomalies] == ["correlation-id"]


def test_bytes_after_the_response_are_noted_and_the_response_is_used():
    with with_answer(lambda frame, _header: frame + b"\x07\x08") as broker, opened(broker) as connection:
        exchange = connection.call(m.MetadataRequest(topics=[]), 9)
        (anomaly,) = connection.journal.anomalies
    assert isinstance(exchange.response, m.MetadataResponse)
    assert (anomaly.kind, anomaly.detail) == ("leftover-bytes", "2 bytes after the response: 07 08")


def test_a_wrong_correlation_id_is_noted_and_the_response_is_not_used():
    with (
        with_answer(lambda frame, _header: struct.pack(">i", 77) + frame[4:]) as broker,
        opened(broker) as connection,
        pytest.raises(UnparsableResponse, match="correlation id 77, asked with 1") as refused,
    ):
        connection.call(m.MetadataRequest(topics=[]), 9)
    assert refused.value.reason is Reason.NO_ANSWER
    assert refused.value.exchange is not None
    assert connection.journal.anomalies[0].kind == "correlation-id"


@pytest.mark.parametrize("cut", [2, 6, 20])
def test_a_response_that_does_not_parse_is_noted_with_its_bytes(cut):
    with with_answer(lambda frame, _header: frame[:cut]) as broker, opened(broker) as connection:
        with pytest.raises(UnparsableResponse):
            connection.call(m.MetadataRequest(topics=[]), 9)
        (anomaly,) = connection.journal.anomalies
    assert anomaly.kind == "unparsable"
    assert "frame 00 00" in anomaly.exchange.step(0).response


def test_an_unsupported_api_versions_is_read_in_the_layout_of_v0():
    def answer(header, request):
        if isinstance(request, m.ApiVersionsRequest):
            return struct.pack(">ihi", header.correlation_id, 35, 0)
        return None

    with ScriptedBroker(answer) as broker, opened(broker) as connection:
        exchange = connection.call(m.ApiVersionsRequest("a", "b"), 4)
    assert exchange.response.error_code == 35
    assert connection.journal.anomalies == []


def test_wrong_bytes_on_purpose_are_not_judged():
    with with_answer(lambda frame, _header: frame + b"\x00") as broker, opened(broker) as connection:
        with connection.journal.not_judged():
            connection.call(m.MetadataRequest(topics=[]), 9)
        assert (connection.journal.responses, connection.journal.anomalies) == (0, [])
        connection.call(m.MetadataRequest(topics=[]), 9)
        assert (connection.journal.responses, len(connection.journal.anomalies)) == (1, 1)


def test_a_closed_connection_is_no_answer_and_stays_closed():
    with ScriptedBroker(lambda _header, _request: HANG_UP) as broker:
        connection = opened(broker)
        with pytest.raises(ConnectionClosed) as closed:
            connection.call(m.MetadataRequest(topics=[]), 9)
    assert closed.value.exchange.fault == "the connection was closed instead of an answer"
    assert connection.closed


def test_silence_is_no_answer_after_our_time_out():
    with ScriptedBroker(lambda _header, _request: SILENCE) as broker:
        connection = opened(broker, timeout_s=30)
        started = time.monotonic()
        with pytest.raises(AnswerTimedOut):
            connection.call(m.MetadataRequest(topics=[]), 9, timeout_s=0.2)
        assert 0.15 < time.monotonic() - started < connection.timeout_s


def test_nobody_there_is_no_answer():
    with ScriptedBroker() as broker:
        pass
    with pytest.raises(ConnectionClosed, match="cannot connect"):
        opened(broker)


def test_an_impossible_length_is_not_waited_for():
    class Raw(ScriptedBroker):
        def _serve(self, connection):
            connection.recv(100)
            connection.sendall(struct.pack(">i", -5) + b"xxxx")

    with Raw() as broker, opened(broker) as connection, pytest.raises(UnparsableResponse, match="-5 bytes"):
        connection.call(m.MetadataRequest(topics=[]), 9)


def test_cutting_ends_a_wait_in_another_thread():
    with ScriptedBroker(lambda _header, _request: SILENCE) as broker:
        connection = opened(broker, timeout_s=30)
        threading.Timer(0.1, connection.cut).start()
        with pytest.raises(ConnectionClosed):
            connection.call(m.MetadataRequest(topics=[]), 9)


def test_whether_the_peer_has_closed_can_be_asked():
    with ScriptedBroker(lambda _header, _request: HANG_UP) as broker, opened(broker) as connection:
        assert not connection.is_closed_by_peer(0.01)
        connection.send(m.MetadataRequest(topics=[]), 9)
        assert connection.is_closed_by_peer(2)


def test_whether_an_answer_has_come_can_be_asked():
    with ScriptedBroker(lambda _header, _request: HANG_UP) as broker, opened(broker) as connection:
        assert not connection.has_news
        connection.send(m.MetadataRequest(), 1)
        eventually(lambda: connection.has_news)
        connection.close()
        assert connection.has_news


def test_header_tags_go_into_flexible_headers_only():
    tags = {1000: b"x"}
    flexible = request_frame(m.MetadataRequest(topics=[]), 9, 1, "c", tags)
    assert flexible[11:16] == b"\x01\xe8\x07\x01x"
    assert request_frame(m.MetadataRequest(topics=[]), 1, 1, "c", tags) == request_frame(
        m.MetadataRequest(topics=[]), 1, 1, "c"
    )


def test_a_request_knows_its_response():
    assert response_class(m.FetchRequest()) is m.FetchResponse
    assert response_class(m.ProduceRequest) is m.ProduceResponse


def test_unanswered_requests_wait_for_nothing():
    with ScriptedBroker() as broker, opened(broker) as connection:
        connection.send(m.MetadataRequest(topics=[]), 9, answered=False)
        assert connection.receive_frame(1.0) is not None  # it was answered all the same
        assert not connection._waiting
