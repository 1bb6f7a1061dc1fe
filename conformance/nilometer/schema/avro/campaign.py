"""The same pairs by rules, by meaning, and by decoders that we did not write.

asked of a pair                               must agree with
verdict of `avro-java`                        Avro Java's SchemaCompatibility, in verdict; its kinds are among ours
judged compatible                             every drawn value has a meaning, and every decoder reads it to that value
judged incompatible                           some drawn value fails in our meaning, or in a decoder

Where they do not agree, `EXPLAINED` has the reason, recognised by what this pair and this value met on their way, never
by the message of the peer. Anything else is a finding. `known.py` has a minimal pair for each reason.

    python -m nilometer.schema.avro --pairs 100000 --seed 1 [--no-java]
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from nilometer.schema.avro.generators import SchemaPair, pair
from nilometer.schema.avro.peers import JAVA_KINDS, Answer, AvroJava, Failed, Fastavro, plain
from nilometer_models.schema.avro.dialects import Kind
from nilometer_models.schema.avro.encoding import encode
from nilometer_models.schema.avro.meaning import Mark, Meaning, Undefined, witness
from nilometer_models.schema.avro.nodes import Named, Record, Schema, Union
from nilometer_models.schema.avro.values import Uninhabited, Value, Values, shown
from nilometer_models.schema.fixpoint import All, Either, Formula, Local, differences

EXPLAINED = {
    "bytes-as-text": "bytes that are no UTF-8 are read as text: the rules allow it; Java replaces, fastavro fails",
    "ambiguous-field": "a field's name and alias are both in the writer: Java's checker throws, also where another "
    "branch of a union would do; decoders fail too",
    "branch": "decoders look for the branch of a reader's union in different ways when several could read, or when the "
    "writer's named type has another full name than the branch",
    "alias-namespace": "a field's alias in a record whose namespace changed: the rules ignore the namespace, Java's "
    "decoder finds aliases by the record's full name and fails",
    "shared-alias": "a field's alias is another field's name or alias in the reader: the rules let one written field "
    "serve both; decoders rename it to one and fail for the other, Java also where the record does not occur",
    "alias-in-union": "a reader's type has the full name of one branch of a writer's union and an alias for another: "
    "Java's decoder renames that one, has two branches of one name, and fails",
    "wide-float": "fastavro reads int and long as float without rounding to single precision",
    "json-default": "fastavro leaves a default as JSON has it: bytes and fixed as text, whole numbers as int",
    "uninhabited": "no value exists that could show the incompatibility",
}
"""Why a peer may differ from the rules or from the meaning."""

DATA = 12


@dataclass(frozen=True)
class Disagreement:
    """One thing that nothing explains."""

    what: str
    pair: SchemaPair
    value: str = ""
    expected: Any = None
    got: Any = None

    def __str__(self) -> str:
        lines = [self.what, f"  reader {self.pair.reader_text}", f"  writer {self.pair.writer_text}"]
        if self.value:
            lines.append(f"  value {self.value}")
        return "\n".join([*lines, f"  expected {self.expected}", f"  got {self.got}"])


@dataclass
class Tally:
    """What a campaign counted."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Disagreement] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(f"{count:9,} {what}" for what, count in self.counts.most_common())


@dataclass(frozen=True)
class Case:
    """A pair with values, and what the model says of it."""

    pair: SchemaPair
    meaning: Meaning
    values: tuple[Value, ...]
    data: tuple[bytes, ...]
    ambiguous: bool
    """Somewhere, not only where it decides, a field matches more than one of the writer's."""
    shared: bool
    """Two fields of some record of the reader claim one name."""
    collides: bool
    """By the reader's aliases two branches of some union of the writer get one name."""


def case(random: Random, *, uninhabited: bool = False) -> Case:
    """One pair with `DATA` values, none where the writer has none."""
    drawn = pair(random, uninhabited=uninhabited)
    return case_of(drawn, random)


def case_of(drawn: SchemaPair, random: Random) -> Case:
    """The same for a given pair."""
    meaning = Meaning(drawn.reader, drawn.writer)
    source = Values(drawn.writer, random)
    try:
        values = tuple(source.draw() for _ in range(DATA))
    except Uninhabited:
        values = ()
    locals_ = (one for formula in meaning.solution.formulas.values() for one in _locals(formula))
    ambiguous = any(one.difference.kind == Kind.AMBIGUOUS_FIELD for one in locals_)
    data = tuple(encode(drawn.writer, value) for value in values)
    return Case(drawn, meaning, values, data, ambiguous, _shares_alias(drawn.reader), _collides(drawn))


def _shares_alias(schema: Schema) -> bool:
    claims = ([{one.name, *one.aliases} for one in node.fields] for node in schema.nodes if isinstance(node, Record))
    return any(len(set().union(*names)) < sum(map(len, names)) for names in claims)


def _collides(drawn: SchemaPair) -> bool:
    named = [node for node in drawn.reader.nodes if isinstance(node, Named)]
    renamed = {alias: node.name for node in named for alias in node.aliases}
    for node in drawn.writer.nodes:
        if isinstance(node, Union):
            branches = [drawn.writer[index] for index in node.branches]
            names = [renamed.get(one.name, one.name) for one in branches if isinstance(one, Named)]
            if len(set(names)) < len(names):
                return True
    return False


