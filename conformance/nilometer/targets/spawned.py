"""A cluster of our processes on loopback: what Kafka, noida, tansu, the mock and the reference share.

    start      ports drawn, `prepare` once, one process a node, then wait until every node answers (ready.py)
    a node ends, or is silent until the deadline      all are killed; StartFailed carries the end of the log
    "address in use"                                  once more with other ports, up to PORT_ATTEMPTS times
    stop, kill, pause, restart                        one node or all; addresses and data directory stay

A subclass says with which command a node starts. One that cannot be told its port announces it instead,
with a line `listening on HOST:PORT[,HOST:PORT]`.
"""

import atexit
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import weakref
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nilometer.targets.errors import NotRunning, StartFailed
from nilometer.targets.ports import free_ports
from nilometer.targets.process import ChildProcess
from nilometer.targets.ready import NotReady, check_ready
from nilometer.targets.target import Control, Endpoint, Target

PORT_ATTEMPTS = 3
ADDRESS_IN_USE = re.compile(r"address (is )?already in use|failed to bind|AddrInUse", re.IGNORECASE)
ANNOUNCED = re.compile(r"^listening on (?:http://)?((?:[^\s:,]+:\d+,?)+)\s*$", re.MULTILINE)
POLL_FIRST_S, POLL_LONGEST_S = 0.005, 0.03
ANSWER_TIMEOUT_S = 2.0


@dataclass
class Node:
    """One process of the cluster."""

    index: int
    """From 0."""
    ports: list[int] = field(default_factory=list)
    """The first one is for clients."""
    process: ChildProcess | None = None

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.ports[0]}"

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.alive()


_open: "weakref.WeakSet[SpawnedTarget]" = weakref.WeakSet()


