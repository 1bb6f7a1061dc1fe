"""A target around `small_broker.py`, and a look at processes that should be gone."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nilometer.targets.spawned import Node, SpawnedTarget

SMALL_BROKER = Path(__file__).with_name("small_broker.py")


class SmallTarget(SpawnedTarget):
    start_timeout_s = 20.0

    def __init__(self, mode: str = "serve", data_directory: Path | None = None, nodes: int = 1) -> None:
        super().__init__(f"small:{mode}", data_directory=data_directory, nodes=nodes)
        self.mode = mode
        self.announces_ports = mode == "announce"

    @property
    def brokers_in_metadata(self) -> int:
        return 1

    def command(self, node: Node) -> list[str | Path]:
        port = node.ports[0] if node.ports else 0
        return [sys.executable, SMALL_BROKER, str(port), self.data(node), self.mode]

    def data(self, node: Node) -> Path:
        return self.data_directory / f"data-{node.index}"

    def describe(self) -> str:
        return "a small broker"

    @property
    def starts(self) -> list[int]:
        """Process ids of all starts of the first node."""
        return [int(line) for line in (self.data(self.nodes[0]) / "starts").read_text().split()]


@pytest.fixture
def small_target() -> Iterator[Callable[..., SmallTarget]]:
    made: list[SmallTarget] = []

    def make(*arguments: object, **named: object) -> SmallTarget:
        made.append(SmallTarget(*arguments, **named))  # type: ignore[arg-type]  # handed through
        return made[-1]

    yield make
    for target in made:
        target.close()


def is_gone(pid: int) -> bool:
    """Whether the process ended; one that ended and was not yet waited for by its parent counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return True
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False
    return state == "Z"


@pytest.fixture
def wait_until_gone() -> Callable[[int], None]:
    def wait(pid: int) -> None:
        deadline = time.monotonic() + 10
        while not is_gone(pid):
            assert time.monotonic() < deadline, f"process {pid} is still there"
            time.sleep(0.01)

    return wait


@pytest.fixture
def gone() -> Callable[[int], bool]:
    return is_gone
