"""`python -m benchmarks.clients`: all targets are up, and take turns.

Before the first cell each target is warmed up on its own, and the first round of each cell does not count: a JVM
compiles what it has run often enough, and on a busy machine that takes its time. Before each round memory is touched:
a page that a virtual machine has not got yet from its host costs more to write than all that a broker does with it.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import platform
import sys
from pathlib import Path
from typing import TextIO

import click

from benchmarks.clients import librdkafka, loads
from benchmarks.clients.brokers import Topics, make_target, process_groups
from benchmarks.clients.cells import CELLS, Cell, Load
from benchmarks.clients.librdkafka import ClientError
from benchmarks.clients.loads import Limits, Measurement
from benchmarks.clients.report import as_json, cell_report
from nilometer.targets import Target

WARM_UP = ("100 B, tuned", "100 a batch", "1 a request")
"""Cells that are run once, unmeasured."""


TOUCHED_PER_WRITTEN = 3
"""Memory that is made ready before a round, per byte that the round may write: client, socket, and file."""


def touch_memory(size: int) -> None:
    """Have so many bytes of the machine's free memory for certain: in a virtual machine the first use of a page waits
    for the host, which may also have taken back what was idle."""
    page = mmap.PAGESIZE
    with mmap.mmap(-1, size) as memory:
        memory[::page] = bytes(-(-size // page))


class Contestant:
    """One running target and its topics."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.name = target.name
        self.topics = Topics(target)
        self.groups = process_groups(target)
        self._filled: tuple[str, int | None] | None = None

    def measure(self, cell: Cell, limits: Limits) -> Measurement | None:
        """One round; None if this target cannot take part."""
        bootstrap = self.target.endpoint.text
        if cell.load is Load.CONSUME:
            if self._filled is None:
                topic = self.topics.create()
                self._filled = topic, loads.fill(bootstrap, topic, cell, limits.bytes_max)
            topic, messages = self._filled
            return None if messages is None else loads.consume(bootstrap, topic, cell, limits, self.groups, messages)
        load = loads.produce if cell.load is Load.PRODUCE else loads.latency
        topic = self.topics.create()
        try:
            return load(bootstrap, topic, cell, limits, self.groups)
        finally:
            self.topics.delete(topic)

    def warm_up(self, seconds: float, bytes_max: int) -> int:
        """Produce in large and in small requests for about so long; how many messages. Raises ClientError."""
        limits = Limits(seconds / len(WARM_UP), bytes_max)
        results = [self.measure(cell, limits) for cell in CELLS if cell.name in WARM_UP]
        return sum(one.messages for one in results if one is not None)

    def end(self) -> None:
        """Delete what a cell leaves behind."""
        if self._filled is not None:
            self.topics.delete(self._filled[0])
            self._filled = None


def run_cell(
    cell: Cell, contestants: list[Contestant], rounds: int, limits: Limits, lines: TextIO | None
) -> dict[str, list[Measurement]]:
    """All rounds of a cell. A target that fails takes no further part in it, and its failure is told."""
    measured: dict[str, list[Measurement]] = {one.name: [] for one in contestants}
    try:
        for round_number in range(rounds + 1):
            for one in contestants:
                if one.name not in measured:
                    continue
                touch_memory(TOUCHED_PER_WRITTEN * limits.bytes_max)
                try:
                    result = one.measure(cell, limits)
                except ClientError as error:
                    click.echo(f"  {one.name}: {error}")
                    result = None
                if result is None:
                    click.echo(f"  {one.name} takes no part in '{cell.name}'")
                    del measured[one.name]
                elif round_number > 0:
                    measured[one.name].append(result)
                    if lines is not None:
                        print(as_json(cell, one.name, round_number, result), file=lines, flush=True)
    finally:
        for one in contestants:
            one.end()
    return measured


def header(contestants: list[Contestant], rounds: int, limits: Limits) -> str:
    """What was measured, on what."""
    build = "debug" if hasattr(sys, "gettotalrefcount") else "release"
    python = f"{platform.python_implementation()} {platform.python_version()} ({build}, {platform.python_compiler()})"
    machine = f"{os.cpu_count()} processors, {platform.platform()}"
    size = f"{limits.seconds:g} s and at most {limits.bytes_max >> 20} MiB each"
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    lines = [
        f"{python}, librdkafka {librdkafka.version()}, {machine}",
        f"{rounds} rounds after a warm-up, {size}; load average {load}",
        *(f"  {one.name:17}{one.target.describe()}" for one in contestants),
    ]
    return "\n".join(lines)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=2.0, show_default=True, help="How long a round lasts, about.")
@click.option("--warm-up", default=15.0, show_default=True, help="Seconds for each target before the first cell.")
@click.option("--mib", default=400, show_default=True, type=click.IntRange(1), help="What a round may write, at most.")
@click.option("--targets", default="reference,kafka:,librdkafka-mock:", show_default=True,
              help="Comma-separated; also `structural`, noida:, tansu:, HOST:PORT.")  # fmt: skip
@click.option("--cell", "names", multiple=True, type=click.Choice([cell.name for cell in CELLS]), help="Only this one.")
@click.option("--json", "lines", type=click.Path(dir_okay=False, path_type=Path), help="Write each round as a line.")
def main(
    rounds: int, seconds: float, warm_up: float, mib: int, targets: str, names: tuple[str, ...], lines: Path | None
) -> None:
    """Produce and consume through librdkafka, side by side."""
    limits = Limits(seconds, mib << 20)
    with contextlib.ExitStack() as stack:
        file = None if lines is None else stack.enter_context(lines.open("a"))
        contestants = [Contestant(stack.enter_context(make_target(spec))) for spec in targets.split(",")]
        click.echo(header(contestants, rounds, limits))
        for one in contestants:
            click.echo(f"  {one.name:17}warmed up with {one.warm_up(warm_up, limits.bytes_max)} messages")
        for cell in CELLS:
            if not names or cell.name in names:
                click.echo()
                click.echo(cell_report(cell, run_cell(cell, contestants, rounds, limits, file)))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.clients")
