"""What answers at an address, if it is not Kafka in plain text.

    we send                 it answers            so it is
    GET / HTTP/1.0          HTTP/…                a web server: a schema registry, an admin port
    a TLS ClientHello       a ServerHello         a listener with TLS
    (anything)              nothing               open, and silent

Each on a connection of its own. `HTTP` read as a length is 1213486160, a ClientHello 369 million: a broker closes
such connections, and so does a TLS listener one in plain text.
"""

from __future__ import annotations

import socket
import ssl

TRY_TIMEOUT_S = 2.0


def diagnose(host: str, port: int, timeout_s: float = TRY_TIMEOUT_S) -> str:
    """One sentence with what to try; empty when nothing was recognised."""
    if speaks_tls(host, port, timeout_s):
        return f"{host}:{port} speaks TLS: this suite checks listeners in plain text"
    if speaks_http(host, port, timeout_s):
        return f"{host}:{port} answers HTTP: is this the port of a schema registry or of a web console?"
    return ""


def speaks_http(host: str, port: int, timeout_s: float = TRY_TIMEOUT_S) -> bool:
    """Whether a request of HTTP is answered in HTTP."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\nHost: nilometer\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


def speaks_tls(host: str, port: int, timeout_s: float = TRY_TIMEOUT_S) -> bool:
    """Whether a TLS handshake gets anywhere; a refusal in TLS (an alert) counts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=timeout_s) as connection,
            context.wrap_socket(connection),
        ):
            return True
    except ssl.SSLError as error:
        return error.reason is not None and "ALERT" in error.reason
    except OSError:
        return False
