"""Which routes a registry serves. Asked so that nothing is written, and nobody else's data is touched.

    asked                                                    served, if the answer is
    GET of what every registry has                           a success
    anything about a subject, id or GUID that there is not   an error with an `error_code` of five digits
    PUT of a level or mode that there is not                 the same
    a route that is not there                                404, 405 or 501, without such a code: not served

A requirement names the routes that it cannot do without in its `apis`, with 0; without one of them it is n/a.
Source: Confluent Schema Registry API reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nilometer.clients.cluster import Versions
from nilometer.clients.raw import NoAnswer
from nilometer.clients.registry import HttpExchange, RegistryClient, named
from nilometer.verdict import NotObservable, Reason

SCHEMA = '{"type":"record","name":"Probe","fields":[]}'
NO_ID = 2**31 - 2
NO_GUID = "00000000-0000-0000-0000-000000000000"

DELETE_SUBJECT = "DELETE /subjects/{subject}"
DELETE_VERSION = "DELETE /subjects/{subject}/versions/{version}"
LOOK_UP = "POST /subjects/{subject}"
REFERENCED_BY = "GET /subjects/{subject}/versions/{version}/referencedby"
IDS_OF_GUID = "GET /schemas/guids/{guid}"
VERSIONS_OF_ID = "GET /schemas/ids/{id}/versions"
COMPATIBLE = "POST /compatibility/subjects/{subject}/versions/{version}"
COMPATIBLE_WITH_HISTORY = "POST /compatibility/subjects/{subject}/versions"
GET_LEVEL = "GET /config/{subject}"
SET_LEVEL = "PUT /config/{subject}"
DELETE_LEVEL = "DELETE /config/{subject}"
GET_MODE = "GET /mode/{subject}"
SET_MODE = "PUT /mode/{subject}"
CONTEXTS = "GET /contexts"
ALWAYS = ("GET /subjects", "POST /subjects/{subject}/versions", "GET /schemas/ids/{id}")
"""What is no registry without."""

_BODY = {"schema": SCHEMA}
PROBES: dict[str, tuple[str, str, Any]] = {
    LOOK_UP: ("POST", "/subjects/{s}", _BODY),
    DELETE_SUBJECT: ("DELETE", "/subjects/{s}", None),
    DELETE_VERSION: ("DELETE", "/subjects/{s}/versions/1", None),
    REFERENCED_BY: ("GET", "/subjects/{s}/versions/1/referencedby", None),
    IDS_OF_GUID: ("GET", f"/schemas/guids/{NO_GUID}", None),
    VERSIONS_OF_ID: ("GET", f"/schemas/ids/{NO_ID}/versions", None),
    COMPATIBLE: ("POST", "/compatibility/subjects/{s}/versions/latest", _BODY),
    COMPATIBLE_WITH_HISTORY: ("POST", "/compatibility/subjects/{s}/versions", _BODY),
    GET_LEVEL: ("GET", "/config/{s}", None),
    SET_LEVEL: ("PUT", "/config/{s}", {"compatibility": "NO_SUCH_LEVEL"}),
    DELETE_LEVEL: ("DELETE", "/config/{s}", None),
    GET_MODE: ("GET", "/mode/{s}", None),
    SET_MODE: ("PUT", "/mode/{s}", {"mode": "NO_SUCH_MODE"}),
    CONTEXTS: ("GET", "/contexts", None),
}
"""Route to method, path and body; `{s}` is a subject that there is not."""

NAMES = (*ALWAYS, *PROBES)


@dataclass(frozen=True)
class Routes(Versions):
    """The routes that were found; a requirement asks for them as for APIs of a broker."""

    served: frozenset[str] = frozenset()

    def common(self, api: str, *, at_most: int | None = None, at_least: int = 0) -> int:
        """0; NotObservable for a route that is not served."""
        if api not in self.served:
            raise NotObservable(Reason.API_NOT_SERVED, f"{api} is not served")
        return min(at_least, at_least if at_most is None else at_most)

    def serves(self, api: str, version: int = 0) -> bool:
        """Whether there is such a route; routes have no versions."""
        return version == 0 and api in self.served

    @property
    def missing(self) -> list[str]:
        """Known routes that are not served."""
        return [name for name in NAMES if name not in self.served]


def find_routes(client: RegistryClient, subject: str) -> Routes:
    """Ask for every route, about a subject that does not exist. Raises `NoAnswer`."""
    found = [
        name
        for name, (method, path, body) in PROBES.items()
        if is_served(_ask(client, method, path.format(s=named(subject)), body))
    ]
    return Routes({}, {}, frozenset([*ALWAYS, *found]))


def _ask(client: RegistryClient, method: str, path: str, body: Any) -> HttpExchange:
    """Twice if need be: Apicurio 3.3.3 leaves one request in a thousand without an answer if it lacks the route."""
    try:
        return client.call(method, path, body)
    except NoAnswer:
        return client.call(method, path, body)


def is_served(exchange: HttpExchange) -> bool:
    """Whether this is an answer about what was asked, not about the route."""
    if exchange.ok:
        return True
    return exchange.status not in (404, 405, 501) or (exchange.code is not None and exchange.code >= 10_000)
