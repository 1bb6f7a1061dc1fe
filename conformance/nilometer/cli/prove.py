"""`nilometer prove [MODEL…]`: explorer, TLC and z3 side by side, and every known bug of a model killed."""

from __future__ import annotations

import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click
from rich.console import Console
from rich.table import Table

from nilometer.exit_codes import ExitCode
from nilometer.selection import nearest
from nilometer_models import protocols
from nilometer_models.campaign import judge, manifest
from nilometer_models.campaign.checks import AnyMachine, Task
from nilometer_models.campaign.plan import ENGINES, tasks
from nilometer_models.campaign.rows import HOLDS, PROVED, SKIPPED, TODAY, Engine, Row
from nilometer_models.campaign.run import Running, run

WIDTH = 120
"""Of the table where there is no terminal."""
EXIT_CODES = """\b
exit codes
  0  every engine agrees, every property holds, every bug is killed
  1  a counterexample, a bug that survives, or engines that disagree
  2  interrupted
  4  an engine that was asked for is not installed"""


@click.command(epilog=EXIT_CODES)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--all", "every", is_flag=True, help="All models; this is the default.")
@click.option("--python", "engines", flag_value="python", multiple=True, help="The explorer alone.")
@click.option("--tlc", "engines", flag_value="tlc", multiple=True, help="TLC on the TLA+ module, and the twins.")
@click.option("--z3", "engines", flag_value="z3", multiple=True, help="The proofs for unbounded sizes.")
@click.option("--bounds", help="Only these bounds of today's rules.")
@click.option("--mutant", help="Only this bug.")
@click.option("--nightly", is_flag=True, help="Also the bounds that take minutes.")
@click.option("--jobs", type=click.IntRange(1), help="Processes beside each other.  [default: one a core]")
@click.option("--record", is_flag=True, help="Write what is found to the manifests, instead of comparing.")
@click.option("--list", "listing", is_flag=True, help="List models, bounds and bugs, and end.")
def prove(
    models: tuple[str, ...], every: bool, engines: tuple[str, ...], bounds: str | None, mutant: str | None,
    nightly: bool, jobs: int | None, record: bool, listing: bool,
) -> None:  # fmt: skip
    """Explore the models, check them with TLC, prove them with z3, and see that every bug of theirs is killed.

    \b
    nilometer prove                       every model, every installed engine
    nilometer prove replication --python  one model, by the explorer alone
    nilometer prove replication --mutant B001
    nilometer prove my.module             the MACHINE of a module of yours
    """
    if every and models:
        raise click.UsageError("name models, or say --all")
    named = {name: machine_named(name) for name in models or protocols.names()}
    machines = list(named.values())
    if listing:
        show_list(machines)
        return
    planned = [
        task
        for name, machine in named.items()
        for task in tasks(machine, chosen_engines(engines), nightly=nightly or bounds is not None, name=name)
        if (bounds is None or task.bounds == bounds) and (mutant is None or task.bug == mutant)
    ]
    if not planned:
        raise click.UsageError("nothing fits these options; --list shows what there is")
    machines = [machine for name, machine in named.items() if any(task.model == name for task in planned)]
    rows, interrupted = run_all(planned, jobs)
    partial = bounds is not None or mutant is not None or interrupted
    problems = {machine.name: verdicts(machine, rows[machine.name], partial=partial) for machine in machines}
    if record and not interrupted:
        for machine in machines:
            manifest.record(machine, rows[machine.name])
    else:
        for machine in machines:
            problems[machine.name] += manifest.differences(machine, rows[machine.name])
    wanted = Counter(named[task.model].name for task in planned)
    cut = {name for name, count in wanted.items() if len(rows[name]) < count}
    show_table(machines, rows, problems, cut)
    missing = sorted({row.note for found in rows.values() for row in found if row.verdict == SKIPPED})
    for note in missing:
        click.echo(f"skipped, because {note}")
    if interrupted:
        click.echo(f"interrupted after {sum(map(len, rows.values()))} of {len(planned)} tasks")
        sys.exit(ExitCode.INTERRUPTED)
    if any(problems.values()):
        sys.exit(ExitCode.FAILED)
    sys.exit(ExitCode.USAGE if missing and engines else ExitCode.CONFORMS)


def machine_named(name: str) -> AnyMachine:
    """A model of ours, or the MACHINE of a module of the user's. Raises click.UsageError."""
    if "." not in name and name not in protocols.names():
        hint = nearest(name, protocols.names()) or f"; there are {', '.join(protocols.names())}"
        raise click.UsageError(f"no model is called {name}{hint}")
    try:
        return protocols.machine(name)
    except KeyError as error:
        raise click.UsageError(str(error.args[0])) from None


