"""A client of a schema registry that sends one request, gives back what came, and hides nothing.

    registry.register("s", schema)                -> HttpExchange: .status, .code, .value
    registry.register("s", schema).needed()["id"]    a step of the preparation: NotObservable if it is refused
    registry.call("GET", "/subjects", deleted=True)  anything else

It never repeats a request. One connection is kept alive, and opened again only when the server said that it closes it.
An answer that does not come raises `NoAnswer`. Source of the routes: Confluent Schema Registry API reference.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, urlencode

from nilometer.clients.exchange import Journal
from nilometer.clients.raw import NoAnswer
from nilometer.verdict import NotObservable, Reason, Step

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
ACCEPT = f"{CONTENT_TYPE}, application/vnd.schemaregistry+json, application/json"
TEXT_MAX = 1_200
LATEST = "latest"
Json = Any


@dataclass(slots=True)
class HttpExchange:
    """A request and its answer. Times are nanoseconds of the monotonic clock."""

    number: int
    node: str
    """`host:port` that it was sent to."""
    method: str
    path: str
    """With its query."""
    body: Json
    """What was sent, as JSON; None: nothing."""
    sent_at_ns: int
    actor: str = ""
    answered_at_ns: int | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    data: bytes = b""
    fault: str = ""
    """How the answer did not come."""

    @property
    def ok(self) -> bool:
        """Whether it was answered with success."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def value(self) -> Json:
        """The body of the answer; None for one that is no JSON."""
        try:
            return json.loads(self.data)
        except ValueError:
            return None

    @property
    def code(self) -> int | None:
        """`error_code` of the answer; None where there is none."""
        value = self.value
        found = value.get("error_code") if isinstance(value, dict) else None
        return found if isinstance(found, int) else None

    @property
    def outcome(self) -> str:
        """`200`, `404 40401`, `405 without an error_code`."""
        if self.ok:
            return str(self.status)
        return f"{self.status} {'without an error_code' if self.code is None else self.code}"

    def needed(self) -> Json:
        """The body of the answer; NotObservable if the request was refused."""
        if not self.ok:
            raise NotObservable(Reason.REFUSED, f"{self.method} {self.path}: {self.outcome} {_cut(self.text, 200)}")
        return self.value

    @property
    def text(self) -> str:
        """The body of the answer as it came."""
        return self.data.decode("utf-8", "replace")

    @property
    def took_ms(self) -> float | None:
        """From the send to the whole answer."""
        return None if self.answered_at_ns is None else (self.answered_at_ns - self.sent_at_ns) / 1e6

    def step(self, origin_ns: int) -> Step:
        """As a reader sees it."""
        sent = "" if self.body is None else " " + json.dumps(self.body, ensure_ascii=False)
        return Step(
            number=self.number,
            at_ms=round((self.sent_at_ns - origin_ns) / 1e6, 3),
            actor=self.actor,
            node=self.node,
            api=self.method,
            version=None,
            request=_cut(f"{self.path}{sent}", TEXT_MAX),
            response=self.fault or _cut(f"{self.status} {self.text}", TEXT_MAX),
            took_ms=None if self.took_ms is None else round(self.took_ms, 3),
        )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} characters more)"


