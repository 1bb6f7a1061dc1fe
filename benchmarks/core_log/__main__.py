"""Side by side: `python -m benchmarks.core_log [append] [lookup] [recovery] [--rounds N] [--show-rounds]`.

Each round runs every contender once, one after the other; what is told is the median over the rounds, and its ratio to
bare `pwrite` in the same run. CPU is what the operating system has charged to this process.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import sysconfig
from collections.abc import Callable, Mapping
from os import cpu_count
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks.core_log.loads import (
    BATCH_SIZES,
    FULL,
    GROUP,
    NOW,
    STRUCTURAL,
    append_to_log,
    batch,
    count_for,
    log_of,
    scratch,
    write_bare,
)
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.log.log import Log

PROTOTYPES = {1: 1.66, 100: 9.0, 1000: 33.6}
"""µs a batch that the prototype in plain Python took (the design's table), with no validation of records."""


class Round(NamedTuple):
    """One measurement."""

    wall_s: float
    cpu_s: float


def measure(work: Callable[[], None]) -> Round:
    cpu, wall = process_time(), perf_counter()
    work()
    return Round(perf_counter() - wall, process_time() - cpu)


def loop_ns() -> float:
    """What one turn of an empty addition costs here and now: other processes show in it."""
    total = 0
    start = perf_counter()
    for number in range(200_000):
        total += number
    return (perf_counter() - start) / 200_000 * 1e9


Contender = Callable[[Path, bytes, int], Callable[[], None]]

CONTENDERS: Mapping[str, Contender] = {
    "pwrite": write_bare,
    "log, headers": lambda path, data, count: append_to_log(path, data, count, STRUCTURAL, 1),
    "log, headers, 16 a write": lambda path, data, count: append_to_log(path, data, count, STRUCTURAL, GROUP),
    "log, records": lambda path, data, count: append_to_log(path, data, count, FULL, 1),
    "log, records, 16 a write": lambda path, data, count: append_to_log(path, data, count, FULL, GROUP),
}


def compare_appends(rounds: int, directory: str | None, show: bool) -> None:
    """Append by batch size, beside `pwrite`."""
    print(f"\nappend: µs a batch of 100-byte records, median of {rounds} interleaved rounds (ratio to pwrite)")
    for records in BATCH_SIZES:
        for varied in (False, True) if records > 1 else (False,):
            data = batch(records, varied=varied)
            count = count_for(data)
            times: dict[str, list[Round]] = {name: [] for name in CONTENDERS}
            turns = []
            for _ in range(rounds):
                turns.append(loop_ns())
                for name, prepare in CONTENDERS.items():
                    with scratch(directory) as path:
                        times[name].append(measure(prepare(path, data, count)))
            kind = "sizes vary" if varied else "equal sizes"
            goal = f", prototype {PROTOTYPES[records]} µs" if records in PROTOTYPES and not varied else ""
            print(f"\n {records} x 100 B, {kind}: {count} batches of {len(data)} B{goal}; loop {median(turns):.0f} ns")
            bare = median(one.wall_s for one in times["pwrite"])
            for name, found in times.items():
                wall, cpu = median(one.wall_s for one in found), median(one.cpu_s for one in found)
                print(
                    f"  {name:26} {wall / count * 1e6:9.2f}   cpu {cpu / count * 1e6:9.2f}   "
                    f"{wall / bare:6.2f} x pwrite   {records * count / wall / 1e6:7.2f} M msg/s"
                )
                if show:
                    print("      rounds " + " ".join(f"{one.wall_s / count * 1e6:.2f}" for one in found))


def compare_lookups(rounds: int, directory: str | None, show: bool) -> None:
    """Random look-ups by the length of the log."""
    print(f"\nlook-up: µs for one batch at a random offset, median of {rounds} rounds")
    with scratch(directory) as path:
        logs = {records: log_of(path / str(records), records) for records in (10**4, 10**5, 10**6, 10**7)}
        found: dict[int, list[float]] = {records: [] for records in logs}
        for _ in range(rounds):
            for records, log in logs.items():
                offsets = random.Random(records).choices(range(records), k=3000)
                read = log.read

                def work(read: Callable[[int, int], object] = read, offsets: list[int] = offsets) -> None:
                    for offset in offsets:
                        read(offset, 1)

                found[records].append(measure(work).wall_s / len(offsets) * 1e6)
        base = median(found[10**4])
        for records, times in found.items():
            print(f"  {records:>10} records   {median(times):7.2f}   {median(times) / base:5.2f} x that of 10^4")
            if show:
                print("      rounds " + " ".join(f"{one:.2f}" for one in times))


def compare_recoveries(rounds: int, directory: str | None, show: bool) -> None:
    """Opening a log of 64 MiB with and without the mark of a clean shutdown."""
    print(f"\nrecovery: opening 64 MiB, median of {rounds} rounds")
    for records in BATCH_SIZES:
        data = batch(records)
        count = min(64 * 1024 * 1024 // len(data), 200_000)
        with scratch(directory) as path:
            append_to_log(path, data, count, STRUCTURAL, GROUP)()
            scans, clean = [], []
            for _ in range(rounds):
                opened: list[Log] = []
                scans.append(measure(lambda: opened.append(Log.open(FileStore(path), STRUCTURAL, NOW))).wall_s)  # noqa: B023 - called at once
                assert opened[0].log_end_offset == count * records
                opened[0].close()
                clean.append(measure(lambda: opened.append(Log.open(FileStore(path), STRUCTURAL, NOW))).wall_s)  # noqa: B023 - called at once
                assert opened[1].log_end_offset == count * records
        size = count * len(data)
        scan = median(scans)
        print(
            f"  {records:>5} a batch   scan {scan / count * 1e6:7.2f} µs a batch, {size / scan / 1e9:5.2f} GB/s   "
            f"after a clean shutdown {median(clean) * 1e3:6.2f} ms"
        )
        if show:
            print("      rounds " + " ".join(f"{one * 1e3:.1f} ms" for one in scans))


PARTS = {"append": compare_appends, "lookup": compare_lookups, "recovery": compare_recoveries}


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core_log", description="The core log, side by side.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure (default: all)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--show-rounds", action="store_true", help="print every round, not only the medians")
    parser.add_argument("--directory", help="where files are made (default: the system's temporary directory)")
    arguments = parser.parse_args()
    build = sysconfig.get_config_var("CONFIG_ARGS") or "unknown"
    print(f"Python {sys.version.split()[0]} ({build}), {platform.machine()}, {cpu_count()} cores")
    for part in arguments.parts or PARTS:
        PARTS[part](arguments.rounds, arguments.directory, arguments.show_rounds)


if __name__ == "__main__":
    main()