def _locals(formula: Formula[Any]) -> Iterator[Local]:
    if isinstance(formula, Local):
        yield formula
    elif isinstance(formula, All | Either):
        for part in formula.parts:
            yield from _locals(part)


def run(pairs: int, random: Random, java: AvroJava | None = None, *, uninhabited: bool = False) -> Tally:
    """That many pairs."""
    tally = Tally()
    for _ in range(pairs):
        one = case(random, uninhabited=uninhabited)
        judge(one, java.ask(one.pair.reader_text, one.pair.writer_text, one.data) if java else None, tally, random)
    return tally


def judge(one: Case, answer: Answer | None, tally: Tally, random: Random) -> None:
    """Everything that is asked of one pair."""
    tally.counts["pairs"] += 1
    tally.counts["compatible" if one.meaning.compatible else "incompatible"] += 1
    if answer is not None:
        _verdict(one, answer, tally)
    fast = Fastavro(one.pair.reader_text, one.pair.writer_text)
    failures = 0
    for number, (value, data) in enumerate(zip(one.values, one.data, strict=True)):
        tally.counts["values"] += 1
        try:
            mine = plain(one.meaning.read(value))
        except Undefined as undefined:
            mine = Failed(undefined.kind)
        peers = {"fastavro": fast.read(data)}
        if answer is not None:
            peers["Avro Java"] = answer.values[number]
        failures += isinstance(mine, Failed) or any(isinstance(got, Failed) for got in peers.values())
        if one.meaning.compatible:
            _value(one, value, mine, peers, tally)
    if not one.meaning.compatible and not failures:
        _unwitnessed(one, tally, random)


def _verdict(one: Case, answer: Answer, tally: Tally) -> None:
    tally.counts["verdicts of Avro Java"] += 1
    found = differences(one.meaning.solution, one.meaning.walk.root)
    ours = {JAVA_KINDS[Kind(difference.kind)] for difference in found}
    threw = answer.kinds == ("THROWN",)
    if threw and one.ambiguous:
        if one.meaning.compatible:
            tally.counts["explained: ambiguous-field"] += 1
    elif answer.compatible != one.meaning.compatible or not ours.issuperset(answer.kinds):
        tally.findings.append(Disagreement("verdict of Avro Java", one.pair, "", sorted(ours), answer.kinds))


def _value(one: Case, value: Value, mine: Any, peers: dict[str, Any], tally: Tally) -> None:
    text = isinstance(mine, Failed) and mine.reason == Kind.NOT_UTF8
    if isinstance(mine, Failed) and not text:
        tally.findings.append(Disagreement("no meaning", one.pair, shown(one.pair.writer, value), "a value", mine))
    for peer, got in peers.items():
        if got == mine or (isinstance(got, Failed) and isinstance(mine, Failed)):
            continue
        if text:
            reason = "bytes-as-text"
        elif Mark.BRANCH in one.meaning.marks:
            reason = "branch"
        elif peer == "fastavro" and single(got) == single(mine):
            reason = "wide-float"
        elif peer == "fastavro" and Mark.DEFAULT in one.meaning.marks and as_json(got) == as_json(mine):
            reason = "json-default"
        elif peer == "Avro Java" and Mark.ALIAS in one.meaning.marks:
            reason = "alias-namespace"
        elif one.shared:
            reason = "shared-alias"
        elif peer == "Avro Java" and one.collides and isinstance(got, Failed):
            reason = "alias-in-union"
        elif peer == "Avro Java" and one.ambiguous:
            reason = "ambiguous-field"
        else:
            tally.findings.append(Disagreement(peer, one.pair, shown(one.pair.writer, value), mine, got))
            continue
        tally.counts[f"explained: {reason} ({peer})"] += 1


def _unwitnessed(one: Case, tally: Tally, random: Random) -> None:
    """Ten times as many values; then what could explain that none fails."""
    if witness(one.pair.reader, one.pair.writer, random) is not None:
        return
    if not one.values:
        tally.counts["incompatible, explained: uninhabited"] += 1
    else:
        tally.counts["incompatible, no value found"] += 1


def nearest(number: float) -> float:
    """Rounded to single precision, where that has it."""
    try:
        found: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return number
    return found


def single(value: Any) -> Any:
    """A plain value, its floats as numbers of single precision."""
    match value:
        case {"float": str(bits)}:
            return nearest(struct.unpack(">d", bytes.fromhex(bits))[0])
        case list():
            return [single(one) for one in value]
        case dict():
            return {key: single(one) for key, one in value.items()}
    return value


def as_json(value: Any) -> Any:
    """A plain value as a JSON default has it: bytes as text of code points below 256, all numbers of one kind."""
    match value:
        case {"bytes": str(digits)}:
            return bytes.fromhex(digits).decode("latin-1")
        case {"float": _}:
            return single(value)
        case list():
            return [as_json(one) for one in value]
        case dict():
            return {key: as_json(one) for key, one in value.items()}
        case int() if not isinstance(value, bool):
            return nearest(float(value))
    return value
