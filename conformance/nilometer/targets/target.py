"""What every target can do.

    start     ──►  running  ──stop, kill──►  stopped  ──restart──►  running        the data stays
    close     stops what runs and removes the data that we made; leaving the `with` block closes

A target that we do not run ourselves (`Control.NONE`) is running from the beginning and refuses to be
stopped.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from pathlib import Path
from types import TracebackType
from typing import Self

from nilometer.targets.errors import NotRunning, NotSupported


@dataclass(frozen=True)
class Endpoint:
    """Where a cluster listens: `host:port` of every node that may be asked first."""

    bootstrap: tuple[str, ...]

    @property
    def text(self) -> str:
        """Comma-separated, as `bootstrap.servers` wants it."""
        return ",".join(self.bootstrap)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each node, as sockets want them; brackets of IPv6 removed."""
        split = (address.rpartition(":") for address in self.bootstrap)
        return [(host.strip("[]"), int(port)) for host, _, port in split]


class Kind(StrEnum):
    """What a target is, and so which requirements are about it."""

    BROKER = "broker"
    """Speaks Kafka's protocol."""
    REGISTRY = "registry"
    """A schema registry: speaks HTTP."""


class Control(Flag):
    """What we can do to the nodes of a target."""

    NONE = 0
    STOP = auto()
    """A clean shutdown (SIGTERM)."""
    KILL = auto()
    """Death without warning (SIGKILL)."""
    PAUSE = auto()
    """Silence for a while (SIGSTOP, SIGCONT)."""
    RESTART = auto()
    """Start again at the same address, with the data that it had written."""
    PROCESS = STOP | KILL | PAUSE
    ALL = PROCESS | RESTART


class Target(ABC):
    """A broker or cluster to check; a context manager that starts and closes it.

    Nodes are counted from 0; `node=None` means all of them.
    """

    kind: Kind = Kind.BROKER
    control: Control = Control.NONE
    software: str = ""
    """The product, where we know it because we started it: its known bugs are looked up by this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The title of its column in reports: what the user wrote, or the NAME of `NAME=…`."""
        self._endpoint: Endpoint | None = None

    @property
    def endpoint(self) -> Endpoint:
        """Where it listens, once started."""
        if self._endpoint is None:
            raise NotRunning(f"{self.name} was not started")
        return self._endpoint

    @abstractmethod
    def start(self) -> Endpoint:
        """Starts it if needed, and returns when it answers requests."""

    @abstractmethod
    def describe(self) -> str:
        """One line for the report's header: product, version, how it runs."""

    def stop(self, node: int | None = None) -> None:
        """Shuts down cleanly; the data stays."""
        self._refuse("stop", node)

    def kill(self, node: int | None = None) -> None:
        """SIGKILL: whatever was not on disk is in the page cache, and nothing is said to anybody."""
        self._refuse("kill", node)

    def restart(self, node: int | None = None) -> Endpoint:
        """Stops what still runs, starts it again on the same data, and returns when it answers."""
        self._refuse("restart", node)
        raise AssertionError

    def pause(self, node: int | None = None) -> None:
        """SIGSTOP: connections stay open, nothing moves."""
        self._refuse("pause", node)

    def resume(self, node: int | None = None) -> None:
        """Ends a pause."""
        self._refuse("resume", node)

    def close(self) -> None:  # noqa: B027 - a broker of others needs no cleaning up
        """Stops every process and removes the data that we made. Closing twice is closing once."""

    def alive(self, node: int | None = None) -> bool:
        """Whether the process of the node, or of every node, is there; True where we cannot see it."""
        return node is None or node >= 0

    @property
    def data_directory(self) -> Path | None:
        """Where its nodes keep their data, if that is a place that we can see."""
        return None

    def resident_bytes(self) -> int | None:
        """Memory that its processes have in use; None where we cannot see it."""
        return None

    def log_tail(self, lines: int = 20) -> str:
        """The end of what the nodes printed; empty for targets whose output we do not have."""
        return "\n".join([""][:lines])

    def _refuse(self, verb: str, node: int | None) -> None:
        which = "" if node is None else f" of node {node}"
        raise NotSupported(f"cannot {verb}{which} {self.name}: {self.describe()} is not controlled by us")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"
