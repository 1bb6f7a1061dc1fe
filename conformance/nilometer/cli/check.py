"""`nilometer check [TARGET…]`: the main job. `campaign.py` does it; this shows what comes."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import click

from nilometer.campaign import Campaign, Column, Listener, Report
from nilometer.catalogue import load
from nilometer.cli.check_options import CheckOptions, check_options
from nilometer.cli.options import target_of
from nilometer.cli.signals import ending_in_order
from nilometer.exit_codes import ExitCode
from nilometer.report import failures, text
from nilometer.report.ink import Ink, ink_for
from nilometer.report.jsonl import JsonLines, open_report
from nilometer.report.progress import make_progress
from nilometer.requirement import Requirement
from nilometer.selection import UnknownSelector, select
from nilometer.targets.target import Kind

WIDTH_WITHOUT_TERMINAL = 120
EXIT_CODES = """\b
exit codes
  0  conforms                        4  usage, configuration, this machine
  1  a requirement failed            5  nothing ran
  2  interrupted                     7  target unreachable, not Kafka, or died
  3  a bug in the suite              8  no failure, but a verdict is unknown"""


@click.command(epilog=EXIT_CODES)
@check_options
def check(**given: Any) -> None:
    """Check TARGETs against the catalogue: HOST:PORT, kafka:, registry:, …; without one, the reference broker.

    Several targets give several columns. NAME=TARGET names a column.
    """
    options = CheckOptions(**given)
    requirements = choose(options.selected, options.skip)
    columns = make_columns(options.specs or default_specs(requirements))
    if options.dry_run:
        sys.exit(show_plan(Campaign(columns, requirements, options.settings(), wait_s=options.wait)))
    with ExitStack() as stack:
        file = stack.enter_context(open_file(options.output))
        settings = options.settings()
        listeners: list[Listener] = [JsonLines(file, settings)]
        if options.as_json:
            listeners.append(JsonLines(sys.stdout, settings))
        else:
            listeners.append(Heading(sys.stdout, options.quiet))
        kind = "none" if options.quiet else options.progress
        if (moving := make_progress(kind, sys.stderr, ink_for(sys.stderr, options.color))) is not None:
            listeners.append(moving)
        campaign = Campaign(columns, requirements, settings, listeners, wait_s=options.wait, argv=sys.argv[1:])
        with ending_in_order(campaign):
            report = campaign.run()
    show(report, options)
    sys.exit(report.exit_code())


class Heading(Listener):
    """The lines before the first verdict."""

    def __init__(self, stream: TextIO, quiet: bool) -> None:
        self.stream = stream
        self.quiet = quiet
        self.said = False

    def connected(self, report: Report, column: Column) -> None:
        """What the target is, as soon as it is there; with -q only if it is not."""
        if self.quiet and not column.problem:
            return
        if not self.said:
            click.echo(text.head(report), file=self.stream)
            self.said = True
        for line in text.target_lines(column):
            click.echo(line, file=self.stream)


def choose(selected: tuple[str, ...], skip: tuple[str, ...]) -> list[Requirement]:
    """What the selectors mean; a usage error for one that means nothing."""
    try:
        return select(load(), selected, skip)
    except UnknownSelector as error:
        raise click.UsageError(str(error)) from error


def default_specs(requirements: list[Requirement]) -> tuple[str, ...]:
    """What is checked without a target: the reference broker, or, if only that was asked for, its registry."""
    kinds = {one.kind for one in requirements}
    return ("registry:",) if kinds == {Kind.REGISTRY} else ("reference",)


def make_columns(specs: tuple[str, ...]) -> list[Column]:
    """A column a target, each with a title of its own."""
    columns: list[Column] = []
    for spec in specs:
        target = target_of(spec)
        title, number = target.name.rstrip(":"), 1
        target.name = title
        while target.name in {column.name for column in columns}:
            number += 1
            target.name = f"{title}#{number}"
        columns.append(Column(spec, target))
    return columns


def open_file(output: Path) -> TextIO:
    """The report's file; a usage error where it cannot be written."""
    try:
        return open_report(output)
    except OSError as error:
        raise click.UsageError(f"cannot write the report to {output}: {error}") from error


def show(report: Report, options: CheckOptions) -> None:
    """The text on stdout, and in the report's directory."""
    if not options.as_json:
        ink = ink_for(sys.stdout, options.color)
        width = shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 24)).columns
        width = width if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
        body = text_report(report, ink, width, verbose=options.verbose, quiet=options.quiet)
        body.append(last_line(report, options))
        if not options.specs and report.exit_code() is ExitCode.CONFORMS:
            body.append("your own broker: nilometer check HOST:PORT")
        for line in body:
            click.echo(line, color=ink.colour)
    if options.formats.endswith("txt"):
        head = [text.head(report), *(line for column in report.columns for line in text.target_lines(column))]
        lines = [*head, *text_report(report, Ink(), WIDTH_WITHOUT_TERMINAL, verbose=True), last_line(report, options)]
        (options.output / "report.txt").write_text("\n".join(lines) + "\n", "utf-8")


def text_report(report: Report, ink: Ink, width: int, *, verbose: bool = False, quiet: bool = False) -> list[str]:
    """Everything below the head."""
    lines: list[str] = []
    if not quiet:
        lines += text.table(report, ink, width)
    lines += failures.failures(report, ink, width, every=verbose)
    if not quiet:
        lines += text.not_judged(report, ink, every=verbose)
    if verbose:
        lines += failures.notes(report, ink)
    return [*lines, *text.totals(report, ink)]


def last_line(report: Report, options: CheckOptions) -> str:
    """Where it stands, how long it took, the exit code."""
    took = text.duration(report.elapsed_s)
    return f"report  {options.output / 'report.jsonl'}  in {took}  exit {int(report.exit_code())}"


def show_plan(campaign: Campaign) -> ExitCode:
    """Connect, say what would happen, disconnect; writes nothing to any target."""
    try:
        campaign.connect()
        click.echo(text.head(campaign.report))
        for column in campaign.report.columns:
            for line in text.target_lines(column):
                click.echo(line)
            for one in column.plan.run:
                click.echo(f"    run      {one.id:4} {one.name}")
            for result in column.plan.not_run:
                click.echo(f"    {result.word:8} {result.id:4} {result.reason}: {result.detail}")
    finally:
        campaign.close()
    if any(column.problem for column in campaign.report.columns):
        return ExitCode.TARGET_GONE
    return ExitCode.CONFORMS if any(column.plan.run for column in campaign.report.columns) else ExitCode.NOTHING_RAN
