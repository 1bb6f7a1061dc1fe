"""S1: an id means one schema, and a schema has one id."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import strategies as st

from nilometer.clients.registry import HttpExchange
from nilometer.registries.routes import DELETE_SUBJECT
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import content, fresh, registered, schema_of
from nilometer.run import Run

REGISTER, SOFT, HARD = "register", "delete", "delete for good"
SUBJECTS, CONTENTS = 3, 4
STEPS_MAX = 12
DIRECTED = [(REGISTER, 0, 0), (REGISTER, 1, 0), (REGISTER, 1, 1), (SOFT, 1, 0), (HARD, 1, 0), (REGISTER, 2, 2)]
Step = tuple[str, int, int]


@dataclass
class Known:
    """What ids have meant so far."""

    meaning: dict[int, int] = field(default_factory=dict)
    """Id to content, for ever."""
    holders: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Content to subjects that have it, softly deleted ones too."""
    ids: dict[int, int] = field(default_factory=dict)
    """Content to id, as long as somebody holds it."""
    shown: dict[int, HttpExchange] = field(default_factory=dict)
    """Id to the registration that gave it out first."""


@requirement(
    id="S1",
    name="schema.id_is_unique",
    level="MUST",
    sentence="In one context the mapping of id to schema content is a partial bijection for ever: an id never means "
    "two schemas, also when all versions that had it are deleted for good, and equal content has one id everywhere",
    profiles=("smoke", "schema"),
    sources=("Confluent Schema Registry API reference, schemas and subjects", "karapace #876"),
    signatures={
        "id-reused": "an id that meant one schema is given to another one",
        "two-ids": "equal content has two ids",
        "id-changed": "an id reads back as another schema than the one it was given for",
        "id-lost": "the id of a version that is there, or softly deleted, does not resolve",
    },
)
def check(run: Run) -> None:
    """Generated histories of registering and deleting a few contents in a few subjects; every id is read back."""
    play(run, DIRECTED)
    step = st.tuples(
        st.sampled_from((REGISTER, REGISTER, REGISTER, SOFT, HARD)),
        st.integers(0, SUBJECTS - 1),
        st.integers(0, CONTENTS - 1),
    )
    run.explore(st.lists(step, min_size=2, max_size=STEPS_MAX), lambda steps: play(run, steps), examples=run.cases(4))


def play(run: Run, steps: list[Step]) -> None:
    """One history from nothing."""
    subjects = [fresh(run) for _ in range(SUBJECTS)]
    first = run.random.randrange(10**9)  # contents that no history before has used
    known = Known()
    for kind, subject, number in steps:
        if kind == REGISTER:
            _register(run, known, subjects, subject, first + number)
        elif run.versions.serves(DELETE_SUBJECT):
            _delete(run, known, subjects, subject, for_good=kind == HARD)
    for number, id in known.ids.items():
        found = run.registry.by_id(id)
        evidence = [known.shown[id], found]
        if run.judge(found.ok, "id-lost", expected=f"the schema of id {id}", seen=found.outcome, evidence=evidence):
            _is(run, found, number, id, evidence)


def _register(run: Run, known: Known, subjects: list[str], subject: int, number: int) -> None:
    id = registered(run, subjects[subject], content(run, number))
    answer = run.journal.recent(1)[0]
    assert isinstance(answer, HttpExchange)
    before = known.meaning.get(id)
    run.judge(
        before in (None, number), "id-reused", expected=f"an id for field f{number} that meant nothing else",
        seen=f"id {id}, which meant field f{before}", evidence=[*_first(known, id), answer],
    )  # fmt: skip
    if known.holders[number]:
        run.judge(
            id == known.ids[number], "two-ids", expected=f"id {known.ids[number]}, as in another subject",
            seen=f"id {id} for equal content", evidence=[*_first(known, known.ids[number]), answer],
        )  # fmt: skip
    known.meaning[id] = number
    known.ids[number] = id
    known.holders[number].add(subject)
    known.shown.setdefault(id, answer)


def _first(known: Known, id: int) -> list[HttpExchange]:
    return [known.shown[id]] if id in known.shown else []


def _delete(run: Run, known: Known, subjects: list[str], subject: int, *, for_good: bool) -> None:
    """The whole subject, softly, then perhaps for good."""
    run.registry.delete_subject(subjects[subject])
    if for_good and run.registry.delete_subject(subjects[subject], permanent=True).ok:
        run.registry.set_level(subjects[subject], "NONE").needed()  # its settings went with it
        for number, holders in known.holders.items():
            holders.discard(subject)
            if not holders:
                known.ids.pop(number, None)


def _is(run: Run, found: HttpExchange, number: int, id: int, evidence: list[HttpExchange]) -> None:
    schema = schema_of(found)
    names = [one.get("name") for one in schema.get("fields", ())] if isinstance(schema, dict) else schema
    run.judge(
        names == [f"f{number}"], "id-changed", expected=f"id {id} to be the record with field f{number}",
        seen=f"a schema with {names}", evidence=evidence,
    )  # fmt: skip
