"""S5: what the registry calls compatible, a consumer can read."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from nilometer.registries.routes import COMPATIBLE, SET_LEVEL
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import fresh
from nilometer.requirements.schemas._verdicts import says_compatible
from nilometer.run import Run
from nilometer.schema.avro.generators import SchemaPair, pair
from nilometer.verdict import Reason
from nilometer_models.schema.avro.dialects import AVRO_PYTHON, Kind
from nilometer_models.schema.avro.encoding import encode
from nilometer_models.schema.avro.meaning import Mark, Meaning, Undefined, witness
from nilometer_models.schema.avro.values import Value, Values, shown

VALUES = 12


@requirement(
    id="S5",
    name="schema.semantic_soundness",
    level="MUST",
    sentence="Where the registry calls a reader's schema compatible (BACKWARD), every value that the writer's schema "
    "can write is read by it; bytes that are no UTF-8, read as text, are known to be let through and are only told",
    profiles=("schema",),
    sources=("Avro specification, Schema Resolution", "fastavro as a second decoder"),
    apis={SET_LEVEL: 0, COMPATIBLE: 0},
    signatures={"does-not-decode": "the schemas are called compatible, and a value of the writer cannot be read"},
    time_limit_s=120.0,
)
def check(run: Run) -> None:
    """Generated pairs of schemas with values, read as the specification says, and by fastavro where it is installed."""
    second = _fastavro()
    if second is None:
        run.note("fastavro is not installed (nilometer[schema]): values were read by the specification alone")
    asked = {"compatible": 0, "incompatible": 0, "incompatible without a value that fails": 0, "text": 0}

    run.explore(cases(), lambda case: judge(run, case, second, asked), examples=run.cases(15))
    run.note(
        f"{asked['compatible']} pairs were called compatible, {asked['incompatible']} incompatible; of those, "
        f"{asked['incompatible without a value that fails']} without a value that fails"
    )
    if asked["text"]:
        run.note(
            f"{asked['text']} values were bytes that are no UTF-8, read as text by a schema that is called compatible"
        )


@dataclass(frozen=True)
class Case:
    """A pair, and values of the writer."""

    pair: SchemaPair
    values: tuple[Value, ...]

    def __repr__(self) -> str:
        return f"reader {self.pair.reader_text}, writer {self.pair.writer_text}"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One is made from the other by a few changes."""
    random: Random = draw(st.randoms(use_true_random=False))
    drawn = pair(random, 2)
    source = Values(drawn.writer, random)
    return Case(drawn, tuple(source.draw() for _ in range(VALUES)))


def judge(run: Run, case: Case, second: Any, asked: dict[str, int]) -> None:
    """The writer is there, the reader is asked for."""
    drawn = case.pair
    subject = fresh(run)
    run.registry.register(subject, drawn.writer_text).needed()
    run.registry.set_level(subject, "BACKWARD").needed()
    asking = run.registry.compatible(subject, drawn.reader_text)
    verdict = says_compatible(asking)
    if verdict is None:
        run.skip(Reason.REFUSED, f"the reader's schema was not judged: {asking.outcome} {asking.text:.160}")
        return
    if not verdict:
        asked["incompatible"] += 1
        if witness(drawn.reader, drawn.writer, Random(run.seed)) is None:
            asked["incompatible without a value that fails"] += 1
        return
    asked["compatible"] += 1
    meaning = Meaning(drawn.reader, drawn.writer, AVRO_PYTHON)  # the most lenient one about fields with two names
    for value in case.values:
        why = _unread(meaning, value, drawn, second, asked)
        run.judge(
            not why, "does-not-decode", expected=f"{drawn.reader_text} reads {shown(drawn.writer, value)}",
            seen=f"it was written by {drawn.writer_text}: {why}", evidence=asking,
        )  # fmt: skip


def _unread(meaning: Meaning, value: Value, drawn: SchemaPair, second: Any, asked: dict[str, int]) -> str:
    """Why the value cannot be read; empty if it can, or where decoders are known to go different ways."""
    try:
        meaning.read(value)
    except Undefined as undefined:
        if undefined.kind is Kind.NOT_UTF8:
            asked["text"] += 1
            return ""
        return str(undefined)
    doubtful = meaning.marks & {Mark.BRANCH, Mark.ALIAS}
    if second is None or doubtful or "aliases" in drawn.reader_text:
        return ""
    found = second(drawn.reader_text, drawn.writer_text).read(encode(drawn.writer, value))
    return f"fastavro: {found.reason}" if type(found).__name__ == "Failed" else ""


def _fastavro() -> Any:
    """A decoder that we did not write, by reader and writer; None where it is not installed."""
    try:
        from nilometer.schema.avro.peers import Fastavro  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return Fastavro
