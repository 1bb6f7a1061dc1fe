"""What is measured against, and topics on it.

    reference, librdkafka-mock:, noida:, tansu:   as `nilometer.targets` starts them
    structural                                    the reference with record.validation=structural
    kafka:[VERSION]                               Apache Kafka with the JVM options of its own start script

The suite's own Kafka has a small heap, the serial collector and no second compiler, which start fast and run slow:
wrong for a measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from nilometer.targets import Target, parse_target
from nilometer.targets.kafka import KafkaTarget
from nilometer.targets.reference import ReferenceTarget
from nilometer.targets.spawned import Node, SpawnedTarget

KAFKA_JVM_OPTIONS: Final = (
    "-server", "-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent", "-Djava.awt.headless=true",
)  # fmt: skip
"""`bin/kafka-server-start.sh` (heap) and `bin/kafka-run-class.sh` (the rest)."""
_TIMEOUT_S: Final = 20
_KEEP_DELETED_MS: Final = 100
"""Kafka keeps the files of a deleted topic for a minute, which fills a disk at gigabytes a second."""


class MeasuredKafka(KafkaTarget):
    """As its own scripts start it."""

    def command(self, node: Node) -> Sequence[str | Path]:
        return [
            *(self.java.path, *KAFKA_JVM_OPTIONS),
            f"-Dlog4j2.configurationFile={self.home(node) / 'log4j2.properties'}",
            *("-cp", f"{self.libraries}/*", "kafka.Kafka", self.home(node) / "server.properties"),
        ]


def make_target(spec: str) -> Target:
    """The target, not yet started. Raises TargetError."""
    if spec == "structural":
        return ReferenceTarget(spec, arguments=("--set", "record.validation=structural"))
    target = parse_target(spec)
    if isinstance(target, KafkaTarget):
        return MeasuredKafka(spec, version=target.version)
    return target


def process_groups(target: Target) -> list[int]:
    """Leaders of its process groups; none for a broker that we did not start."""
    if not isinstance(target, SpawnedTarget):
        return []
    return [node.process.pid for node in target.nodes if node.process is not None]


class Topics:
    """Topics with one partition, made and deleted; left to auto-creation on a broker without CreateTopics."""

    def __init__(self, target: Target) -> None:
        self._admin = AdminClient({"bootstrap.servers": target.endpoint.text})
        self._has_admin = True
        self._made = 0
        self._stem = "".join(c if c.isalnum() else "-" for c in target.name)

    def create(self) -> str:
        """A new topic; its name."""
        self._made += 1
        name = f"bench-{self._stem}-{self._made}"
        if self._has_admin:
            try:
                self._create(name, {"file.delete.delay.ms": str(_KEEP_DELETED_MS)})
            except KafkaException as error:
                if error.args[0].name() != "_UNSUPPORTED_FEATURE":
                    raise
                self._has_admin = False
        return name

    def _create(self, name: str, config: dict[str, str]) -> None:
        topic = NewTopic(name, num_partitions=1, replication_factor=1, config=config)
        self._admin.create_topics([topic], request_timeout=_TIMEOUT_S)[name].result()

    def delete(self, name: str) -> None:
        """Nothing to do on a broker without DeleteTopics: such a one keeps little."""
        if self._has_admin:
            self._admin.delete_topics([name], request_timeout=_TIMEOUT_S)[name].result()
