"""What a request handler is given beside the request: who asks, in which version, when, and how to answer.

answer                        handler
at once                       returns the response
later (join, long poll)       returns None and calls `context.respond(response)` once, when it is time
never (Produce with acks=0)   returns NO_RESPONSE
connection must go            raises CloseConnection
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from nilometer_reference.wire.codec import Message

if TYPE_CHECKING:
    from nilometer_reference.log.log import Log


class _NoResponse(Enum):
    NO_RESPONSE = "no response"


NO_RESPONSE: Final = _NoResponse.NO_RESPONSE
Answer = Message | None | _NoResponse


class CloseConnection(Exception):
    """The request cannot be answered in its protocol; only the connection that sent it is closed."""


@dataclass(slots=True)
class RequestContext:
    """One request under way. `now_ms` is the instant at which it was taken up (Unix time, milliseconds)."""

    connection_id: int
    api_version: int
    correlation_id: int
    client_id: str | None
    now_ms: int
    respond: Callable[[Message], None]
    """Answer later. A call after the connection has gone has no effect."""
    client_host: str = "127.0.0.1"
    listener: str = "PLAINTEXT"
    if_storage_fails: Callable[[Collection[Log]], Message] | None = None
    """Set by a handler that can still say so when what it appended could not be written: the answer that then takes
    the place of the one it gave. Without it the connection is closed, which leaves the outcome open."""
    on_disconnect: Callable[[], None] | None = None
    """Set by a handler that answers later, to let go of what waits when the connection has gone."""
