"""The registry itself: the state, the thread that folds the topic into it, and one writer at a time.

A write is: decide on the state, append, wait until the fold has passed what was appended, answer. A client reads
what it wrote, and what was answered is in the topic.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from nilometer_reference.registry.errors import RegistryError, store_failed, too_large
from nilometer_reference.registry.kafka import BrokerGone, BrokerRefused
from nilometer_reference.registry.settings import Writes
from nilometer_reference.registry.state import State
from nilometer_reference.registry.topic import SchemasTopic
from nilometer_reference.wire.errors import ErrorCode

logger = logging.getLogger(__name__)

T = TypeVar("T")
WRITE_TIMEOUT_S: Final = 30.0
RETRY_S: Final = 0.2
_TOO_LARGE: Final = (ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.RECORD_LIST_TOO_LARGE)


class Registry:
    """Start it before use; `close` it."""

    def __init__(self, topic: SchemasTopic) -> None:
        self.state = State()
        self._topic = topic
        self._next_offset = 0
        self._caught_up = False
        self._problem = ""
        self._is_closing = False
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._follow, name="fold of _schemas", daemon=True)

    def start(self, within_s: float = WRITE_TIMEOUT_S) -> None:
        """Make the topic if need be, and read it to its end. Raises BrokerGone, BrokerRefused, TopicUnusable."""
        self._topic.prepare()
        self._thread.start()
        with self._changed:
            if not self._changed.wait_for(lambda: self._caught_up, within_s):
                raise BrokerGone(f"the topic was not read within {within_s:g} s; {self._problem}")

    def close(self) -> None:
        self._is_closing = True
        self._topic.close()
        if self._thread.is_alive():
            self._thread.join(WRITE_TIMEOUT_S)

    def read(self, question: Callable[[State], T]) -> T:
        """An answer from the state as it is now."""
        with self._changed:
            return question(self.state)

    def write(self, decision: Callable[[State], tuple[Writes, T]]) -> T:
        """Decide, append, wait for the fold. Raises RegistryError; 42209 for a record that is too large, 50001 where
        the store fails.
        """
        with self._writing:
            with self._changed:
                writes, answer = decision(self.state)
            if not writes:
                return answer
            try:
                last = self._topic.append(writes)
            except (BrokerGone, BrokerRefused) as error:
                if isinstance(error, BrokerRefused) and error.code in _TOO_LARGE:
                    raise too_large("The schema is larger than a record of the topic may be") from error
                raise store_failed(str(error)) from error
            with self._changed:
                if not self._changed.wait_for(lambda: self._next_offset > last, WRITE_TIMEOUT_S):
                    raise RegistryError(50002, f"Write request timed out: {self._problem}")
            return answer

    def _follow(self) -> None:
        while not self._is_closing:
            try:
                entries, following, high_watermark = self._topic.read(self._next_offset)
            except (BrokerGone, BrokerRefused, OSError) as error:
                if not self._is_closing:
                    self._problem = str(error)
                    logger.warning("the topic cannot be read, trying again: %s", error)
                    time.sleep(RETRY_S)
                continue
            with self._changed:
                for entry in entries:
                    self.state.apply(entry.key, entry.value)
                self._next_offset = following
                self._caught_up = self._caught_up or following >= high_watermark
                self._changed.notify_all()
