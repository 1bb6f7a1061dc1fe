"""S3: numbers of versions rise by one, and listings show what they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from nilometer.clients.registry import named
from nilometer.registries.routes import DELETE_VERSION
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import content, fresh, listed, registered
from nilometer.run import Run

REGISTER, SOFT, HARD = "register", "delete softly", "delete for good"
STEPS_MAX = 10
DIRECTED = [(REGISTER, 0), (REGISTER, 0), (SOFT, 1), (REGISTER, 0), (SOFT, 0), (HARD, 0), (REGISTER, 0)]
Step = tuple[str, int]


@dataclass
class Known:
    """One subject's versions by number."""

    live: list[int] = field(default_factory=list)
    softly: list[int] = field(default_factory=list)
    highest: int = 0
    """Ever used."""

    @property
    def following(self) -> range:
        """What the next number may be: a number is free again only after its version was deleted for good."""
        return range(max([*self.live, *self.softly], default=0) + 1, self.highest + 2)


@requirement(
    id="S3",
    name="schema.versions",
    level="MUST",
    sentence="Versions of a subject rise by one from the highest that is known, softly deleted ones included; latest "
    "is the highest that is not deleted; listings honour deleted, deletedOnly, subjectPrefix, offset and limit",
    profiles=("smoke", "schema"),
    sources=("Confluent Schema Registry API reference, subjects",),
    signatures={
        "wrong-number": "a new version has another number than the next one",
        "wrong-latest": "latest is not the highest version that is not deleted",
        "wrong-list": "the list of versions is not that of the versions that there are",
        "deleted-ignored": "a list with deleted or deletedOnly shows other versions",
        "prefix-ignored": "a list with subjectPrefix shows other subjects, or not all of them",
        "page-ignored": "a list with offset and limit is not that part of the whole list",
    },
)
def check(run: Run) -> None:
    """Generated histories of registering and deleting versions in a subject, all lists looked at after each step."""
    play(run, DIRECTED)
    step = st.tuples(st.sampled_from((REGISTER, REGISTER, SOFT, HARD)), st.integers(0, 3))
    run.explore(st.lists(step, min_size=2, max_size=STEPS_MAX), lambda steps: play(run, steps), examples=run.cases(3))
    of_subjects(run)


def play(run: Run, steps: list[Step]) -> None:
    """One history of a new subject."""
    subject, known = fresh(run), Known()
    first = run.random.randrange(10**9)
    for place, (kind, number) in enumerate(steps):
        if kind == REGISTER:
            _register(run, subject, known, content(run, first + place))
        elif run.versions.serves(DELETE_VERSION):
            _delete(run, subject, known, number, for_good=kind == HARD)
        _look(run, subject, known)


def _register(run: Run, subject: str, known: Known, schema: str) -> None:
    registered(run, subject, schema)
    evidence = run.journal.recent(1)
    new = set(listed(run.registry.versions(subject))) - set(known.live)
    allowed = known.following
    number = max(new, default=0)
    run.judge(
        len(new) == 1 and number in allowed, "wrong-number",
        expected=f"one new version, number {' or '.join(map(str, allowed))}", seen=f"new versions {sorted(new)}",
        evidence=[*evidence, *run.journal.recent(1)],
    )  # fmt: skip
    known.live.append(number)
    known.highest = max(known.highest, number)


def _delete(run: Run, subject: str, known: Known, number: int, *, for_good: bool) -> None:
    if for_good and known.softly:
        gone = known.softly[number % len(known.softly)]
        if run.registry.delete_version(subject, gone, permanent=True).ok:
            known.softly.remove(gone)
    elif known.live:
        gone = known.live[number % len(known.live)]
        if run.registry.delete_version(subject, gone).ok:
            known.live.remove(gone)
            known.softly.append(gone)


def _look(run: Run, subject: str, known: Known) -> None:
    every = sorted([*known.live, *known.softly])
    plain = run.registry.versions(subject)
    _list(run, listed(plain), sorted(known.live), "wrong-list", "versions")
    if known.softly:
        _list(run, listed(run.registry.versions(subject, deleted=True)), every, "deleted-ignored", "with deleted")
        only = listed(run.registry.versions(subject, deletedOnly=True))
        _list(run, only, sorted(known.softly), "deleted-ignored", "with deletedOnly")
    if known.live:
        latest = run.registry.version(subject)
        seen = latest.value.get("version") if latest.ok and isinstance(latest.value, dict) else latest.outcome
        run.judge(
            seen == max(known.live), "wrong-latest", expected=f"version {max(known.live)}", seen=seen, evidence=latest
        )
    path = f"/subjects/{named(subject)}/versions"
    _page(run, path, every if known.softly else sorted(known.live), deleted=bool(known.softly) or None)


def _list(run: Run, seen: list[int], expected: list[int], signature: str, what: str) -> None:
    run.judge(
        sorted(seen) == expected, signature, expected=f"{what} {expected}", seen=seen, evidence=run.journal.recent(1)
    )


def _page(run: Run, path: str, whole: Sequence[object], **query: object) -> None:
    """One after the other by offset and limit; in which order they come is not promised."""
    if len(whole) < 2:
        return
    parts = [listed(run.registry.call("GET", path, offset=place, limit=1, **query)) for place in range(len(whole))]
    seen = [one for part in parts for one in part]
    run.judge(
        len(seen) == len(whole) and set(seen) == set(whole), "page-ignored",
        expected=f"each of {list(whole)} in one of the parts of length 1", seen=parts,
        evidence=run.journal.recent(len(whole)),
    )  # fmt: skip


def of_subjects(run: Run) -> None:
    """The list of subjects, by a prefix that only we use, and in parts."""
    subjects = sorted(fresh(run) for _ in range(3))
    for place, subject in enumerate((*subjects, fresh(run, prefix="another-"))):
        registered(run, subject, content(run, place))
    prefix = subjects[0].rpartition("-")[0]
    mine = [one for one in listed(run.registry.call("GET", "/subjects")) if one.startswith(prefix)]
    run.judge(set(subjects) <= set(mine), "wrong-list", expected=subjects, seen=mine, evidence=run.journal.recent(1))
    found = listed(run.registry.call("GET", "/subjects", subjectPrefix=prefix))
    run.judge(
        sorted(found) == sorted(mine), "prefix-ignored", expected=sorted(mine), seen=found[:20],
        evidence=run.journal.recent(1),
    )  # fmt: skip
    if set(found) == set(mine):
        _page(run, "/subjects", found, subjectPrefix=prefix)
