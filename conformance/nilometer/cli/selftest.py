"""`nilometer selftest [BUG…]`: every known bug of the reference broker must be caught by the requirement it names."""

from __future__ import annotations

import sys

import click

from nilometer.catalogue import load
from nilometer.exit_codes import ExitCode
from nilometer.selection import nearest
from nilometer.selftest import Fate, Row, chosen_faults, run
from nilometer.settings import Profile, Settings, random_seed
from nilometer_reference.faults.catalogue import all_faults

EXIT_CODES = """\b
exit codes
  0  every bug was caught, and nothing was found on the broker without one
  1  a bug survived, or something was found on the broker without one
  2  interrupted
  3  a bug in the suite"""


@click.command(epilog=EXIT_CODES)
@click.argument("bugs", nargs=-1, metavar="[BUG]...")
@click.option("-p", "--profile", type=click.Choice([one.value for one in Profile]), default=Profile.CORE.value,
              show_default=True, help="How deep each requirement looks.")  # fmt: skip
@click.option("--seed", type=int, help="Repeat a run exactly.  [default: random, printed]")
@click.option("--every", is_flag=True, help="Judge every requirement, not only those that a bug names: who notices?")
@click.option("--list", "listing", is_flag=True, help="List the bugs, and end.")
def selftest(bugs: tuple[str, ...], profile: str, seed: int | None, every: bool, listing: bool) -> None:
    """Switch on each known bug of the reference broker (or BUG…) and see that it is caught."""
    ids = [bug.upper() for bug in bugs]
    for unknown in (id for id in ids if id not in all_faults()):
        raise click.UsageError(f"no bug is called {unknown}{nearest(unknown, all_faults())}")
    faults = chosen_faults(ids, load())
    if listing:
        for one in faults:
            click.echo(f"{one.id}  {', '.join(one.caught_by):12}  {one.sentence}")
        click.echo(f"{len(faults)} bugs; `nilometer check reference+{faults[0].id}` shows one")
        return
    settings = Settings(profile=Profile(profile), seed=random_seed() if seed is None else seed)
    click.echo(f"selftest  {len(faults)} bugs  profile {profile}  seed {settings.seed}")
    rows: list[Row] = []
    for row in run(faults, load(), settings, every=every):
        rows.append(row)
        click.echo(line(row, len(rows), len(faults) + 1))
    bad = [row for row in rows if not row.ok]
    caught = sum(row.fault is not None and row.ok for row in rows)
    click.echo(
        f"{caught} of {len(faults)} bugs caught by the requirement they name; without a bug: {control(rows[-1])}"
    )
    if any(row.fate is Fate.FAILED for row in bad):
        sys.exit(ExitCode.SUITE_BUG)
    sys.exit(ExitCode.FAILED if bad else ExitCode.CONFORMS)


def control(row: Row) -> str:
    """What was found on the broker without a bug."""
    return f"found {', '.join(row.violated)}" if row.violated else f"nothing found in {len(row.results)} requirements"


def line(row: Row, number: int, count: int) -> str:
    """One row as it ends."""
    if row.fault is None:
        return f"{number:3}/{count}  {'none':5} {control(row)}"
    signatures = [
        f"{id} {result.counterexamples[0].signature}" for id, result in row.results.items() if result.counterexamples
    ]
    found = "; ".join(signatures) or row.problem or f"by {', '.join(row.fault.caught_by)}: nothing"
    broken = f"; broke: {', '.join(row.broken)}" if row.broken else ""
    return f"{number:3}/{count}  {row.fault.id:5} {row.fate:8} fired {row.fired:5}  {found}{broken}"
