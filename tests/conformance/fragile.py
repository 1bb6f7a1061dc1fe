"""A target that dies and falls silent when a test says so."""

from __future__ import annotations

from nilometer.targets.errors import StartFailed
from nilometer.targets.target import Control, Endpoint, Target
from nilometer_reference.wire.messages import MetadataRequest
from nilometer_reference.wire.messages.metadata import MetadataResponseTopic
from tests.conformance.scripted import SILENCE, ScriptedBroker


class Fragile(Target):
    """A target of ours around a scripted broker; `die` ends it."""

    control = Control.ALL

    def __init__(self, revives: int = 100) -> None:
        super().__init__("fragile")
        self.broker: ScriptedBroker | None = None
        self.revives = revives
        self.silent = False
        self.topics: list[str] = []
        """What Metadata shows."""

    def start(self) -> Endpoint:
        if self.revives <= 0:
            raise StartFailed("it is dead")
        self.revives -= 1
        self.silent = False
        self.broker = ScriptedBroker(self._answer)
        self._endpoint = Endpoint((self.broker.text,))
        return self._endpoint

    def _answer(self, _header: object, request: object) -> object:
        if self.silent:
            return SILENCE
        if isinstance(request, MetadataRequest) and request.topics is None:
            assert self.broker is not None
            response = self.broker.usual(request)
            response.topics = [MetadataResponseTopic(name=name) for name in self.topics]
            return response
        return None

    def die(self) -> None:
        assert self.broker is not None
        self.broker.close()
        self.broker = None

    def kill(self, node: int | None = None) -> None:  # noqa: ARG002
        if self.broker is not None:
            self.die()

    def restart(self, node: int | None = None) -> Endpoint:  # noqa: ARG002
        return self.start()

    def alive(self, node: int | None = None) -> bool:  # noqa: ARG002
        return self.broker is not None

    def close(self) -> None:
        self.kill()

    def describe(self) -> str:
        return "fragile"

    def log_tail(self, lines: int = 20) -> str:  # noqa: ARG002
        return "panic: out of luck"
