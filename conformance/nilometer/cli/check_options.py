"""What `nilometer check` can be told, and the `Settings` that come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from nilometer.cli.options import Duration
from nilometer.settings import Profile, Settings, random_seed
from nilometer.verdict import Level

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True)
class CheckOptions:
    """The options by the names that click gives them."""

    targets: tuple[str, ...]
    registries: tuple[str, ...]
    profile: str | None
    selected: tuple[str, ...]
    skip: tuple[str, ...]
    level: str
    seed: int | None
    cases: int | None
    budget: float | None
    max_fail: int | None
    strict: bool
    allow: str | None
    wait: float
    prefix: str
    timeout: float
    output: Path
    formats: str
    as_json: bool
    verbose: bool
    quiet: bool
    progress: str
    color: str
    dry_run: bool

    @property
    def specs(self) -> tuple[str, ...]:
        """What was asked to be checked; nothing: the reference (`check.default_specs`)."""
        return (*self.targets, *self.registries)

    def settings(self) -> Settings:
        """A random seed where none was given; smoke where no target was."""
        return Settings(
            profile=Profile(self.profile or (Profile.CORE if self.specs else Profile.SMOKE)),
            seed=random_seed() if self.seed is None else self.seed,
            budget_s=self.budget,
            prefix=self.prefix,
            timeout_s=self.timeout,
            cases=self.cases,
            max_fail=self.max_fail,
            level=Level(self.level.upper()),
            strict=self.strict,
            allow_unknown=self.allow == "unknown",
        )


def _prefix(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Topics take these letters, and must not collide with Kafka's internal names."""
    if (
        not value
        or len(value) > 60
        or not all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in value)
    ):
        raise click.BadParameter(f"{value!r}: 1 to 60 letters, digits, dots, dashes and underscores")
    if value.startswith("_"):
        raise click.BadParameter(f"{value!r} begins like an internal topic")
    return value


def _registries(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Without a scheme it is plain HTTP."""
    return tuple(url if "://" in url or url.endswith(":") else f"http://{url}" for url in given)


OPTIONS: list[Callable[[F], F]] = [
    click.argument("targets", nargs=-1, metavar="[TARGET]..."),
    click.option(
        *("--registry", "registries"),
        multiple=True,
        callback=_registries,
        metavar="URL",
        help="A schema registry, http://HOST:PORT: a target like the others.",
    ),
    click.option(
        *("-p", "--profile"),
        type=click.Choice([one.value for one in Profile]),
        help="Budget and depth: smoke 30 s (default without a target), core 5 min (default), full 30 min, soak.",
    ),
    click.option(
        *("-k", "--select", "selected"),
        multiple=True,
        metavar="SEL",
        help='Ids, names, patterns, areas: -k L3,W1 -k "area:log level:must"; several -k: or.',
    ),
    click.option("--skip", multiple=True, metavar="SEL", help="Leave these out."),
    click.option(
        "--level",
        type=click.Choice(["must", "should"]),
        default="must",
        show_default=True,
        help="Weakest level whose breach fails the run.",
    ),
    click.option("--seed", type=click.IntRange(min=0), help="Repeat a run's generated cases; random and printed."),
    click.option("--cases", type=click.IntRange(1), metavar="N", help="Factor on generated cases; the profile's."),
    click.option("--time", "budget", type=Duration(), metavar="D", help="Total budget (90s, 5m); the profile's."),
    click.option("--max-fail", type=click.IntRange(1), metavar="N", help="Stop after N failures."),
    click.option("--strict", is_flag=True, help="Not-run and unknown fail the run too."),
    click.option("--allow", type=click.Choice(["unknown"]), help="Unknown does not matter for the exit code."),
    click.option("--wait", type=Duration(), default=0.0, metavar="D", help="Wait so long for a target to come up."),
    click.option(
        "--prefix",
        default="nilometer",
        show_default=True,
        callback=_prefix,
        help="Our topics, groups and transactional ids are called PREFIX-<run>-….",
    ),
    click.option("--timeout", type=Duration(), default=10.0, metavar="D", help="Of one request; 10s."),
    click.option(
        *("-o", "output"),
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("nilometer-report"),
        show_default=True,
        help="Directory of the report.",
    ),
    click.option(
        *("--format", "formats"),
        type=click.Choice(["jsonl", "jsonl,txt"]),
        default="jsonl,txt",
        show_default=True,
        help="Files of the report.",
    ),
    click.option("--json", "as_json", is_flag=True, help="The report's JSON lines on stdout instead of text."),
    click.option("-v", "--verbose", is_flag=True, help="Every counterexample and every measured fact."),
    click.option("-q", "--quiet", is_flag=True, help="Only failures and totals."),
    click.option(
        "--progress",
        type=click.Choice(["auto", "bar", "plain", "none"]),
        default="auto",
        help="On stderr; bars on a terminal, lines elsewhere.",
    ),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="NO_COLOR counts."),
    click.option("--dry-run", is_flag=True, help="Say what would run, and why the rest would not."),
]


def check_options(command: F) -> F:
    """All of them."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command
