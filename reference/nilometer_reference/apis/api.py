"""One API key as the broker serves it; each module beside this one defines one as `API`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.log.log import Log
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.frames import RequestHeader

Served = tuple[bytearray, Log]
"""An answer, and the log that it rests on."""


class Again(Protocol):
    """A request that may come again but for its correlation id and a part at its end."""

    @property
    def start_bytes(self) -> int:
        """So much of the frame is the same, but for the correlation id."""

    def serve(self, broker: Broker, frame: memoryview, correlation_id: int, now_ms: int) -> Served | None:
        """None, and nothing has happened, if it has to be decoded after all."""

    def storage_failed(self, correlation_id: int) -> bytearray:
        """The answer to a request that was served, if its log could not be written."""


@dataclass(frozen=True, slots=True)
class Api:
    """`versions` are the first and last version served (both inclusive), and so advertised."""

    request: type[Message]
    response: type[Message]
    versions: tuple[int, int]
    handle: Callable[[Broker, Any, RequestContext], Answer]
    advertised_from: int | None = None  # where it differs from the first version served (KAFKA-18659)
    learn: Callable[[Any, memoryview, RequestHeader], Again | None] | None = None
    """What may come again of a request that was served; None for most APIs, where it does not pay."""

    @property
    def key(self) -> int:
        assert self.request.API_KEY is not None
        return self.request.API_KEY
