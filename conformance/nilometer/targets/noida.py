"""noida-db: one small Rust binary that keeps its state in a data directory (PyPI `noida-db`, MIT)."""

from collections.abc import Sequence
from pathlib import Path

from nilometer.extras.external_brokers import find_broker
from nilometer.targets.spawned import Node, SpawnedTarget


class NoidaTarget(SpawnedTarget):
    """noida-db with its Kafka service alone."""

    def __init__(self, name: str = "noida:", *, data_directory: Path | None = None) -> None:
        super().__init__(name, data_directory=data_directory)
        self.binary = find_broker("noida-db")

    def command(self, node: Node) -> Sequence[str | Path]:
        """`start` stays in the foreground, `up` would not."""
        data = self.data_directory / "data"
        return [
            *(self.binary, "start", "--data-dir", data, "--only", "kafka"),
            *("--host", "127.0.0.1", "--kafka-port", str(node.ports[0])),
        ]

    def describe(self) -> str:
        """Product and where its binary is."""
        return f"noida-db ({self.binary})"
