"""Addresses of brokers that somebody else runs."""

import socket

import pytest

from nilometer.targets.address import AddressTarget, parse_addresses
from nilometer.targets.errors import NotSupported, StartFailed, UnknownTarget


@pytest.mark.parametrize("text", ["127.0.0.1:9092", "localhost:1", "a.b-c_d:65535", "[::1]:9092", "[fe80::1%eth0]:9"])
def test_an_address_is_host_and_port(text):
    assert parse_addresses(text) == (text,)


def test_addresses_are_separated_by_commas_and_blanks_do_not_count():
    assert parse_addresses("a:1, b:2") == ("a:1", "b:2")


@pytest.mark.parametrize("text", ["a", "a:", ":1", "a:0", "a:65536", "a:1,", "a:1,b", "a:x", "::1:9092", "a b:1", ""])
def test_anything_else_is_refused(text):
    with pytest.raises(UnknownTarget):
        parse_addresses(text)


def test_a_running_broker_is_used_and_left_alone(small_target):
    with small_target() as broker:
        with AddressTarget("theirs", broker.endpoint.bootstrap) as target:
            assert target.endpoint == broker.endpoint
            assert target.describe() == f"the broker at {broker.endpoint.text}"
            with pytest.raises(NotSupported):
                target.kill()
        assert broker.alive()


def test_one_address_that_answers_is_enough(small_target):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"127.0.0.1:{listener.getsockname()[1]}"
    with small_target() as broker, AddressTarget("both", (closed, *broker.endpoint.bootstrap)) as target:
        assert target.endpoint.bootstrap[0] == closed


def test_when_none_answers_the_reason_is_told_address_by_address():
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = [one.getsockname()[1], two.getsockname()[1]]
    with pytest.raises(StartFailed) as failure:
        AddressTarget("dead", tuple(f"127.0.0.1:{port}" for port in ports)).start()
    assert all(f"127.0.0.1:{port}" in str(failure.value) for port in ports)
    assert str(failure.value).count("refused") == 2
