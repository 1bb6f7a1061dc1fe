"""`nilometer schema OLD... NEW`: may the new schema follow the old ones, why not, and a value that breaks.

exit    when
0       NEW may follow
1       it may not
4       a file, a schema, a mode or a dialect that cannot be used
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from nilometer.exit_codes import ExitCode
from nilometer.schema.languages import LANGUAGES, Language, Unusable, language, language_of
from nilometer_models.schema.difference import Difference
from nilometer_models.schema.modes import TABLE, Direction, Mode

QUESTIONS = {
    Direction.BACKWARD: ("{new} reads what {old} wrote", "{new} cannot read all that {old} wrote"),
    Direction.FORWARD: ("{old} reads what {new} writes", "{old} cannot read all that {new} writes"),
}


@dataclass(frozen=True)
class Given:
    """A schema as it was given: a name to speak of it, and its graph."""

    name: str
    schema: Any


@click.command("schema")
@click.argument("old", nargs=-1, required=True, metavar="OLD...")
@click.argument("new", metavar="NEW")
@click.option(
    "--mode", default="BACKWARD", show_default=True, metavar="MODE",
    help=f"What NEW must keep: {', '.join(mode.value for mode in Mode)}.",
)  # fmt: skip
@click.option("--type", "type_", type=click.Choice([*LANGUAGES]), help="Language.  [default: from the file's suffix]")
@click.option("--dialect", metavar="NAME", help="Whose rules: avro-java, avro-spec, confluent, karapace, ...")
@click.option("--quiet", is_flag=True, help="Only the exit code.")
def schema(old: tuple[str, ...], new: str, mode: str, type_: str | None, dialect: str | None, quiet: bool) -> None:
    """Say whether schema NEW may follow OLD, why not, and show a value that would break.

    \b
    BACKWARD   NEW reads what OLD wrote: consumers move first
    FORWARD    OLD reads what NEW writes: producers move first
    FULL       both
    ..._TRANSITIVE looks at every OLD, the others at the last one.

    \b
    nilometer schema v1.avsc v2.avsc
    nilometer schema v1.avsc v2.avsc v3.avsc --mode FULL_TRANSITIVE
    nilometer schema --type avro '"int"' '"long"'

    Exit code 0: NEW may follow; 1: it may not; 4: something cannot be used.
    """
    try:
        asked = Mode.named(mode)
    except ValueError:
        raise click.UsageError(f"there is no mode {mode!r}; there are {', '.join(TABLE_NAMES)}") from None
    try:
        spoken = language(type_ or guess((*old, new)))
        whose = _dialect(spoken, dialect)
        read = [Given(_name(one), spoken.parse(_text(one))) for one in (*old, new)]
    except Unusable as unusable:
        raise click.UsageError(str(unusable)) from None
    verdict = Verdict(spoken, whose, asked, read[:-1], read[-1])
    if not quiet:
        click.echo("\n".join(verdict.lines()))
    sys.exit(ExitCode.CONFORMS if verdict.compatible else ExitCode.FAILED)


TABLE_NAMES = [mode.value for mode in TABLE]


def guess(given: tuple[str, ...]) -> str:
    """The language of the files' suffixes."""
    found = {language_of(Path(one)) for one in given if not _is_text(one)}
    names = {name for name in found if name in LANGUAGES}
    if len(names) != 1 or len(found) != 1:
        raise Unusable(f"--type says which language this is: {', '.join(LANGUAGES)}")
    return names.pop()


def _dialect(spoken: Language, dialect: str | None) -> str:
    if dialect is None:
        return spoken.dialects[0]
    if dialect not in spoken.dialects:
        raise Unusable(f"{spoken.name} has no dialect {dialect!r}; there are {', '.join(spoken.dialects)}")
    return dialect


def _is_text(given: str) -> bool:
    """A schema on the command line instead of a file."""
    return given.lstrip()[:1] in ('"', "{", "[")


def _name(given: str) -> str:
    return f"{given[:37]}..." if _is_text(given) and len(given) > 40 else given


def _text(given: str) -> str:
    if _is_text(given):
        return given
    try:
        return Path(given).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{given}: {error}") from None


class Verdict:
    """Every question that the mode asks, answered."""

    def __init__(self, spoken: Language, dialect: str, mode: Mode, old: list[Given], new: Given) -> None:
        self.spoken = spoken
        self.dialect = dialect
        self.mode = mode
        self.new = new
        asks = TABLE[mode]
        against = old[::-1] if asks.transitive else old[-1:]
        self.answers = [self._answer(direction, one) for one in against for direction in asks.directions]

    def _answer(self, direction: Direction, old: Given) -> Answer:
        reader, writer = (self.new, old) if direction is Direction.BACKWARD else (old, self.new)
        found = list(self.spoken.differences(self.dialect, reader.schema, writer.schema))
        breaking = any(one.breaks for one in found)
        witness = self.spoken.witness(self.dialect, reader.schema, writer.schema) if breaking else None
        remark = "" if breaking else self.spoken.remark(self.dialect, reader.schema, writer.schema)
        words = QUESTIONS[direction][breaking].format(old=old.name, new=self.new.name)
        return Answer(words, found, witness, remark)

    @property
    def compatible(self) -> bool:
        """NEW may follow."""
        return not any(difference.breaks for answer in self.answers for difference in answer.differences)

    def lines(self) -> Iterator[str]:
        """As a terminal shows it."""
        word = "compatible" if self.compatible else "not compatible"
        yield f"{word}: {self.mode.value}, {self.spoken.name}, dialect {self.dialect}"
        if not self.answers:
            yield "  NONE asks nothing"
        for answer in self.answers:
            yield from answer.lines()


@dataclass(frozen=True)
class Answer:
    """One direction against one old schema."""

    words: str
    differences: list[Difference]
    witness: str | None
    remark: str

    def lines(self) -> Iterator[str]:
        """The sentence, then why; what does not break is told after what does."""
        yield f"  {self.words}"
        for one in sorted(self.differences, key=lambda difference: not difference.breaks):
            yield f"    {'breaks' if one.breaks else 'note  '}  {one}"
            for detail in one.details:
                yield f"              {detail.below(one.reader, one.writer)}"
        if self.witness is not None:
            yield f"    {self.witness}"
        if self.remark:
            yield f"    {self.remark}"
