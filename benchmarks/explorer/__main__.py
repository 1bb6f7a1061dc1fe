"""`python -m benchmarks.explorer`: see the package."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from benchmarks.explorer.contenders import MAINS, Bounds, measure
from benchmarks.explorer.report import report


def bounds_of(text: str) -> Bounds:
    """`3, 1, 1, 2`."""
    replicas, log_size, records, max_epoch = map(int, text.split(","))
    return replicas, log_size, records, max_epoch


def main() -> None:
    """Rounds by turns: what disturbs the machine for a while disturbs both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explorer", description="The explorer beside TLC.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bounds", type=bounds_of, default=(3, 1, 1, 2), metavar="R,L,N,E", help="default: 3,1,1,2")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load average {load:.1f}")
    rounds = {name: [] for name in MAINS}
    for _ in range(arguments.rounds):
        for name, measured in rounds.items():
            measured.append(measure(name, arguments.bounds))
            print(f"  {name}: {measured[-1].wall_s:.1f} s, {measured[-1].cpu_s:.1f} cpu s", file=sys.stderr, flush=True)
    print(report(arguments.bounds, rounds))


if __name__ == "__main__":
    main()
