"""A worker of Kafka Connect in distributed mode, with Confluent's converters as a plugin, and its REST interface."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nilometer.extras.errors import ExtraError
from nilometer.extras.java import find_java
from nilometer.extras.maven import class_path, find_jars
from nilometer.targets.kafka import LOG4J
from nilometer.targets.ports import free_ports
from nilometer.targets.process import ChildProcess
from tests.waiting import eventually

OPTIONS = ("-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FILE = "org.apache.kafka.connect.file.FileStream"
SESSION_TIMEOUT_MS = 6_000
"""After a kill the group waits for it, no longer."""


class Worker:
    """Its three topics are named after its group; workers of one group share the connectors."""

    def __init__(self, home: Path, bootstrap: str, registry: str, group: str = "connect") -> None:
        try:
            plugin, self._jars, self._java = find_jars("confluent-java")[1], class_path("kafka-connect"), find_java()
        except ExtraError as missing:
            pytest.skip(str(missing))
        home.mkdir(exist_ok=True)
        self._home, self.url = home, f"http://127.0.0.1:{free_ports(1)[0]}"
        (home / "plugins").mkdir()
        (home / "plugins" / "confluent").symlink_to(plugin)
        topics = {f"{what}.storage.topic": f"{group}-{what}" for what in ("config", "offset", "status")}
        replicas = {f"{what}.storage.replication.factor": 1 for what in ("config", "offset", "status")}
        settings = {
            "bootstrap.servers": bootstrap, "group.id": group, "listeners": self.url,
            "plugin.path": home / "plugins", **topics, **replicas, "offset.storage.partitions": 5,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "io.confluent.connect.avro.AvroConverter",
            "value.converter.schema.registry.url": registry,
            "exactly.once.source.support": "enabled", "offset.flush.interval.ms": 500,
            "session.timeout.ms": SESSION_TIMEOUT_MS, "heartbeat.interval.ms": 1_000,
            "rebalance.timeout.ms": 10_000, "scheduled.rebalance.max.delay.ms": 0,
        }  # fmt: skip
        (home / "log4j2.properties").write_text(LOG4J)
        (home / "worker.properties").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        self.start()

    def start(self) -> None:
        """Returns when the worker is in its group: before that it answers 500 or nothing."""
        program = "org.apache.kafka.connect.cli.ConnectDistributed"
        logging = f"-Dlog4j2.configurationFile={self._home / 'log4j2.properties'}"
        command: list[str | Path] = [self._java.path, *OPTIONS, logging, "-cp", self._jars, program]
        self._process = ChildProcess([*command, self._home / "worker.properties"], self._home / "log")
        wait(self._up, f"the worker is up; {self._home / 'log'}")

    def stop(self) -> None:
        """In order: offsets are flushed, the group is left."""
        self._process.stop(60)

    def kill(self) -> None:
        self._process.kill()

    def _up(self) -> bool:
        assert self._process.alive(), self._process.own_log()[-3000:]
        try:
            return self.ask("GET", "/connectors") is not None
        except OSError:
            return False

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """JSON of the answer; HTTPError, which is an OSError, for an error."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def connect(self, name: str, kind: str, file: Path, topic: str, **more: str) -> None:
        """Make or change a FileStream connector (`kind` is Source or Sink); returns when its task runs."""
        self.configure(name, kind, file, topic, **more)
        self.wait_until_running(name)

    def configure(self, name: str, kind: str, file: Path, topic: str, **more: str) -> None:
        """The same without waiting for the task."""
        config = {"connector.class": f"{FILE}{kind}Connector", "tasks.max": "1", "file": str(file),
                  ("topic" if kind == "Source" else "topics"): topic, **more}  # fmt: skip
        wait(lambda: self._put(name, config), f"{name} is taken")

    def _put(self, name: str, config: Mapping[str, str]) -> bool:
        """False while the group rebalances (409)."""
        try:
            self.ask("PUT", f"/connectors/{name}/config", config)
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            return False
        return True

    def wait_until_running(self, name: str) -> None:
        """AssertionError with Java's trace if the task fails."""

        def runs() -> bool:
            found = self.tasks(name)
            failed = [task["trace"] for task in found if task["state"] == "FAILED"]
            assert not failed, failed[0]
            return [task["state"] for task in found] == ["RUNNING"]

        wait(runs, f"the task of {name} runs")

    def tasks(self, name: str) -> list[dict[str, Any]]:
        """State, worker_id and, of a failed one, the trace; none where the connector is not known yet."""
        try:
            found: list[dict[str, Any]] = self.ask("GET", f"/connectors/{name}/status")["tasks"]
        except urllib.error.HTTPError:
            return []
        return found


def wait(condition: Callable[[], object], what: str) -> None:
    """A JVM that starts on a busy machine takes its time."""
    eventually(condition, what, patience_s=120)
