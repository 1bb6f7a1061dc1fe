"""srfake, franz-go's schema registry in memory: a restart forgets everything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nilometer.extras.srfake import VERSION, find_srfake
from nilometer.targets.registries import SpawnedRegistry
from nilometer.targets.spawned import Node
from nilometer.targets.target import Control


class SrfakeTarget(SpawnedRegistry):
    """One process at a port that it chooses."""

    control = Control.PROCESS
    software = "srfake"
    announces_ports = True

    def __init__(self, name: str = "srfake:") -> None:
        super().__init__(name)
        self.binary = find_srfake()

    def command(self, _node: Node) -> Sequence[str | Path]:
        """The program that the extra `srfake` has built; it takes no arguments."""
        return [self.binary]

    def describe(self) -> str:
        """Product and version."""
        return f"srfake of franz-go, {VERSION}"
