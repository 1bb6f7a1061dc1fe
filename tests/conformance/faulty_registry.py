"""A schema registry that is wrong in exactly one way: a proxy in front of an honest one.

    def always_compatible(passing):
        if passing.matches("POST", "/compatibility/*"):
            passing.value = {"is_compatible": True}

    with FaultyRegistry(url, on_response=always_compatible) as registry:
        result = judge_registry("S4", registry.url)

    on_request    may change method, path, query, body; or return (status, value): the registry never sees the request
    on_response   may change status and value
    raise HangUp  in either: the connection is closed

Both are called under one lock, so they may keep state.
"""

from __future__ import annotations

import fnmatch
import http.client
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

Hook = Callable[["Passing"], Any]


class HangUp(Exception):
    """Close the connection instead of an answer."""


@dataclass
class Passing:
    """What passes."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    status: int = 0
    """0 while the request passes."""
    value: Any = None

    def matches(self, method: str, pattern: str) -> bool:
        """`*` stands for one segment or several."""
        return self.method == method and fnmatch.fnmatch(self.path, pattern)

    @property
    def ok(self) -> bool:
        return self.status == 200

    @property
    def is_registration(self) -> bool:
        return self.method == "POST" and self.path.startswith("/subjects/") and self.path.endswith("/versions")


class FaultyRegistry(ThreadingHTTPServer):
    """Listens on loopback until the block ends; `changed` counts where a hook made a difference."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: str, *, on_response: Hook = lambda _: None, on_request: Hook = lambda _: None) -> None:
        parts = urlsplit(upstream)
        self.upstream = (str(parts.hostname), parts.port)
        self.on_request, self.on_response = on_request, on_response
        self.lock = threading.Lock()
        self.changed = 0
        self.errors: list[BaseException] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.shutdown()
        self.server_close()
        if self.errors and kind is None:
            raise self.errors[0]


class _Handler(BaseHTTPRequestHandler):
    server: FaultyRegistry
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()
        self.onward = http.client.HTTPConnection(*self.server.upstream, timeout=60)

    def finish(self) -> None:
        self.onward.close()
        super().finish()

    def _serve(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        passing = Passing(self.command, path, dict(parse_qsl(query)), _parsed(data))
        try:
            self._pass(passing, data)
        except HangUp:
            self.server.changed += 1
            self.close_connection = True
            return
        except BaseException as error:
            self.server.errors.append(error)
            self.close_connection = True
            return
        answer = json.dumps(passing.value).encode() if not isinstance(passing.value, bytes) else passing.value
        head = f"HTTP/1.1 {passing.status} -\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        self.wfile.write(head.encode() + answer)

    def _pass(self, passing: Passing, data: bytes) -> None:
        sent = json.dumps(passing.body)
        with self.server.lock:
            answer = self.server.on_request(passing)
        if answer is not None:
            self.server.changed += 1
            passing.status, passing.value = answer
            return
        if json.dumps(passing.body) != sent:
            data = json.dumps(passing.body).encode()
        target = passing.path + (f"?{urlencode(passing.query)}" if passing.query else "")
        self.server.changed += target != self.path
        headers = {"Content-Type": "application/json"} if data else {}
        self.onward.request(passing.method, target, data or None, headers)
        found = self.onward.getresponse()
        passing.status, passing.value = found.status, _parsed(found.read())
        before = passing.status, json.dumps(passing.value)
        with self.server.lock:
            self.server.on_response(passing)
        after = passing.status, passing.value if isinstance(passing.value, bytes) else json.dumps(passing.value)
        self.server.changed += before != after

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  # names of the base class

    def log_message(self, format: str, *args: object) -> None:
        pass


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
