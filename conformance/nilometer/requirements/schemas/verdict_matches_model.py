"""S4: what may follow what is what the formal model says, at every level, asked in every way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from nilometer.clients.registry import LATEST, HttpExchange
from nilometer.registries.routes import COMPATIBLE, COMPATIBLE_WITH_HISTORY, DELETE_VERSION, SET_LEVEL
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import fresh, record, text
from nilometer.requirements.schemas._verdicts import Dialects, accepted, says_compatible
from nilometer.run import Run
from nilometer.schema.avro.generators import changed, writer
from nilometer.verdict import COUNTEREXAMPLES_KEPT, Reason
from nilometer_models.schema.avro import NotAvro, parse
from nilometer_models.schema.avro.values import heights
from nilometer_models.schema.modes import Mode

LEVELS = tuple(mode.value for mode in Mode)
VERSIONS_MAX = 3


def _enum(*symbols: str, **more: object) -> dict[str, object]:
    return {"type": "enum", "name": "k.E", "symbols": list(symbols), **more}


ONE = record("k.R", "a")
CHANGES: dict[str, tuple[object, object]] = {
    "a field with a default is added": (ONE, record("k.R", "a", ("b", "int", 0))),
    "a field without a default is added": (ONE, record("k.R", "a", "b")),
    "a field is removed": (record("k.R", "a", "b"), ONE),
    "a field with a default is removed": (record("k.R", "a", ("b", "int", 0)), ONE),
    "int becomes long": (record("k.R", ("a", "int")), record("k.R", ("a", "long"))),
    "string becomes int": (ONE, record("k.R", ("a", "int"))),
    "null becomes possible": (ONE, record("k.R", ("a", ["null", "string"]))),
    "a symbol is added": (_enum("X"), _enum("X", "Y")),
    "a symbol is added to an enum with a default": (_enum("X", default="X"), _enum("X", "Y", default="X")),
    "the name changes": (ONE, record("k.S", "a")),
    "nothing but the documentation changes": (ONE, record("k.R", "a", doc="text")),
}
"""Old and new: what the documentation of every registry speaks of."""
TELLING: dict[str, tuple[object, object]] = {
    "the namespace changes": (ONE, record("n.R", "a")),
    "a record has an alias": (ONE, record("k.S", "a", aliases=["k.R"])),
    "name and alias of a field were both there": (
        record("k.R", ("a", "int"), ("b", "int")),
        {"type": "record", "name": "k.R", "fields": [{"name": "a", "type": "int", "aliases": ["b"]}]},
    ),
}
"""Where dialects differ."""
NOT_TRANSITIVE = (ONE, record("k.R", "a", ("b", "string", "")), record("k.R", "a", "b"))
"""Each follows the one before under BACKWARD, the third does not follow the first."""


@dataclass
class Asking:
    """Asks the registry and the model the same."""

    run: Run
    dialects: Dialects

    @property
    def enough(self) -> bool:
        """Whether as many contradictions were seen as are kept: more would tell nothing new."""
        return self.run.result.violations >= COUNTEREXAMPLES_KEPT

    def judge(self, verdict: bool | None, question: tuple[str, str, list[tuple[int, str]]], way: str) -> None:
        """One verdict of the registry on (level, new, history)."""
        exchange = self.run.journal.recent(1)[0]
        assert isinstance(exchange, HttpExchange)
        if verdict is None:
            self.run.skip(
                Reason.REFUSED, f"neither compatible nor incompatible: {exchange.outcome} {exchange.text:.160}"
            )
            return
        level, new, history = question
        expected = self.dialects.expected(level, new, history)
        if self.dialects.learn(verdict, expected):
            self.run.holds()
            return
        words = {True: "compatible", False: "incompatible"}
        told = "; ".join(f"version {number} {schema}" for number, schema in history)
        self.run.violated(
            f"{way}-says-{'yes' if verdict else 'no'}", expected=f"{words[not verdict]} by {self.dialects}",
            seen=f"{words[verdict]}: {level}, new {new} after {told or 'nothing'}",
            evidence=self.run.journal.recent(2 + len(history)),
        )  # fmt: skip


@requirement(
    id="S4",
    name="schema.verdict_matches_model",
    level="MUST",
    sentence="For NONE, BACKWARD, FORWARD, FULL and the three transitive levels a registration is refused exactly "
    "where the formal model of Avro says incompatible; softly deleted versions do not count, the first version is "
    "accepted, and the compatibility endpoint gives the same verdict",
    profiles=("schema",),
    sources=("Confluent Schema Registry documentation, schema evolution", "Avro specification, Schema Resolution",
             "org.apache.avro.SchemaCompatibility"),
    apis={SET_LEVEL: 0},
    signatures={
        "registration-says-yes": "a schema was accepted that is incompatible in every possible dialect",
        "registration-says-no": "a schema was refused that is compatible in every possible dialect",
        "endpoint-says-yes": "the compatibility endpoint calls compatible what is not",
        "endpoint-says-no": "the compatibility endpoint calls incompatible what is not",
        "history-says-yes": "the compatibility endpoint without a version calls compatible what may not be registered",
        "history-says-no": "the compatibility endpoint without a version calls incompatible what may be registered",
    },
    time_limit_s=120.0,
)  # fmt: skip
def check(run: Run) -> None:
    """Documented changes at every level, a history that is not transitive, generated histories with deletions."""
    asking = Asking(run, Dialects())
    for old, new in (*CHANGES.values(), *TELLING.values()):
        for level in LEVELS if run.settings.depth > 1 else LEVELS[::2]:
            follow(asking, level, [text(old)], text(new), frozenset())
    for level in LEVELS:
        follow(asking, level, [text(one) for one in NOT_TRANSITIVE[:2]], text(NOT_TRANSITIVE[2]), frozenset())
        follow(asking, level, [text(one) for one in NOT_TRANSITIVE[:2]], text(NOT_TRANSITIVE[2]), frozenset({0}))
    _of_the_top_level(asking)
    run.explore(histories(), lambda drawn: follow(asking, *drawn), examples=run.cases(10))
    run.note(f"Avro's rules are those of {asking.dialects}")


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[str], str, frozenset[int]]:
    """Level, versions, candidate, and which versions are deleted softly."""
    random: Random = draw(st.randoms(use_true_random=False))
    level = draw(st.sampled_from(LEVELS))
    count = draw(st.integers(1, VERSIONS_MAX))
    made = [writer(random, 2)]
    while len(made) <= count:
        following, _ = changed(random, made[-1])
        made.append(following if usable(following) else made[-1])
    texts = [json.dumps(one) for one in made]
    deleted = draw(st.frozensets(st.integers(0, count - 1), max_size=count - 1))
    return level, texts[:-1], texts[-1], deleted


def usable(written: object) -> bool:
    """Whether it is a schema, and there is something to write."""
    try:
        return None not in heights(parse(json.dumps(written)))
    except NotAvro:
        return False


def follow(asking: Asking, level: str, versions: list[str], new: str, deleted: frozenset[int]) -> None:
    """Make the history under NONE, then ask for the candidate in every way."""
    run = asking.run
    if asking.enough or not all(usable(json.loads(one)) for one in (*versions, new)):
        return
    subject = fresh(run)
    numbers: dict[int, str] = {}
    for schema in versions:
        run.registry.register(subject, schema).needed()
        for number in set(run.registry.versions(subject).needed()) - numbers.keys():
            numbers[number] = schema
    for place, number in enumerate(sorted(numbers)):
        if place in deleted and len(numbers) > 1 and run.versions.serves(DELETE_VERSION):
            run.registry.delete_version(subject, number).needed()
            del numbers[number]
    if any(json.loads(new) == json.loads(one) for one in numbers.values()):
        return  # what is there is not checked again, whatever its rules would say
    history = sorted(numbers.items())
    run.registry.set_level(subject, level).needed()
    if run.versions.serves(COMPATIBLE):
        last = history[-1:]
        found = says_compatible(run.registry.compatible(subject, new, LATEST))
        asking.judge(found, (level, new, last), "endpoint")
        first = history[0]
        found = says_compatible(run.registry.compatible(subject, new, first[0]))
        asking.judge(found, (level, new, [first]), "endpoint")
    if asking.enough:
        return
    if run.versions.serves(COMPATIBLE_WITH_HISTORY):
        found = says_compatible(run.registry.compatible(subject, new, None))
        asking.judge(found, (level, new, history), "history")
    asking.judge(accepted(run.registry.register(subject, new)), (level, new, history), "registration")


def _of_the_top_level(asking: Asking) -> None:
    """A subject without a level of its own has that of the top level; its first version is accepted."""
    run = asking.run
    top = run.registry.call("GET", "/config")
    level = top.value.get("compatibilityLevel") if top.ok and isinstance(top.value, dict) else None
    if level not in LEVELS:
        run.skip(Reason.REFUSED, f"GET /config shows no level: {top.outcome} {top.text:.100}")
        return
    for old, new in CHANGES.values():
        if asking.enough:
            return
        subject = fresh(run, level=None)
        asking.judge(accepted(run.registry.register(subject, text(old))), (level, text(old), []), "registration")
        question = (level, text(new), [(1, text(old))])
        asking.judge(accepted(run.registry.register(subject, text(new))), question, "registration")
