"""S7: a schema may refer to versions of others, which are there, and stay as long as they are referred to."""

from __future__ import annotations

from typing import Any

from nilometer.registries.routes import DELETE_VERSION, REFERENCED_BY
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import fresh, record, registered, text
from nilometer.run import Run

INVALID_SCHEMA, REFERENCED = 42201, 42206
CHAIN = 8


@requirement(
    id="S7",
    name="schema.references",
    level="MUST",
    sentence="References resolve by subject and version when a schema is registered, otherwise it is refused (42201); "
    "they are read back as they were given; a version that is referred to cannot be deleted (42206)",
    profiles=("smoke", "schema"),
    sources=("Confluent Schema Registry documentation, schema references",),
    signatures={
        "unresolved-accepted": "a schema was registered whose reference does not resolve",
        "references-changed": "references read back differ from those that were given",
        "referrer-unknown": "referencedby does not name the schema that refers to the version",
        "deleted-though-referenced": "a version was deleted that another schema refers to",
        "still-referenced": "a version cannot be deleted after the schema that referred to it was deleted for good",
        "chain-fails": "a schema at the end of a chain of references is refused, or does not read back",
    },
)
def check(run: Run) -> None:
    """A pair of subjects, a reference that leads nowhere, a chain; deleting what is referred to, before and after."""
    name = f"k.T_{run.random.randrange(10**9)}"
    target, referrer = fresh(run), fresh(run)
    registered(run, target, text(record(name, "a")))
    reference = {"name": name, "subject": target, "version": 1}
    _unresolved(run, {**reference, "version": 7}, name)
    _unresolved(run, {**reference, "subject": run.name("nobody")}, name)
    id = registered(run, referrer, _using(name), references=[reference])
    for found in (run.registry.version(referrer), run.registry.by_id(id)):
        seen = found.value.get("references") if found.ok and isinstance(found.value, dict) else found.outcome
        run.judge(
            _plain(seen) == [reference], "references-changed", expected=[reference], seen=seen, evidence=found
        )  # fmt: skip
    if run.versions.serves(REFERENCED_BY):
        by = run.registry.call("GET", f"/subjects/{target}/versions/1/referencedby")
        run.judge(
            by.ok and id in (by.value or ()), "referrer-unknown", expected=f"id {id}", seen=by.text, evidence=by
        )  # fmt: skip
    if run.versions.serves(DELETE_VERSION):
        _delete(run, target, referrer)
    _chain(run)


def _using(name: str) -> str:
    return text(record(f"{name}_user", ("t", name)))


def _plain(references: Any) -> Any:
    """What a reference is made of; a product may add members."""
    if not isinstance(references, list):
        return references
    return [{key: one.get(key) for key in ("name", "subject", "version")} for one in references]


def _unresolved(run: Run, reference: dict[str, object], name: str) -> None:
    found = run.registry.register(fresh(run), _using(name), references=[reference])
    run.judge(
        not found.ok, "unresolved-accepted", expected=f"{INVALID_SCHEMA}: {reference} is not there", seen=found.outcome,
        evidence=found,
    )  # fmt: skip


def _delete(run: Run, target: str, referrer: str) -> None:
    for way, deleted in (
        ("the version", run.registry.delete_version(target, 1)),
        ("the subject", run.registry.delete_subject(target)),
    ):
        run.judge(
            not deleted.ok, "deleted-though-referenced", expected=f"{REFERENCED}: {way} is referred to",
            seen=deleted.outcome, evidence=deleted,
        )  # fmt: skip
        if deleted.ok:
            return
    run.registry.delete_subject(referrer).needed()
    run.registry.delete_subject(referrer, permanent=True).needed()
    deleted = run.registry.delete_version(target, 1)
    run.judge(
        deleted.ok, "still-referenced", expected="version 1 to be deleted: nobody refers to it any more",
        seen=deleted.outcome, evidence=run.journal.recent(3),
    )  # fmt: skip


def _chain(run: Run) -> None:
    """Each refers to the one before it."""
    stem = f"k.C_{run.random.randrange(10**9)}_"
    references: list[dict[str, object]] = []
    for place in range(CHAIN):
        fields = [("t", f"{stem}{place - 1}")] if place else ["a"]
        subject, schema = fresh(run), text(record(f"{stem}{place}", *fields))
        made = run.registry.register(subject, schema, references=references)
        found = run.registry.version(subject) if made.ok else made
        run.judge(
            made.ok and found.ok, "chain-fails", expected=f"a schema that refers to {place} others, through each other",
            seen=f"{found.outcome} {found.text:.200}", evidence=[made, found] if made.ok else made,
        )  # fmt: skip
        if not made.ok:
            return
        references = [{"name": f"{stem}{place}", "subject": subject, "version": 1}]