def chosen_engines(named: Sequence[str]) -> set[Engine]:
    """Those that are named, all if none is; twins come with TLC."""
    found = {Engine(name) for name in named} or set(ENGINES)
    return found | {Engine.TWIN} if Engine.TLC in found else found


def run_all(planned: Sequence[Task], jobs: int | None) -> tuple[dict[str, list[Row]], bool]:
    """The rows of each model, with a line a task on standard error; and whether Ctrl-C or SIGTERM ended it."""
    found: dict[str, list[Row]] = defaultdict(list)

    def waiting(running: Running) -> None:
        for task, progress in running:
            click.echo(f"          … {task}{': ' if progress else ''}{progress}", err=True)

    try:
        with terminated_as_interrupted():
            for number, (task, row) in enumerate(run(planned, jobs, waiting), start=1):
                found[row.model].append(row)
                click.echo(f"{number:4}/{len(planned)}  {task}: {sentence(row)}  {row.seconds:.1f}s", err=True)
    except KeyboardInterrupt:
        return found, True
    return found, False


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM is what Ctrl-C is."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def sentence(row: Row) -> str:
    """A row in a few words."""
    parts = [row.verdict]
    if row.length is not None:
        parts.append(f"in {row.length - 1} steps")
    if row.states is not None:
        parts.append(f"{row.states:,} states")
    if row.edges is not None:
        parts.append(f"{row.edges:,} edges")
    if row.depth is not None:
        parts.append(f"depth {row.depth}")
    return ", ".join([*parts, row.note] if row.note else parts)


def verdicts(machine: AnyMachine, rows: Sequence[Row], *, partial: bool) -> list[str]:
    """What is wrong; of a part of the tasks one cannot tell what never happens."""
    return judge.disagreements(machine, rows) + [
        f"{row.variant}, {row.bounds}, {row.engine}: {text}" for row in rows for text in row.problems
    ] if partial else judge.problems(machine, rows)  # fmt: skip


def show_table(
    machines: Sequence[AnyMachine], rows: dict[str, list[Row]], problems: dict[str, list[str]], cut: Collection[str]
) -> None:  # fmt: skip
    """A row a model; then what is wrong. `cut` are models of which not everything was looked at."""
    table = Table(box=None, pad_edge=False)
    for title in ("model", "bounds", "python", "TLC", "z3", "bugs killed", "seconds", "verdict"):
        table.add_column(title, overflow="fold", justify="right" if title == "seconds" else "left")
    for machine in machines:
        found = rows[machine.name]
        largest = max((r for r in found if r.variant == TODAY and r.states), key=lambda r: r.states or 0, default=None)
        where = largest.bounds if largest else ""
        found_wrong = problems[machine.name]
        table.add_row(
            machine.name, where, cell(found, Engine.PYTHON, where), cell(found, Engine.TLC, where),
            cell(found, Engine.Z3, where), killed(machine, found), f"{sum(row.seconds for row in found):.1f}",
            f"{len(found_wrong)} problems" if found_wrong else "not finished" if machine.name in cut else HOLDS,
        )  # fmt: skip
    console = Console()
    Console(width=console.width if console.is_terminal else WIDTH).print(table)
    for name, sentences in problems.items():
        for text in sentences:
            click.echo(f"{name}: {text}")


def cell(rows: Sequence[Row], engine: Engine, bounds: str) -> str:
    """What an engine says in these bounds; a proof knows none."""
    for row in rows:
        if row.engine is engine and row.variant == TODAY and (engine is Engine.Z3 or row.bounds == bounds):
            if row.verdict == SKIPPED:
                return SKIPPED
            return row.note or PROVED if engine is Engine.Z3 else f"{row.states or 0:,} states, depth {row.depth}"
    return "-"


def killed(machine: AnyMachine, rows: Sequence[Row]) -> str:
    """`11 of 11`: bugs that every engine which looked has found."""
    looked = {row.variant for row in rows if row.variant != TODAY and row.verdict != SKIPPED}
    alive = {row.variant for row in rows if row.variant in looked and row.problems}
    return f"{len(looked - alive)} of {len(machine.bugs)}"


def show_list(machines: Sequence[AnyMachine]) -> None:
    """Models with their bounds and bugs."""
    for machine in machines:
        click.echo(machine.name)
        for bounds in machine.bounds.values():
            click.echo(f"  bounds  {bounds.name}{' (nightly)' if bounds.nightly else ''}")
        for bug in machine.bugs.values():
            click.echo(f"  bug     {bug.name:28} {bug.title}: breaks {bug.breaks}")
