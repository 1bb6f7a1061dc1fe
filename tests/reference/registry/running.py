"""A reference broker in a process, and registries on it in this one."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nilometer_reference.registry.server import RegistryServer
from nilometer_reference.registry.service import Registry
from nilometer_reference.registry.topic import SchemasTopic

PATIENCE_S = 60


class Broker:
    """Stopped and started on the same data."""

    def __init__(self, data: Path, *options: str) -> None:
        self._options = ["--data-dir", str(data), *options]
        self._port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "nilometer_reference.server", "--port", str(self._port), *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.fullmatch(r"listening on (\S+):(\d+)\n", self._process.stdout.readline())
        assert found is not None
        self.bootstrap, self._port = f"{found[1]}:{found[2]}", int(found[2])

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)


@contextlib.contextmanager
def broker(data: Path, *options: str) -> Iterator[Broker]:
    made = Broker(data, *options)
    try:
        yield made
    finally:
        made.stop()


class Client:
    """Asks the REST interface, on one connection."""

    def __init__(self, server: RegistryServer) -> None:
        self.url = server.url
        self.registry = server.registry
        address = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_S)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, {"Content-Type": "application/vnd.schemaregistry.v1+json"})
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def good(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, which is none of an error."""
        status, found = self.ask(method, path, body)
        assert status == 200, found
        return found

    def error(self, method: str, path: str, body: Any = None) -> int:
        """The error code."""
        status, found = self.ask(method, path, body)
        assert status != 200, found
        code: int = found["error_code"]
        assert str(code).startswith(str(status))
        return code

    def register(self, subject: str, schema: Any, **members: Any) -> Any:
        return self.good("POST", f"/subjects/{subject}/versions", {"schema": json.dumps(schema), **members})


@contextlib.contextmanager
def registry(bootstrap: str) -> Iterator[Client]:
    """A registry that has read its topic."""
    made = Registry(SchemasTopic(bootstrap))
    made.start()
    with RegistryServer(made) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Client(server)
        finally:
            server.shutdown()
            made.close()


def record(name: str, *fields: Any) -> dict[str, Any]:
    """An Avro record; a field is a name, or (name, type), or (name, type, default)."""
    made = []
    for field in fields:
        parts = (field, "string") if isinstance(field, str) else field
        made.append(dict(zip(("name", "type", "default"), parts, strict=False)))
    return {"type": "record", "name": name, "fields": made}
