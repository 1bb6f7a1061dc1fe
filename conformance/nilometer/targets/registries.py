"""Schema registries: one that others run, at its URL, and those that we start.

    http://HOST:PORT[/path]     a registry that is there
    registry:                   the reference registry on a reference broker

A registry that we start has announced its port, or was told it, like a broker; ready is one that lists its subjects.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from nilometer.targets.errors import StartFailed, UnknownTarget
from nilometer.targets.ready import NotReady
from nilometer.targets.reference import ReferenceTarget
from nilometer.targets.spawned import Node, SpawnedTarget, module_command
from nilometer.targets.target import Control, Endpoint, Kind, Target

ANSWER_TIMEOUT_S = 5.0
REGISTRY_MODULE = "nilometer_reference.registry"
URL = re.compile(r"https?://", re.IGNORECASE)


def check_registry_ready(host: str, port: int, base: str = "", *, tls: bool = False) -> None:
    """Returns if GET /subjects gives a list; raises `NotReady`."""
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    with closing(kind(host, port, timeout=ANSWER_TIMEOUT_S)) as connection:
        try:
            connection.request("GET", f"{base}/subjects", headers={"Accept": "application/json"})
            answer = connection.getresponse()
            listed = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            raise NotReady(f"{host}:{port}: {type(error).__name__}: {error}") from error
        except ValueError:
            raise NotReady(f"{host}:{port}: GET {base}/subjects was answered {answer.status}, not with JSON") from None
        if not isinstance(listed, list):
            raise NotReady(f"{host}:{port}: GET {base}/subjects was answered {answer.status} {str(listed)[:120]}")


class RegistryTarget(Target):
    """What every registry has: an endpoint, and a path that its routes are below."""

    kind = Kind.REGISTRY
    base = ""
    """Without a slash at its end."""
    tls = False

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        return f"http{'s' * self.tls}://{self.endpoint.text}{self.base}"


class RegistryAddressTarget(RegistryTarget):
    """A registry that somebody else runs."""

    def __init__(self, name: str, url: str) -> None:
        """Raises `UnknownTarget` for what is no URL of a registry."""
        super().__init__(name)
        self.given = url
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise UnknownTarget(f"{url!r} is no address of a registry: {error}") from error
        if not parts.hostname:
            raise UnknownTarget(f"{url!r} names no host: http://HOST:PORT")
        if parts.username is not None or parts.query or parts.fragment:
            raise UnknownTarget(f"{url!r}: only host, port and path are understood, no user and no query")
        self.tls = parts.scheme.lower() == "https"
        self.base = parts.path.rstrip("/")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.address = f"{host}:{port or (443 if self.tls else 80)}"

    def start(self) -> Endpoint:
        """Returns if it answers."""
        endpoint = Endpoint((self.address,))
        host, port = endpoint.addresses[0]
        try:
            check_registry_ready(host, port, self.base, tls=self.tls)
        except NotReady as reason:
            raise StartFailed(f"no schema registry answers at {self.given}:\n  {reason}") from reason
        self._endpoint = endpoint
        return endpoint

    def describe(self) -> str:
        """The URL: what is behind it cannot be read from its answers."""
        return f"the schema registry at {self.given}"


class SpawnedRegistry(RegistryTarget, SpawnedTarget):
    """A registry whose process we start and stop."""

    def check_ready(self, host: str, port: int) -> None:
        """Ready is what lists its subjects."""
        check_registry_ready(host, port, self.base)

    @abstractmethod
    def command(self, node: Node) -> Sequence[str | Path]:
        """Program and arguments."""


class ReferenceRegistryTarget(SpawnedRegistry):
    """The reference registry; its topic is on a reference broker that outlives it when it is killed."""

    announces_ports = True
    control = Control.ALL

    def __init__(self, name: str = "registry:") -> None:
        super().__init__(name)
        self.broker = ReferenceTarget("broker of the registry")

    def command(self, node: Node) -> Sequence[str | Path]:
        """At the port that it had before, if any."""
        port = node.ports[0] if node.ports else 0
        return module_command(REGISTRY_MODULE, "--port", str(port), "--bootstrap", self.broker.endpoint.text)

    def start(self) -> Endpoint:
        """The broker first."""
        self.broker.start()
        endpoint = super().start()
        self.nodes[0].ports = [endpoint.addresses[0][1]]
        return endpoint

    def close(self) -> None:
        """The broker last."""
        try:
            super().close()
        finally:
            self.broker.close()
            self.nodes[0].ports = []

    def describe(self) -> str:
        """What it is."""
        return "the reference schema registry on a reference broker"
