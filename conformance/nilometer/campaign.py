"""One run over several targets: start them, plan, judge, clean up, stop them; and tell listeners as it happens.

    report = Campaign([column("kafka:")], requirements, settings, listeners).run()

Nothing of it raises because of a target: one that does not start is a column of `target-gone`. Whoever listens is
told of everything in order, and one target after the other is judged.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nilometer.cleaning import clean_up, leftovers
from nilometer.connecting import connect, start
from nilometer.exit_codes import ExitCode, combine, exit_code
from nilometer.plan import Plan, make_plan, unobservable
from nilometer.requirement import Requirement
from nilometer.run import Subject
from nilometer.runner import Interrupted, Runner
from nilometer.settings import Settings
from nilometer.targets.errors import TargetError
from nilometer.targets.target import Target
from nilometer.verdict import Reason, Result, Word


@dataclass
class Column:
    """One target of the run, and what came of it."""

    spec: str
    """What the user wrote."""
    target: Target
    subject: Subject | None = None
    """None until we have shaken hands with it."""
    plan: Plan = field(default_factory=Plan)
    results: dict[str, Result] = field(default_factory=dict)
    """By the requirement's id."""
    problem: str = ""
    """Why it could not be checked, or stopped answering."""
    leftovers: list[str] = field(default_factory=list)
    """Names that we made and could not delete."""

    @property
    def name(self) -> str:
        """Title of the column."""
        return self.target.name

    def about(self, requirements: Iterable[Requirement]) -> list[Requirement]:
        """Those that are about this kind of target."""
        return [one for one in requirements if one.kind is self.target.kind]


@dataclass
class Report:
    """Everything that a report shows."""

    settings: Settings
    requirements: list[Requirement]
    columns: list[Column]
    argv: list[str] = field(default_factory=list)
    started_at: float = field(default_factory=time.time)
    """Unix time in seconds."""
    elapsed_s: float = 0.0
    interrupted: bool = False

    def results(self) -> Iterator[tuple[Column, Result]]:
        """All of them."""
        for column in self.columns:
            for result in column.results.values():
                yield column, result

    def exit_code(self) -> ExitCode:
        """What the process ends with."""
        options = self.settings
        return combine(
            exit_code(
                column.results.values(),
                level=options.level,
                strict=options.strict,
                allow_unknown=options.allow_unknown,
                interrupted=self.interrupted,
            )
            for column in self.columns
        )


class Listener:
    """Whoever wants to know what happens; every method may be left as it is."""

    def connected(self, report: Report, column: Column) -> None:
        """A target was started and answered, or `column.problem` says why not."""

    def began(self, report: Report) -> None:
        """All targets are there, nothing was judged."""

    def judging(self, column: Column, requirement: Requirement) -> None:
        """A check begins."""

    def ticked(self) -> None:
        """Time passes; several times a second while a check runs."""

    def judged(self, column: Column, requirement: Requirement, result: Result) -> None:
        """A result is there."""

    def ended(self, report: Report) -> None:
        """Everything is over and cleaned up."""


class Campaign:
    """A run. `stop` may be set from anywhere, a signal handler too: the run then ends as soon as it can."""

    def __init__(
        self,
        columns: Sequence[Column],
        requirements: Iterable[Requirement],
        settings: Settings,
        listeners: Sequence[Listener] = (),
        *,
        wait_s: float = 0.0,
        argv: Sequence[str] = (),
    ) -> None:
        kinds = {column.target.kind for column in columns}
        chosen = [one for one in requirements if one.kind in kinds]
        self.report = Report(settings, chosen, list(columns), list(argv))
        self.listeners = listeners
        self.wait_s = wait_s
        self.stop = threading.Event()
        self.judging = False
        """Whether checks run now, so that `stop` is looked at."""

    def run(self) -> Report:
        """Do it all. A KeyboardInterrupt ends it early, and not by leaving this method."""
        started = time.monotonic()
        try:
            self.connect()
            for listener in self.listeners:
                listener.began(self.report)
            self.judging = True
            for column in self.report.columns:
                self._judge(column)
        except KeyboardInterrupt:
            self.report.interrupted = True
        finally:
            self.judging = False
            self._complete()
            self.close()
            self.report.elapsed_s = time.monotonic() - started
        for listener in self.listeners:
            listener.ended(self.report)
        return self.report

    def connect(self) -> None:
        """Start every target, shake hands, plan."""
        for column in self.report.columns:
            try:
                start(column.target, self.wait_s)
                column.subject = connect(column.target, self.report.settings)
            except TargetError as error:
                column.problem = str(error)
            else:
                column.plan = make_plan(self.report.requirements, column.subject, self.report.settings.profile)
            for listener in self.listeners:
                listener.connected(self.report, column)

    def close(self) -> None:
        """Stop every target that we started."""
        for column in self.report.columns:
            column.target.close()

    def _judge(self, column: Column) -> None:
        if column.subject is None:
            return
        runner = Runner(column.subject, self.report.settings, heartbeat=self._heartbeat)
        for result in column.plan.not_run:
            self._keep(column, result)
        runner.begin(len(column.plan.run))
        for requirement in column.plan.run:
            for listener in self.listeners:
                listener.judging(column, requirement)
            if self.stop.is_set():
                runner.interrupted = True
            elif self._enough_failures():
                self._keep(column, unobservable(requirement, Reason.MAX_FAIL, "enough failures were found"))
                continue
            self._keep(column, runner.next(requirement))
        self.report.interrupted |= runner.interrupted
        column.problem = runner.gone
        if not runner.gone:
            clean_up(column.subject, self.report.settings, groups=True)
            column.leftovers = leftovers(column.subject, self.report.settings)
        column.target.close()

    def _complete(self) -> None:
        """A result for everything that has none."""
        for column in self.report.columns:
            reason, detail = Reason.TARGET_GONE, column.problem
            if not detail:
                reason, detail = Reason.INTERRUPTED, "the run was interrupted"
            for requirement in column.about(self.report.requirements):
                if requirement.id not in column.results:
                    self._keep(column, unobservable(requirement, reason, detail))

    def _keep(self, column: Column, result: Result) -> None:
        column.results[result.id] = result
        requirement = next(one for one in self.report.requirements if one.id == result.id)
        for listener in self.listeners:
            listener.judged(column, requirement, result)

    def _heartbeat(self) -> None:
        for listener in self.listeners:
            listener.ticked()
        if self.stop.is_set():
            raise Interrupted

    def _enough_failures(self) -> bool:
        limit = self.report.settings.max_fail
        return limit is not None and sum(one.word is Word.FAIL for _, one in self.report.results()) >= limit