def named(subject: str) -> str:
    """A subject as a segment of a path."""
    return quote(subject, safe="")


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class RegistryClient:
    """One actor with its own connection. Not for several threads."""

    def __init__(
        self, address: tuple[str, int], journal: Journal, *, base: str = "", tls: bool = False,
        timeout_s: float = 10.0, client_id: str = "nilometer",
    ) -> None:  # fmt: skip
        """`base` is the path that all routes are below, without a slash at its end."""
        self.address = address
        self.journal = journal
        self.base = base
        self.client_id = client_id
        self.before_call: Callable[[], None] = lambda: None
        kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
        self._connection = kind(address[0], address[1], timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """The next request opens a new connection."""
        self._connection.close()

    def cut(self) -> None:
        """From another thread: whoever waits for an answer stops waiting."""
        with suppress(OSError, AttributeError):
            self._connection.sock.shutdown(2)

    def call(self, method: str, path: str, body: Json = None, **query: object) -> HttpExchange:
        """One request, one answer, whatever its status. Raises `NoAnswer`."""
        self.before_call()
        words = {name: _word(value) for name, value in query.items() if value is not None}
        target = self.base + path + (f"?{urlencode(words)}" if words else "")
        exchange = HttpExchange(
            self.journal.next_number(), f"{self.address[0]}:{self.address[1]}", method, target, body,
            time.monotonic_ns(), self.client_id,
        )  # fmt: skip
        self.journal.sent_otherwise(exchange)
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if isinstance(body, bytes):
            exchange.body = body.decode("utf-8", "replace")
        headers = {"Accept": ACCEPT, **({"Content-Type": CONTENT_TYPE} if data is not None else {})}
        try:
            self._connection.request(method, target, data, headers)
            answer = self._connection.getresponse()
            exchange.data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            exchange.fault = f"no answer: {type(error).__name__}: {error}"
            raise NoAnswer(f"{method} {target}: {exchange.fault}") from error
        exchange.answered_at_ns = time.monotonic_ns()
        exchange.status = answer.status
        exchange.headers = {name.lower(): value for name, value in answer.getheaders()}
        return exchange

    # ------------------------------------------------------------------------------------------ schemas

    def register(
        self, subject: str, schema: str, *, type: str = "AVRO", references: Sequence[Mapping[str, Json]] = (),
        normalize: bool | None = None, **members: Json,
    ) -> HttpExchange:  # fmt: skip
        """`{"id": …}`; the rest of the answer differs between products."""
        body = _body(schema, type, references, members)
        return self.call("POST", f"/subjects/{named(subject)}/versions", body, normalize=normalize)

    def look_up(
        self, subject: str, schema: str, *, type: str = "AVRO", references: Sequence[Mapping[str, Json]] = (),
        normalize: bool | None = None, deleted: bool | None = None,
    ) -> HttpExchange:  # fmt: skip
        """The version of the subject that has this content; 40401, 40403."""
        body = _body(schema, type, references, {})
        return self.call("POST", f"/subjects/{named(subject)}", body, normalize=normalize, deleted=deleted)

    def compatible(
        self, subject: str, schema: str, version: int | str | None = LATEST, *, type: str = "AVRO",
        references: Sequence[Mapping[str, Json]] = (), verbose: bool | None = None,
    ) -> HttpExchange:  # fmt: skip
        """`{"is_compatible": …}`. None: against the history, as registration does it."""
        path = f"/compatibility/subjects/{named(subject)}/versions" + ("" if version is None else f"/{version}")
        return self.call("POST", path, _body(schema, type, references, {}), verbose=verbose)

    def by_id(self, id: int, **query: object) -> HttpExchange:
        """The schema of an id."""
        return self.call("GET", f"/schemas/ids/{id}", **query)

    def version(self, subject: str, version: int | str = LATEST, **query: object) -> HttpExchange:
        """One version with subject, version, id, schema."""
        return self.call("GET", f"/subjects/{named(subject)}/versions/{version}", **query)

    def versions(self, subject: str, **query: object) -> HttpExchange:
        """The numbers of a subject's versions."""
        return self.call("GET", f"/subjects/{named(subject)}/versions", **query)

    def delete_subject(self, subject: str, *, permanent: bool = False) -> HttpExchange:
        """The numbers of the versions that it deleted."""
        return self.call("DELETE", f"/subjects/{named(subject)}", permanent=permanent or None)

    def delete_version(self, subject: str, version: int | str, *, permanent: bool = False) -> HttpExchange:
        """The version's number."""
        return self.call("DELETE", f"/subjects/{named(subject)}/versions/{version}", permanent=permanent or None)

    # ------------------------------------------------------------------------------------------ settings

    def set_level(self, subject: str, level: str) -> HttpExchange:
        """The compatibility level of a subject."""
        return self.call("PUT", f"/config/{named(subject)}", {"compatibility": level})

    def set_mode(self, subject: str, mode: str, *, force: bool | None = None) -> HttpExchange:
        """The mode of a subject."""
        return self.call("PUT", f"/mode/{named(subject)}", {"mode": mode}, force=force)


def _body(schema: str, type: str, references: Sequence[Mapping[str, Json]], members: Mapping[str, Json]) -> Json:
    """A type is named only where it is not Avro, as Confluent's clients do it."""
    body: dict[str, Json] = {"schema": schema}
    if type != "AVRO":
        body["schemaType"] = type
    if references:
        body["references"] = list(references)
    return {**body, **members}
