"""Apache Kafka in KRaft mode, every node broker and controller at once, from the jars of the extra `kafka`.

    prepare   server.properties and log4j2.properties of each node, then `kafka.tools.StorageTool format`
    command   java -cp 'libs/*' kafka.Kafka server.properties
    quorum    dynamic (KIP-853): `--standalone` for one node, `--initial-controllers` for several

Internal topics have 4 partitions instead of 50, which cost seconds at the first group and transaction;
everything else that a check can see is Kafka's default, unless `properties` says otherwise.
"""

import base64
import re
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from nilometer.extras.java import find_java
from nilometer.extras.maven import find_jars
from nilometer.targets.errors import StartFailed
from nilometer.targets.spawned import Node, SpawnedTarget

INTERNAL_PARTITIONS = 4
FORMAT_TIMEOUT_S = 120
LOG4J = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.started.name = kafka.server.KafkaRaftServer
logger.started.level = info
"""


class KafkaTarget(SpawnedTarget):
    """One or more combined nodes on loopback; heap and flags measured for a small machine."""

    software = "Apache Kafka"
    start_timeout_s = 120.0
    """Up after 3 to 4 s on two idle cores; this is for busy ones."""
    stop_timeout_s = 60.0
    ports_per_node = 2

    def __init__(
        self,
        name: str = "kafka:",
        *,
        version: str | None = None,
        nodes: int = 1,
        properties: Mapping[str, str | int] | None = None,
        data_directory: Path | None = None,
    ) -> None:
        """`properties` are added to every node's server.properties and win over ours."""
        super().__init__(name, nodes=nodes, data_directory=data_directory)
        self.version, self.libraries = find_jars("kafka", version)
        self.java = find_java()
        self.extra_properties = dict(properties or {})
        # Chosen by us: every node must be formatted with the ids of all.
        self.cluster_id = _uuid()
        self.directory_ids = [_uuid() for _ in self.nodes]

    def prepare(self) -> None:
        """Configuration and formatted storage of every node, all nodes at once."""
        running = []
        for node in self.nodes:
            home = self.home(node)
            home.mkdir(exist_ok=True)
            (home / "log4j2.properties").write_text(LOG4J)
            (home / "server.properties").write_text(render_properties(self.properties(node)))
            if not (home / "data" / "meta.properties").exists():
                command = self._java("kafka.tools.StorageTool", node, heap_mb=128) + self._format_arguments(node)
                running.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        text=True,
                    )
                )
        try:
            for process in running:
                output, _ = process.communicate(timeout=FORMAT_TIMEOUT_S)
                if process.returncode != 0:
                    printed = "\n".join(output.splitlines()[-20:])
                    raise StartFailed(
                        f"could not format the storage of {self.describe()}: "
                        f"exit code {process.returncode}.\nIt printed last:\n{printed}"
                    )
        finally:
            for process in running:
                process.kill()
                process.wait()
                if process.stdout is not None:
                    process.stdout.close()

    def command(self, node: Node) -> Sequence[str | Path]:
        """The broker itself."""
        heap_mb = 700 if len(self.nodes) == 1 else 400
        return [*self._java("kafka.Kafka", node, heap_mb), self.home(node) / "server.properties"]

    def describe(self) -> str:
        """Product, size and Java."""
        size = "1 node" if len(self.nodes) == 1 else f"{len(self.nodes)} nodes"
        return f"Apache Kafka {self.version}, KRaft, {size}, Java {self.java.version}"

    def home(self, node: Node) -> Path:
        """Configuration and data of one node."""
        return self.data_directory / f"node-{node_id(node)}"

    def log_directory(self, node: int = 0) -> Path:
        """Where the node keeps its partitions (`log.dirs`), to be looked at after `stop` or `kill`."""
        return self.home(self.nodes[node]) / "data"

    def properties(self, node: Node) -> dict[str, str | int]:
        """server.properties of one node."""
        client, controller = (f"127.0.0.1:{port}" for port in node.ports)
        replicas = min(3, len(self.nodes))
        in_sync = min(2, replicas)
        ours: dict[str, str | int] = {
            "process.roles": "broker,controller",
            "node.id": node_id(node),
            "controller.quorum.bootstrap.servers": ",".join(f"127.0.0.1:{one.ports[1]}" for one in self.nodes),
            "listeners": f"PLAINTEXT://{client},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{client},CONTROLLER://{controller}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self.home(node) / "data"),
            "offsets.topic.replication.factor": replicas,
            "offsets.topic.num.partitions": INTERNAL_PARTITIONS,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": in_sync,
            "transaction.state.log.num.partitions": INTERNAL_PARTITIONS,
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": in_sync,
            "share.coordinator.state.topic.num.partitions": INTERNAL_PARTITIONS,
            # The first member of a group waits 3 s for others by default (KIP-134).
            "group.initial.rebalance.delay.ms": 0,
            # How late after its time-out a transaction is aborted; 10 s by default.
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 500,
            # 128 MB of the heap by default, of which a few topics need nothing.
            "log.cleaner.dedupe.buffer.size": 16 << 20,
            # How long the cleaner rests when it has found nothing to do; 15 s by default.
            "log.cleaner.backoff.ms": 500,
        }
        return {**ours, **self.extra_properties}

    def _format_arguments(self, node: Node) -> list[str | Path]:
        """`format` with the quorum of all nodes."""
        properties = self.home(node) / "server.properties"
        common: list[str | Path] = ["format", "--cluster-id", self.cluster_id, "-c", properties]
        if len(self.nodes) == 1:
            return [*common, "--standalone"]
        voters = ",".join(
            f"{node_id(one)}@127.0.0.1:{one.ports[1]}:{self.directory_ids[one.index]}" for one in self.nodes
        )
        return [*common, "--initial-controllers", voters]

    def _java(self, main_class: str, node: Node, heap_mb: int) -> list[str | Path]:
        return [
            *(self.java.path, "-Xms64m", f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            f"-Dlog4j2.configurationFile={self.home(node) / 'log4j2.properties'}",
            *("-cp", f"{self.libraries}/*", main_class),
        ]


def node_id(node: Node) -> int:
    """Kafka's id of a node: from 1, since clients read 0 and -1 as special more often than they should."""
    return node.index + 1


def render_properties(properties: Mapping[str, str | int]) -> str:
    """A .properties file; backslashes doubled, and no comments: a trailing one would be part of the value."""
    for key, value in properties.items():
        if re.search(r"[\r\n]", f"{key}{value}"):
            raise ValueError(f"a line break in the property {key!r}")
    return "".join(f"{key}={str(value).replace(chr(92), chr(92) * 2)}\n" for key, value in properties.items())


def _uuid() -> str:
    """16 random bytes as 22 characters of base64url, as Kafka's `Uuid` prints them; never a dash first."""
    while True:
        text = base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
        if not text.startswith("-"):
            return text
