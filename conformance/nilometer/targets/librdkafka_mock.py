"""librdkafka's mock cluster: virtual brokers inside one process, not ours: its crash cannot hurt us.

Every broker of the cluster has an ephemeral port of its own; there is no data on disk and no way to give
ports again, so it can be killed, but not restarted. Topics come into being on first use, with 4 partitions.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from nilometer.targets.errors import TargetError
from nilometer.targets.spawned import Node, SpawnedTarget, module_command
from nilometer.targets.target import Control


class LibrdkafkaMockTarget(SpawnedTarget):
    """One process with `brokers` virtual brokers; a node of this target is that process."""

    control = Control.PROCESS
    announces_ports = True

    def __init__(self, name: str = "librdkafka-mock:", *, brokers: int = 1) -> None:
        super().__init__(name)
        if brokers < 1:
            raise ValueError(f"{brokers=}: a cluster has at least one broker")
        if importlib.util.find_spec("confluent_kafka") is None:
            raise TargetError(
                "librdkafka's mock cluster comes with confluent-kafka, which this environment does not have: "
                "`pip install confluent-kafka`"
            )
        self.brokers = brokers

    def command(self, _node: Node) -> Sequence[str | Path]:
        """The program beside this file."""
        return module_command("nilometer.targets.librdkafka_mock_main", str(self.brokers))

    @property
    def brokers_in_metadata(self) -> int:
        """The virtual ones."""
        return self.brokers

    def describe(self) -> str:
        """Product and size."""
        return f"librdkafka's mock cluster, {self.brokers} broker{'s' if self.brokers > 1 else ''}"
