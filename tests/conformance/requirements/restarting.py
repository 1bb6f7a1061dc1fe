"""A target whose restart is only counted: the broker behind it goes on, and a hook can act on the count."""

from __future__ import annotations

from nilometer.targets.target import Control, Endpoint, Target
from tests.conformance.requirements.faulty import FaultyBroker


class Restarting(Target):
    """In front of a faulty broker."""

    control = Control.ALL

    def __init__(self, broker: FaultyBroker) -> None:
        super().__init__("restarting")
        self._endpoint = Endpoint((broker.bootstrap,))
        self.restarts = 0

    def start(self) -> Endpoint:
        return self.endpoint

    def kill(self, node: int | None = None) -> None:
        """Nothing dies."""

    def restart(self, node: int | None = None) -> Endpoint:
        assert node is None
        self.restarts += 1
        return self.endpoint

    def describe(self) -> str:
        return "a faulty broker"
