"""What moves while a run goes on: bars on a terminal, otherwise a line whenever something ends and every ten seconds.

bar      one line an area: bar, n of N, verdicts so far, the current requirement
plain    a line when an area ends, a line for each failure, a line at least every `SILENCE_S`
none     nothing
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from nilometer.campaign import Column, Listener, Report
from nilometer.report.ink import Ink
from nilometer.report.records import WORST_FIRST
from nilometer.report.text import duration
from nilometer.requirement import Requirement
from nilometer.verdict import Result, Word

SILENCE_S = 10.0


class Tally(Listener):
    """Counts by (target, area): what both kinds of progress show."""

    def __init__(self) -> None:
        self.left: dict[tuple[str, str], int] = {}
        self.total: Counter[tuple[str, str]] = Counter()
        self.words: dict[tuple[str, str], Counter[Word]] = {}

    def began(self, report: Report) -> None:
        """What there is to do."""
        for column in report.columns:
            if column.subject is None:
                continue
            for one in column.about(report.requirements):
                self.total[column.name, one.area] += 1
        self.left = dict(self.total)
        self.words = {key: Counter() for key in self.total}

    def count(self, column: Column, requirement: Requirement, result: Result) -> tuple[str, str]:
        """One more; returns its key."""
        key = column.name, requirement.area
        self.left[key] -= 1
        self.words[key][result.word] += 1
        return key

    def verdicts(self, key: tuple[str, str]) -> str:
        """`3 pass  1 fail`."""
        return "  ".join(f"{self.words[key][word]} {word}" for word in WORST_FIRST if self.words[key][word])


class PlainProgress(Tally):
    """Whole lines."""

    def __init__(self, say: Callable[[str], None], ink: Ink, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.say = say
        self.ink = ink
        self.clock = clock
        self.said_at = self.began_at = clock()
        self.current = ""

    def _say(self, text: str) -> None:
        self.said_at = self.clock()
        self.say(text)

    def judging(self, column: Column, requirement: Requirement) -> None:
        """Remembered for the line that says where we are."""
        self.current = f"{column.name}  at {requirement.id} {requirement.name}"

    def ticked(self) -> None:
        """Break a long silence."""
        if self.clock() - self.said_at >= SILENCE_S:
            done = sum(self.total.values()) - sum(self.left.values())
            self._say(
                f"{self.current}, {done} of {sum(self.total.values())} done, {duration(self.clock() - self.began_at)}"
            )

    def judged(self, column: Column, requirement: Requirement, result: Result) -> None:
        """A failure, or the end of an area."""
        if column.subject is None:
            return
        key = self.count(column, requirement, result)
        if result.violations or result.word is Word.ERROR:
            word = self.ink.word(result.word, str(result.word).upper())
            self._say(
                f"{word}  {requirement.id} {requirement.name} on {column.name}: {result.signature or result.detail}"
            )
        if self.left[key] == 0:
            name, area = key
            total = self.total[key]
            self._say(
                f"{name}  {area:14} {total}/{total}  {self.verdicts(key)}  {duration(self.clock() - self.began_at)}"
            )
        self.ticked()


class BarProgress(Tally):
    """Lines that move; gone when it is over, since the table says it all again."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.completed:>3.0f}/{task.total:<3.0f}"),
            TextColumn("{task.fields[verdicts]}"),
            TextColumn("{task.fields[current]}"),
            TimeElapsedColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self.tasks: dict[tuple[str, str], TaskID] = {}

    def began(self, report: Report) -> None:
        """All bars, empty."""
        super().began(report)
        widest = max((len(name) for name, _ in self.total), default=0)
        for (name, area), total in self.total.items():
            text = f"{name:{widest}}  {area:14}"
            self.tasks[name, area] = self.bars.add_task(text, total=total, start=False, verdicts="", current="")
        self.bars.start()

    def judging(self, column: Column, requirement: Requirement) -> None:
        """Say which."""
        task = self.tasks[column.name, requirement.area]
        self.bars.start_task(task)
        self.bars.update(task, current=f"{requirement.id} {requirement.name}")

    def judged(self, column: Column, requirement: Requirement, result: Result) -> None:
        """One step on."""
        if column.subject is None:
            return
        key = self.count(column, requirement, result)
        self.bars.update(self.tasks[key], advance=1, verdicts=self.verdicts(key), current="")
        if self.left[key] == 0:
            self.bars.stop_task(self.tasks[key])

    def ended(self, report: Report) -> None:  # noqa: ARG002 - a listener's signature
        """The bars go."""
        self.bars.stop()


def make_progress(kind: str, stream: TextIO, ink: Ink) -> Listener | None:
    """`bar`, `plain`, `none`, or `auto`: bars on a terminal."""
    if kind == "auto":
        kind = "bar" if stream.isatty() else "plain"
    if kind == "bar":
        return BarProgress(stream)
    return PlainProgress(lambda line: print(line, file=stream, flush=True), ink) if kind == "plain" else None
