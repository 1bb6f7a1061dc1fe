"""HTTP: connections that stay, bodies that are too large, mistakes of ours."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from nilometer_reference.registry import server as server_module
from nilometer_reference.registry.server import BODY_BYTES_MAX, CONTENT_TYPE, DISCARD_BYTES_MAX
from tests.reference.registry.running import Client


def connect(client: Client) -> http.client.HTTPConnection:
    address = urlsplit(client.url)
    return http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)


def test_a_connection_serves_many_requests_each_with_its_type(client: Client) -> None:
    connection = connect(client)
    for _ in range(3):
        connection.request("GET", "/subjects")
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == CONTENT_TYPE
        answer.read()
    connection.close()


def test_a_body_that_is_too_large_is_refused_unread(client: Client) -> None:
    connection = connect(client)
    connection.putrequest("POST", "/subjects/s/versions")
    connection.putheader("Content-Length", str(DISCARD_BYTES_MAX + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error_code"]) == (422, 42209)


def test_a_large_body_is_read_and_refused_and_the_connection_stays(client: Client) -> None:
    for size in (BODY_BYTES_MAX + 1, 10_000_000):
        assert client.error("POST", "/subjects/s/versions", b" " * size) == 42209
    assert client.good("GET", "/") == {}


def test_a_length_that_is_no_number_is_refused(client: Client) -> None:
    for length in ("-1", "many"):
        connection = connect(client)
        connection.putrequest("POST", "/subjects/s/versions")
        connection.putheader("Content-Length", length)
        connection.endheaders()
        assert connection.getresponse().status == 400


def test_bytes_that_are_no_request_cost_their_own_connection(client: Client) -> None:
    address = urlsplit(client.url)
    with socket.create_connection((address.hostname, address.port), 30) as peer:
        peer.sendall(b"\x00\xff\x00\r\n\r\n")
        peer.recv(1000)
    assert client.good("GET", "/") == {}


def test_a_mistake_of_ours_is_a_500_without_a_traceback(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(server_module, "answer", fail)
    status, found = client.ask("GET", "/subjects")
    assert (status, found) == (500, {"error_code": 500, "message": "Internal Server Error"})
