"""The registry on a socket: HTTP/1.1, threads, one write an answer."""

from __future__ import annotations

import json
import logging
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from nilometer_reference.registry.errors import too_large
from nilometer_reference.registry.routes import answer
from nilometer_reference.registry.service import Registry

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/vnd.schemaregistry.v1+json"
BODY_BYTES_MAX: Final = 8 << 20
DISCARD_BYTES_MAX: Final = 64 << 20
"""A body up to this size is read to its end before it is refused: who is still sending would not see the answer."""
CHUNK_BYTES: Final = 1 << 16
IDLE_S: Final = 60.0


class RegistryServer(ThreadingHTTPServer):
    """Serves a registry that was started. Port 0 is any free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, registry: Registry, host: str = "127.0.0.1", port: int = 0) -> None:
        self.registry = registry
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"


class _Handler(BaseHTTPRequestHandler):
    server: RegistryServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def _serve(self) -> None:
        try:
            size = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            size = -1
        if size < 0:
            self.close_connection = True
            self._send(400, {"error_code": 400, "message": "Content-Length is no number of bytes"})
            return
        if size > BODY_BYTES_MAX:
            self._refuse_body(size)
            return
        body = self.rfile.read(size)
        try:
            status, found = answer(self.server.registry, self.command, self.path, body)
        except Exception:
            logger.exception("%s %s", self.command, self.path)
            status, found = 500, {"error_code": 500, "message": "Internal Server Error"}
        self._send(status, found)

    def _refuse_body(self, size: int) -> None:
        left = min(size, DISCARD_BYTES_MAX)
        self.close_connection = size > left
        while not self.close_connection and left:
            left -= len(self.rfile.read(min(left, CHUNK_BYTES))) or left
        refused = too_large(f"The body has {size} bytes, the most is {BODY_BYTES_MAX}")
        self._send(refused.status, {"error_code": refused.code, "message": refused.message})

    def _send(self, status: int, found: object) -> None:
        # Half of a surrogate pair, which an error may quote, is written as JSON escapes it.
        data = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
        head = [
            f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}",
            f"Content-Type: {CONTENT_TYPE}",
            f"Content-Length: {len(data)}",
            *(["Connection: close"] if self.close_connection else []),
        ]
        self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + data)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  # names of the base class

    def log_message(self, format: str, *args: object) -> None:
        logger.debug(format, *args)
