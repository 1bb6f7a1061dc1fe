"""One search each, in a process that is measured."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols import replication
from nilometer_models.tlc.check import check

Bounds = tuple[int, int, int, int]
"""Replicas, log slots, records, highest epoch."""
WORKERS: Final = 2
SCRIPT: Final = (
    "import sys; from benchmarks.explorer.contenders import MAINS; MAINS[sys.argv[1]](*map(int, sys.argv[2:]))"
)


class Measurement(NamedTuple):
    """A search from the start of its process to the end."""

    states: int
    depth: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Distinct states a second."""
        return self.states / self.wall_s

    @property
    def cpu_rate(self) -> float:
        """Distinct states a second of processor time: what is left when others use the machine, too."""
        return self.states / self.cpu_s


def instance(*bounds: int) -> Instance[replication.Config, object, object]:
    return Instance(replication.MACHINE, replication.Config(*bounds))


def _explorer(*bounds: int) -> None:
    run = explore(instance(*bounds))
    assert run.holds
    print(run.states, run.depth)


def _tlc(*bounds: int) -> None:
    machine = replication.MACHINE
    assert machine.module is not None
    claims = {*machine.invariants, *machine.step_properties}  # what must come is not looked at by the search
    run = check(instance(*bounds), machine.module, workers=WORKERS, only=claims)
    assert run.holds
    print(run.distinct, run.depth)


MAINS: Final[dict[str, Callable[..., None]]] = {f"TLC, {WORKERS} workers": _tlc, "explorer": _explorer}
"""What is compared, in the order in which a round takes them."""


def measure(name: str, bounds: Bounds) -> Measurement:
    """One search by this contender. Raises subprocess.CalledProcessError if it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", SCRIPT, name, *map(str, bounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    states, depth = map(int, done.stdout.split())
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Measurement(states, depth, wall, cpu)
