"""One request and what came back: the evidence that verdicts rest on."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from nilometer.clients.summary import summarize
from nilometer.verdict import Step
from nilometer_reference.wire.codec import Message

EXCHANGES_KEPT = 4_000
"""Per requirement; older ones are forgotten."""


def api_name(message: Message | type[Message]) -> str:
    """`Fetch` for a FetchRequest."""
    name = message.__name__ if isinstance(message, type) else type(message).__name__
    return name.removesuffix("Request").removesuffix("Response")


class Recorded(Protocol):
    """What can be evidence: an exchange in any protocol."""

    number: int

    def step(self, origin_ns: int) -> Step:
        """As a reader sees it."""
        ...


@dataclass(slots=True)
class Exchange:
    """A request on one connection. Times are nanoseconds of the monotonic clock."""

    number: int
    node: str
    """`host:port` that it was sent to."""
    version: int
    correlation_id: int
    request: Message
    sent_at_ns: int
    answered_at_ns: int | None = None
    """When the whole response had arrived; None while there is none."""
    response: Message | None = None
    response_frame: bytes = b""
    """Header and body as they came, without the size."""
    fault: str = ""
    """What is wrong with the response, or how it did not come."""
    actor: str = ""
    """Client id of the connection."""

    @property
    def api(self) -> str:
        """Name of the API, without `Request`."""
        return api_name(self.request)

    @property
    def took_ms(self) -> float | None:
        """From the send to the whole response."""
        return None if self.answered_at_ns is None else (self.answered_at_ns - self.sent_at_ns) / 1e6

    def step(self, origin_ns: int) -> Step:
        """As a reader sees it."""
        response = self.fault or (summarize(self.response) if self.response is not None else "no response")
        if self.fault and self.response_frame:
            response += f"; frame {self.response_frame[:64].hex(' ')}"
        return Step(
            number=self.number,
            at_ms=round((self.sent_at_ns - origin_ns) / 1e6, 3),
            actor=self.actor,
            node=self.node,
            api=self.api,
            version=self.version,
            request=summarize(self.request),
            response=response,
            took_ms=None if self.took_ms is None else round(self.took_ms, 3),
        )


@dataclass(slots=True)
class Anomaly:
    """A response that breaks the framing rules (W1)."""

    kind: str
    """`leftover-bytes`, `correlation-id`, `unparsable` or `unasked`."""
    exchange: Exchange
    detail: str


@dataclass
class Journal:
    """Every exchange of one run: numbers them, keeps those of the current requirement, and counts the framing rules."""

    origin_ns: int = field(default_factory=time.monotonic_ns)
    responses: int = 0
    """Responses that were read, of the whole run."""
    anomalies: list[Anomaly] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    others: list[Recorded] = field(default_factory=list)
    """Exchanges in other protocols than Kafka's."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _judging: bool = True

    def next_number(self) -> int:
        """Numbers rise over the run."""
        return next(self._numbers)

    def sent(self, exchange: Exchange) -> None:
        """A request has left."""
        with self._lock:
            self.exchanges.append(exchange)
            if len(self.exchanges) > EXCHANGES_KEPT:
                del self.exchanges[: EXCHANGES_KEPT // 2]

    def sent_otherwise(self, exchange: Recorded) -> None:
        """A request in another protocol has left."""
        with self._lock:
            self.others.append(exchange)
            if len(self.others) > EXCHANGES_KEPT:
                del self.others[: EXCHANGES_KEPT // 2]

    def recent(self, count: int) -> list[Recorded]:
        """The last ones, of all protocols, in order."""
        with self._lock:
            both: list[Recorded] = [*self.exchanges[-count:], *self.others[-count:]]
        return sorted(both, key=lambda one: one.number)[-count:]

    def answered(self) -> None:
        """A response was read."""
        with self._lock:
            if self._judging:
                self.responses += 1

    def anomaly(self, kind: str, exchange: Exchange, detail: str) -> None:
        """A response broke a framing rule."""
        with self._lock:
            if self._judging:
                self.anomalies.append(Anomaly(kind, exchange, detail))

    def forget(self) -> None:
        """A new requirement, or a new example, begins."""
        with self._lock:
            self.exchanges.clear()
            self.others.clear()

    @contextmanager
    def not_judged(self) -> Iterator[None]:
        """Traffic that is wrong on purpose does not count for W1."""
        self._judging = False
        try:
            yield
        finally:
            self._judging = True
