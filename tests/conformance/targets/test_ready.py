"""What counts as an answer of a broker that is up."""

import socket
import struct
import threading
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.targets import ready
from nilometer.targets.ready import NotReady, check_cluster, check_ready, parse_api_versions, parse_metadata


def frame(correlation_id: int, body: bytes) -> bytes:
    return struct.pack(">ii", len(body) + 4, correlation_id) + body


def api_versions(error: int = 0, *keys: tuple[int, int, int]) -> bytes:
    return struct.pack(">hi", error, len(keys)) + b"".join(struct.pack(">hhh", *key) for key in keys)


def metadata(brokers: list[tuple[int, str, int, str | None]], controller_id: int) -> bytes:
    body = struct.pack(">i", len(brokers))
    for node_id, host, port, rack in brokers:
        body += struct.pack(">ih", node_id, len(host)) + host.encode() + struct.pack(">i", port)
        body += struct.pack(">h", -1) if rack is None else struct.pack(">h", len(rack)) + rack.encode()
    return body + struct.pack(">ii", controller_id, 0)


@contextmanager
def peer(*answers: bytes):
    """Answers each request of one connection with the next of these bytes, then closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        requests = []

        def serve():
            connection, _ = listener.accept()
            with connection:
                for answer in answers:
                    requests.append(connection.recv(1000))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], requests
        thread.join(5)


BOTH = ((18, 0, 4), (3, 0, 13))
ONE_BROKER = metadata([(1, "127.0.0.1", 9092, None)], 1)


def test_a_broker_that_answers_both_questions_is_ready():
    with peer(frame(1, api_versions(0, *BOTH)), frame(2, ONE_BROKER)) as (port, requests):
        check_ready("127.0.0.1", port, 1, 2)
    assert requests[0] == bytes.fromhex("00000013 0012 0000 00000001 0009") + b"nilometer"
    assert requests[1] == bytes.fromhex("00000017 0003 0001 00000002 0009") + b"nilometer" + bytes(4)


def test_a_broker_without_metadata_v1_is_ready_after_the_handshake():
    with peer(frame(1, api_versions(0, (18, 0, 4), (3, 9, 13)))) as (port, requests):
        check_ready("127.0.0.1", port, 1, 2)
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([frame(9, api_versions(0, *BOTH))], "correlation id 9"),
        ([frame(1, api_versions(35))], "error 35"),
        ([frame(1, api_versions(0))], "lists 0 keys"),
        ([frame(1, api_versions(0, *BOTH)[:-3])], "2 keys in 15 bytes"),
        ([frame(1, b"")], "not Kafka's"),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "a response of 1213486160 bytes"),
        ([b"\0\0"], "closed after 2 of 4 bytes"),
        ([], "closed|reset"),
        ([frame(1, api_versions(0, *BOTH)), frame(2, metadata([], -1))], "1 were started"),
        ([frame(1, api_versions(0, *BOTH)), frame(2, metadata([(1, "h", 1, None)], -1))], "controller -1"),
    ],
)
def test_any_other_answer_is_not_ready_and_says_why(answers, reason):
    with peer(*answers) as (port, _), pytest.raises(NotReady, match=reason):
        check_ready("127.0.0.1", port, 1, 2)


def test_a_closed_port_is_not_ready():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotReady, match="refused"):
        check_ready("127.0.0.1", port, 1, 2)


def test_silence_is_not_ready_after_the_time_out():
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(NotReady, match="timed out"):
        check_ready("127.0.0.1", listener.getsockname()[1], 1, 0.05)


@given(st.dictionaries(st.integers(0, 200), st.tuples(st.integers(0, 9), st.integers(0, 20)), min_size=1))
def test_every_list_of_ranges_is_read_back(ranges):
    assert parse_api_versions(api_versions(0, *((key, *bounds) for key, bounds in ranges.items()))) == ranges


@given(
    st.lists(st.tuples(st.integers(-1, 2**31 - 1), st.text("abc.1", max_size=9), st.integers(0, 65535),
                       st.none() | st.text("rack", max_size=5))),
    st.integers(-1, 9),
)  # fmt: skip
def test_every_list_of_brokers_is_read_back(brokers, controller_id):
    assert parse_metadata(metadata(brokers, controller_id)) == ([broker[0] for broker in brokers], controller_id)


@given(st.binary(max_size=60))
def test_any_bytes_are_an_answer_or_a_named_error(body):
    for parse in (parse_api_versions, parse_metadata):
        try:
            parse(body)
        except (NotReady, struct.error):
            continue


def test_a_cluster_is_complete_when_all_nodes_and_the_controller_are_known():
    check_cluster([1, 2, 3], 2, 3)
    with pytest.raises(NotReady, match="3 were started"):
        check_cluster([1, 2], 2, 3)
    with pytest.raises(NotReady, match="controller"):
        check_cluster([1, 2, 3], 4, 3)


def test_a_huge_response_is_refused_before_it_is_read():
    with peer(struct.pack(">i", ready.RESPONSE_BYTES_MAX + 1)) as (port, _), pytest.raises(NotReady, match="1048577"):
        check_ready("127.0.0.1", port, 1, 2)
