"""S8: who may write what in which mode."""

from __future__ import annotations

from nilometer.clients.registry import HttpExchange, named
from nilometer.registries.routes import CONTEXTS, SET_MODE
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import content, fresh, record, registered, schema_of, text
from nilometer.run import Run
from nilometer.targets.target import Control
from nilometer.verdict import Reason

NOT_PERMITTED = 42205
GIVEN_ID, GIVEN_VERSION = 5_000, 7


@requirement(
    id="S8",
    name="schema.modes",
    level="MUST",
    sentence="In READONLY nothing of a subject is written (42205); an id is given by the client only in IMPORT, which "
    "can be set only while the subject is empty, keeps id and version as they are given, and checks no compatibility",
    profiles=("schema",),
    sources=("Confluent Schema Registry API reference, mode", "Confluent Schema Registry documentation, migration"),
    apis={SET_MODE: 0},
    signatures={
        "written-in-readonly": "a schema was registered or deleted in READONLY",
        "id-taken-in-readwrite": "an id given by the client was taken in READWRITE",
        "import-over-versions": "IMPORT was set, without force, for a subject that has versions",
        "import-changed": "a schema imported with id and version has others",
        "import-checked": "a schema was refused in IMPORT because it is incompatible",
        "mode-not-kept": "a mode that was set is not read back",
        "still-readonly": "a subject that is back in READWRITE takes no schema",
    },
)
def check(run: Run) -> None:
    """A subject that is closed and opened again; ids given in READWRITE; an import, where its ids disturb nobody."""
    subject, first = fresh(run), run.random.randrange(10**9)
    registered(run, subject, content(run, first))
    _readonly(run, subject, first)
    _given_id(run, first)
    _import(run, subject, first)


def _set(run: Run, subject: str, mode: str) -> HttpExchange:
    made = run.registry.set_mode(subject, mode)
    if made.code == NOT_PERMITTED:
        run.not_observable(Reason.FEATURE_OFF, f"modes cannot be changed here: {made.text:.120}")
    made.needed()
    found = run.registry.call("GET", f"/mode/{named(subject)}")
    seen = found.value.get("mode") if found.ok and isinstance(found.value, dict) else found.outcome
    run.judge(seen == mode, "mode-not-kept", expected=mode, seen=seen, evidence=[made, found])
    return made


def _readonly(run: Run, subject: str, first: int) -> None:
    made = _set(run, subject, "READONLY")
    try:
        tried = [
            run.registry.register(subject, content(run, first + 1)),
            run.registry.delete_version(subject, 1),
            run.registry.delete_subject(subject),
        ]
        for written in tried:
            run.judge(
                not written.ok, "written-in-readonly", expected=NOT_PERMITTED,
                seen=f"{written.method} {written.outcome}",
                evidence=[made, written],
            )  # fmt: skip
    finally:
        back = run.registry.set_mode(subject, "READWRITE")
    if any(written.ok for written in tried):
        return
    after = run.registry.register(subject, content(run, first + 2))
    run.judge(after.ok, "still-readonly", expected="a registration", seen=after.outcome, evidence=[back, after])


def _given_id(run: Run, first: int) -> None:
    subject = fresh(run)
    found = run.registry.register(subject, content(run, first + 3), id=2**30, version=1)
    value = found.value if found.ok and isinstance(found.value, dict) else {}
    run.judge(
        value.get("id") != 2**30, "id-taken-in-readwrite", expected=f"{NOT_PERMITTED}: no id is taken here",
        seen=f"{found.outcome} {found.text:.100}", evidence=found,
    )  # fmt: skip
    if found.ok:
        run.note("an id that is given in READWRITE is passed over, not refused with 42205")


def _import(run: Run, full: str, first: int) -> None:
    """In a context of our own, or in a registry of our own: imported ids move the counter of all others."""
    prefix = ""
    if run.versions.serves(CONTEXTS) and _has_contexts(run):
        prefix = f":.{run.settings.prefix}-{run.settings.run_id}:"
    elif run.subject.target is None or Control.KILL not in run.subject.target.control:
        run.skip(Reason.NO_FAULT_CONTROL, "an import without a context of its own would disturb the ids of others")
        return
    over = run.registry.set_mode(full, "IMPORT")
    if over.code == 42204:
        run.skip(Reason.API_NOT_SERVED, f"there is no mode IMPORT: {over.text:.120}")
        return
    run.judge(
        not over.ok, "import-over-versions", expected=f"{NOT_PERMITTED}: the subject has versions", seen=over.outcome,
        evidence=over,
    )  # fmt: skip
    run.registry.set_mode(full, "READWRITE")
    empty = fresh(run, "BACKWARD", prefix)
    made = _set(run, empty, "IMPORT")
    schema = content(run, first + 4)
    imported = run.registry.register(empty, schema, id=GIVEN_ID, version=GIVEN_VERSION)
    imported.needed()
    found = run.registry.version(empty, GIVEN_VERSION)
    seen = (found.value.get("id"), found.value.get("version")) if found.ok else found.outcome
    run.judge(
        seen == (GIVEN_ID, GIVEN_VERSION) and schema_of(found) is not None, "import-changed",
        expected=f"id {GIVEN_ID}, version {GIVEN_VERSION}", seen=seen, evidence=[made, imported, found],
    )  # fmt: skip
    other = text(record("k.Other", f"g{first}"))
    unlike = run.registry.register(empty, other, id=GIVEN_ID + 1, version=GIVEN_VERSION + 1)
    run.judge(
        unlike.ok, "import-checked", expected="another record is taken: nothing is compared in IMPORT",
        seen=f"{unlike.outcome} {unlike.text:.120}", evidence=[made, imported, unlike],
    )  # fmt: skip
    run.registry.set_mode(empty, "READWRITE")


def _has_contexts(run: Run) -> bool:
    """Whether a qualified subject is kept apart: its ids begin at 1 again."""
    probe = fresh(run, "NONE", f":.{run.settings.prefix}-{run.settings.run_id}-probe:")
    return registered(run, probe, content(run, run.random.randrange(10**9))) == 1
