"""What answers at an address, if it is not Kafka."""

import socket
import ssl
import threading

import pytest

from nilometer.targets.diagnosis import diagnose, speaks_http, speaks_tls


@pytest.fixture
def serve():
    """`serve(handle)` listens and hands each connection to `handle`; returns the port."""
    listeners: list[socket.socket] = []

    def start(handle) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    handle(connection)

        threading.Thread(target=accept, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        listener.close()


def http(connection: socket.socket) -> None:
    if connection.recv(4) == b"GET ":
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


def tls_alert(connection: socket.socket) -> None:
    """What a TLS server answers that cannot agree: handshake_failure."""
    connection.recv(2000)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


def test_a_web_server_is_told_from_a_broker(serve):
    port = serve(http)
    assert speaks_http("127.0.0.1", port)
    assert "answers HTTP" in diagnose("127.0.0.1", port)


def test_an_alert_of_tls_is_recognised(serve):
    port = serve(tls_alert)
    assert speaks_tls("127.0.0.1", port)
    assert "speaks TLS" in diagnose("127.0.0.1", port)
    assert ssl.OPENSSL_VERSION


@pytest.mark.parametrize("handle", [lambda connection: connection.close(), lambda connection: connection.recv(4)])
def test_what_closes_is_neither(serve, handle):
    assert diagnose("127.0.0.1", serve(handle), timeout_s=0.5) == ""


def test_what_is_silent_is_neither(serve):
    release = threading.Event()
    port = serve(lambda _connection: release.wait(5))
    assert not speaks_http("127.0.0.1", port, timeout_s=0.2)
    release.set()


def test_nobody_there_is_neither():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    assert diagnose("127.0.0.1", port) == ""
