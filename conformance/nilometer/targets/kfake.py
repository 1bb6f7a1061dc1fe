"""kfake, franz-go's broker in memory: no replication, and a restart forgets everything."""

from collections.abc import Sequence
from pathlib import Path

from nilometer.extras.golang import find_kfake
from nilometer.targets.spawned import Node, SpawnedTarget
from nilometer.targets.target import Control


class KfakeTarget(SpawnedTarget):
    """One kfake broker at a port that it chooses."""

    control = Control.PROCESS
    announces_ports = True

    def __init__(self, name: str = "kfake:") -> None:
        super().__init__(name)
        self.binary = find_kfake()

    def command(self, _node: Node) -> Sequence[str | Path]:
        """The program that the extra `go` has built; it takes no arguments."""
        return [self.binary]

    def describe(self) -> str:
        """Product and where its binary is."""
        return f"kfake ({self.binary})"
