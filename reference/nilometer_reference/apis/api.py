"""One API key as the broker serves it; each module beside this one defines one as `API`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.codec import Message


@dataclass(frozen=True, slots=True)
class Api:
    """`versions` are the first and last version served (both inclusive), and so advertised."""

    request: type[Message]
    response: type[Message]
    versions: tuple[int, int]
    handle: Callable[[Broker, Any, RequestContext], Answer]
    advertised_from: int | None = None  # where it differs from the first version served (KAFKA-18659)

    @property
    def key(self) -> int:
        assert self.request.API_KEY is not None
        return self.request.API_KEY