class SpawnedTarget(Target):
    """A target whose processes we start and stop."""

    control = Control.ALL
    start_timeout_s = 30.0
    stop_timeout_s = 15.0
    ports_per_node = 1
    announces_ports = False
    """Whether the ports are in a line of its output instead of in its command."""

    def __init__(self, name: str, *, nodes: int = 1, data_directory: Path | None = None) -> None:
        """`data_directory` is kept after `close`; without it a temporary one is made and removed."""
        super().__init__(name)
        if nodes < 1:
            raise ValueError(f"{nodes=}: a cluster has at least one node")
        self.nodes = [Node(index) for index in range(nodes)]
        self._given_directory = data_directory
        self._directory: Path | None = None
        self._prepared = False
        self._owner = os.getpid()
        _open.add(self)
        self.start_seconds = 0.0
        """What the last start took, from the first process to the last answer."""

    @abstractmethod
    def command(self, node: Node) -> Sequence[str | Path]:
        """Program and arguments of one node."""

    def prepare(self) -> None:
        """Done once, before the first start, when ports and data directory are known."""

    def environment(self) -> dict[str, str] | None:
        """The nodes' environment variables; None: ours."""
        return None

    @property
    def brokers_in_metadata(self) -> int:
        """How many brokers the cluster has when it is complete."""
        return len(self.nodes)

    @property
    def data_directory(self) -> Path:
        """One directory for all nodes; made on first use."""
        if self._directory is None:
            if self._given_directory is not None:
                self._given_directory.mkdir(parents=True, exist_ok=True)
                self._directory = self._given_directory
            else:
                self._directory = Path(tempfile.mkdtemp(prefix="nilometer-"))
        return self._directory

    def log_file(self, node: Node) -> Path:
        """What the node prints, over all its lives."""
        return self.data_directory / f"node-{node.index}.log"

    def start(self) -> Endpoint:
        """Starts the nodes that do not run; returns when the whole cluster answers."""
        if self._endpoint is not None and all(node.alive for node in self.nodes):
            return self._endpoint
        for attempt in range(1, PORT_ATTEMPTS + 1):
            fresh = self._endpoint is None
            try:
                return self._start_once()
            except StartFailed as failure:
                if not (fresh and attempt < PORT_ATTEMPTS and ADDRESS_IN_USE.search(str(failure))):
                    raise
        raise AssertionError

    def _start_once(self) -> Endpoint:
        if self._endpoint is None:
            self._draw_ports()
        if not self._prepared:
            self.prepare()
            self._prepared = True
        started = time.monotonic()
        try:
            for node in self.nodes:
                if not node.alive:
                    node.process = ChildProcess(
                        self.command(node),
                        self.log_file(node),
                        env=self.environment(),
                        cwd=self.data_directory,
                    )
            endpoint = self._wait(started + self.start_timeout_s)
        except BaseException:
            self._kill_all()
            raise
        self.start_seconds = time.monotonic() - started
        self._endpoint = endpoint
        return endpoint

    def _draw_ports(self) -> None:
        if not self.announces_ports:
            ports = iter(free_ports(len(self.nodes) * self.ports_per_node))
            for node in self.nodes:
                node.ports = [next(ports) for _ in range(self.ports_per_node)]
            self._prepared = False

    def _wait(self, deadline: float) -> Endpoint:
        """Until every node answers; `StartFailed` when one ends or the deadline passes."""
        waiting = list(self.nodes)
        reason = "no node has announced its address"
        pause_s = POLL_FIRST_S
        while True:
            for node in self.nodes:
                assert node.process is not None
                if (code := node.process.poll()) is not None:
                    raise self._failure(node, f"its process ended with {_exit(code)}")
            try:
                for node in list(waiting):
                    for host, port in Endpoint(self._addresses(node)).addresses:
                        self.check_ready(host, port)
                    waiting.remove(node)
                return Endpoint(tuple(address for node in self.nodes for address in self._addresses(node)))
            except NotReady as not_ready:
                reason = str(not_ready)
            if time.monotonic() + pause_s > deadline:
                raise self._failure(waiting[0], f"it was not ready after {self.start_timeout_s:g} s: {reason}")
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, POLL_LONGEST_S)

    def check_ready(self, host: str, port: int) -> None:
        """Returns if the node answers as it should; raises `NotReady`."""
        check_ready(host, port, self.brokers_in_metadata, ANSWER_TIMEOUT_S)

    def _addresses(self, node: Node) -> tuple[str, ...]:
        if not self.announces_ports:
            return (node.address,)
        assert node.process is not None
        announced = ANNOUNCED.search(node.process.own_log())
        if announced is None:
            raise NotReady("it has not printed `listening on HOST:PORT`")
        return tuple(announced[1].strip(",").split(","))

    def _failure(self, node: Node, what: str) -> StartFailed:
        assert node.process is not None
        which = f" (node {node.index})" if len(self.nodes) > 1 else ""
        printed = "\n".join(node.process.own_log().splitlines()[-20:])
        return StartFailed(
            f"could not start {self.describe()}{which}: {what}.\n"
            f"Command: {' '.join(node.process.command)}\n"
            + (f"It printed last:\n{printed}" if printed.strip() else "It printed nothing.")
        )

    def stop(self, node: int | None = None) -> None:
        """Shuts down cleanly; the data stays."""
        self._signal_all(node, signal.SIGTERM)  # all at once: nodes that wait for each other can stop together
        for one in self._chosen(node):
            if one.process is not None:
                one.process.wait_or_kill(self.stop_timeout_s)

    def kill(self, node: int | None = None) -> None:
        """SIGKILL to the process groups."""
        self._signal_all(node, signal.SIGKILL)
        for one in self._chosen(node):
            if one.process is not None:
                one.process.kill()

    def pause(self, node: int | None = None) -> None:
        """SIGSTOP to the process groups."""
        self._require_running(node)
        self._signal_all(node, signal.SIGSTOP)

    def resume(self, node: int | None = None) -> None:
        """SIGCONT to the process groups."""
        self._require_running(node)
        self._signal_all(node, signal.SIGCONT)

    def restart(self, node: int | None = None) -> Endpoint:
        """Stops cleanly what runs (kill first for the other way), starts again, and waits for all nodes."""
        if self._endpoint is None:
            raise NotRunning(f"{self.name} was never started")
        self.stop(node)
        return self.start()

    def close(self) -> None:
        """Kills what runs, and its data goes; a data directory of the caller stays, after a clean stop."""
        try:
            if self._given_directory is not None:
                self.stop()
        finally:
            self._kill_all()
            self._endpoint = None
            self._prepared = self._prepared and self._given_directory is not None
            if self._directory is not None and self._given_directory is None:
                shutil.rmtree(self._directory, ignore_errors=True)
                self._directory = None

    def alive(self, node: int | None = None) -> bool:
        """Whether the process of the node, or of every node, runs."""
        return all(one.alive for one in self._chosen(node))

    def resident_bytes(self) -> int | None:
        """Of the nodes' processes (Linux)."""
        sizes = [one.process.resident_bytes() for one in self.nodes if one.process is not None]
        known = [size for size in sizes if size is not None]
        return sum(known) if known else None

    def log_tail(self, lines: int = 20) -> str:
        """The end of each node's log, with the node's number where there are several."""
        parts = []
        for node in self.nodes:
            if self._directory is None or not self.log_file(node).exists():
                continue
            text = "\n".join(self.log_file(node).read_text(errors="replace").splitlines()[-lines:])
            parts.append(text if len(self.nodes) == 1 else f"node {node.index}:\n{text}")
        return "\n".join(parts)

    def _chosen(self, node: int | None) -> list[Node]:
        return self.nodes if node is None else [self.nodes[node]]

    def _require_running(self, node: int | None) -> None:
        for one in self._chosen(node):
            if not one.alive:
                raise NotRunning(f"node {one.index} of {self.name} does not run")

    def _signal_all(self, node: int | None, number: signal.Signals) -> None:
        for one in self._chosen(node):
            if one.process is not None and one.process.alive():
                one.process.signal(number)

    def _kill_all(self) -> None:
        for node in self.nodes:
            if node.process is not None:
                with contextlib.suppress(OSError):
                    node.process.kill()
                node.process = None


def _exit(code: int) -> str:
    """An exit code in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def module_command(module: str, *arguments: str) -> list[str]:
    """A module of ours as a program, in the Python that runs us; its output is not held back."""
    return [sys.executable, "-u", "-m", module, *arguments]


@atexit.register
def close_what_is_left() -> None:
    """No process and no temporary directory survives a normal exit, whoever forgot the target."""
    for target in list(_open):
        if target._owner == os.getpid():  # a forked copy of us must not stop what its parent uses
            target.close()
