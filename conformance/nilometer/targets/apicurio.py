"""Apicurio Registry: its interface for Confluent's clients, in memory, so a restart forgets everything.

Deleting is off by default and switched on here, or a third of the catalogue could not be asked.
Source: Apicurio Registry's configuration reference.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nilometer.extras.apicurio import MINIMUM_JAVA, VERSION, find_apicurio
from nilometer.extras.java import find_java
from nilometer.targets.registries import SpawnedRegistry
from nilometer.targets.spawned import Node
from nilometer.targets.target import Control


class ApicurioTarget(SpawnedRegistry):
    """One process."""

    control = Control.PROCESS
    software = "Apicurio"
    base = "/apis/ccompat/v7"
    start_timeout_s = 120.0
    ports_per_node = 2

    def __init__(self, name: str = "apicurio:") -> None:
        super().__init__(name)
        self.jar = find_apicurio()
        self.java = find_java(MINIMUM_JAVA)

    def command(self, node: Node) -> Sequence[str | Path]:
        """On loopback, with deletion."""
        return [
            *(self.java.path, "-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("-Dquarkus.management.host=127.0.0.1", f"-Dquarkus.management.port={node.ports[1]}"),
            *("-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={node.ports[0]}"),
            *("-Dapicurio.rest.artifact.deletion.enabled=true", "-Dapicurio.rest.deletion.artifact.enabled=true"),
            *("-Dapicurio.rest.deletion.artifact-version.enabled=true", "-Dapicurio.rest.deletion.group.enabled=true"),
            *("-jar", self.jar),
        ]

    def environment(self) -> dict[str, str] | None:
        """Ours, without what would tell a Java program something else."""
        return {name: value for name, value in os.environ.items() if name != "JAVA_TOOL_OPTIONS"}

    def describe(self) -> str:
        """Product and version."""
        return f"Apicurio Registry {VERSION} in memory, {self.base}"
