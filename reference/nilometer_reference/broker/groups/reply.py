"""One request that may have to wait: its answer is returned while its handler runs, and sent later otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.wire.codec import Message

R = TypeVar("R", bound=Message)


class Reply(Generic[R]):
    """Answers exactly once; `adapt` makes the response fit the version of its request."""

    def __init__(self, context: RequestContext, adapt: Callable[[R], R] = lambda response: response) -> None:
        self._context = context
        self._adapt = adapt
        self._handler_runs = True
        self._response: R | None = None
        self.is_answered = False

    def answer(self, response: R) -> None:
        assert not self.is_answered, "a request is answered once"
        self.is_answered = True
        adapted = self._adapt(response)
        if self._handler_runs:
            self._response = adapted
        else:
            self._context.respond(cast(Message, adapted))

    def end_of_handler(self) -> R | None:
        """The answer, if there is one already; None if it comes through the context later."""
        self._handler_runs = False
        return self._response
