"""`nilometer validate FILE…`: is what a broker recorded a run of the models?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nilometer.exit_codes import ExitCode, combine
from nilometer_models.validation.events import BadEvent, Event, from_lines
from nilometer_models.validation.frontier import ACCEPTED, REFUSED, WIDTH_MAX, validate
from nilometer_models.validation.readings import READINGS

EXIT_CODES = """\b
exit codes
  0  every run is a run of its model
  1  a run is refused: the broker did what the model cannot do
  4  a file that cannot be read, or a line that is no event
  5  no model has anything to say about these events
  8  a model cannot tell, because too little was recorded"""

WORDS = {ACCEPTED: ExitCode.CONFORMS, REFUSED: ExitCode.FAILED}


@click.command("validate", epilog=EXIT_CODES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--model", "models", multiple=True, type=click.Choice(sorted(READINGS)), help="Only this model.")
@click.option("--width", default=WIDTH_MAX, show_default=True, type=click.IntRange(1),
              help="Give up where more states of a model fit the events so far.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Only runs that are not accepted.")
def validate_runs(files: tuple[Path, ...], models: tuple[str, ...], width: int, quiet: bool) -> None:
    """Hold what a broker has recorded against the models of idempotence, transactions and groups.

    \b
    nilometer broker --record events.jsonl   run clients against it, then stop it
    nilometer validate events.jsonl
    """
    codes = []
    for file in files:
        events = read(file)
        click.echo(f"{file}: {len(events)} events")
        for model in models or sorted(READINGS):
            for part in READINGS[model](events):
                verdict = validate(part.reading, part.events, width_max=width)
                codes.append(WORDS.get(verdict.word, ExitCode.UNKNOWN))
                if not (quiet and verdict.accepted):
                    click.echo(f"  {model:14} {part.title}: {verdict}")
    if not codes:
        click.echo("no model has anything to say about these events")
    sys.exit(combine(codes))


def read(file: Path) -> list[Event]:
    """The events of a file; a usage error says what is wrong with it."""
    try:
        with file.open(encoding="utf-8") as lines:
            return list(from_lines(lines))
    except (OSError, BadEvent) as error:
        raise click.UsageError(f"{file}: {error}") from error
