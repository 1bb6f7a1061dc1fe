"""Processor time, from /proc: of a broker's processes, of ours, and of everybody else.

    utime, stime of every process in the group   `/proc/PID/stat`; 10 ms grains, exact sums
    user, nice, system, irq … of the machine     `/proc/stat`

What neither we nor the broker used, others did: a number to judge a measurement by.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def group_cpu_s(leaders: Iterable[int], proc: Path = Path("/proc")) -> float:
    """Processor seconds used so far by the processes, alive, of these process groups."""
    wanted = set(leaders)
    ticks = 0
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                # The name in brackets may hold spaces and brackets.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            if int(fields[2]) in wanted:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def machine_cpu_s(proc: Path = Path("/proc")) -> float:
    """Processor seconds that the whole machine was not idle; stolen time counts."""
    fields = [int(field) for field in (proc / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used between two readings, in seconds."""

    wall_s: float
    broker_cpu_s: float
    client_cpu_s: float
    others_cpu_s: float


class Meter:
    """Reads all clocks at its making; `usage` says what has passed since."""

    def __init__(self, leaders: Iterable[int]) -> None:
        self._leaders = list(leaders)
        self._start = self._read()

    def _read(self) -> tuple[float, float, float, float]:
        return time.perf_counter(), group_cpu_s(self._leaders), time.process_time(), machine_cpu_s()

    def usage(self) -> Usage:
        wall, broker, client, machine = (now - then for now, then in zip(self._read(), self._start, strict=True))
        return Usage(wall, broker, client, max(machine - broker - client, 0.0))
