"""S6: a soft delete hides, a permanent one needs a soft one before, and what was hidden can come back."""

from __future__ import annotations

from nilometer.clients.registry import HttpExchange
from nilometer.registries.routes import DELETE_SUBJECT, DELETE_VERSION
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import content, fresh, listed, registered
from nilometer.run import Run

NOT_FOUND = (40401, 40402, 40403)


@requirement(
    id="S6",
    name="schema.deletion",
    level="MUST",
    sentence="A soft delete hides a version from listings and from latest, but its id still resolves; a permanent "
    "delete needs a soft one first; registering a softly deleted schema again revives it under its id",
    profiles=("smoke", "schema"),
    sources=("Confluent Schema Registry API reference, DELETE", "Confluent Schema Registry documentation, deletion"),
    apis={DELETE_SUBJECT: 0, DELETE_VERSION: 0},
    signatures={
        "still-listed": "a deleted version or subject is still listed, or still latest",
        "id-lost": "the id of a softly deleted version does not resolve",
        "deleted-at-once": "a permanent delete without a soft one before was not refused",
        "still-there": "what was deleted for good is still there",
        "not-shown": "a softly deleted version is not shown to who asks for deleted ones",
        "not-revived": "a softly deleted schema cannot be registered again",
        "revived-with-other-id": "a softly deleted schema that is registered again has another id",
        "wrong-answer": "a delete does not answer with the versions that it deleted",
    },
)  # fmt: skip
def check(run: Run) -> None:
    """A version, then a whole subject: softly, again, for good; each with a look at lists, latest and ids between."""
    _version(run)
    _subject(run)
    _revive(run)


def _gone(run: Run, found: HttpExchange, signature: str, what: str) -> None:
    run.judge(
        found.code in NOT_FOUND, signature, expected=f"{what} not to be found", seen=f"{found.outcome}",
        evidence=run.journal.recent(3),
    )  # fmt: skip


def _version(run: Run) -> None:
    subject, first = fresh(run), run.random.randrange(10**9)
    ids = [registered(run, subject, content(run, first + place)) for place in range(3)]
    early = run.registry.delete_version(subject, 3, permanent=True)
    run.judge(
        not early.ok, "deleted-at-once", expected="40407: version 3 was not deleted softly", seen=early.outcome,
        evidence=early,
    )  # fmt: skip
    if early.ok:
        return
    deleted = run.registry.delete_version(subject, 3)
    deleted.needed()
    run.judge(deleted.value == 3, "wrong-answer", expected="3", seen=deleted.text, evidence=deleted)
    _hidden(run, subject, ids[2], deleted)
    run.registry.delete_version(subject, 3, permanent=True).needed()
    _gone(run, run.registry.version(subject, 3, deleted=True), "still-there", "version 3, also among deleted ones,")
    every = listed(run.registry.versions(subject, deleted=True))
    run.judge(every == [1, 2], "still-there", expected=[1, 2], seen=every, evidence=run.journal.recent(2))


def _hidden(run: Run, subject: str, id: int, deleted: HttpExchange) -> None:
    """Version 3 of three was deleted softly."""
    plain = listed(run.registry.versions(subject))
    run.judge(plain == [1, 2], "still-listed", expected=[1, 2], seen=plain, evidence=run.journal.recent(2))
    latest = run.registry.version(subject)
    run.judge(
        latest.ok and latest.value.get("version") == 2, "still-listed", expected="latest to be version 2",
        seen=latest.text, evidence=[deleted, latest],
    )  # fmt: skip
    _gone(run, run.registry.version(subject, 3), "still-listed", "version 3")
    shown = run.registry.version(subject, 3, deleted=True)
    run.judge(
        shown.ok, "not-shown", expected="version 3 with deleted=true", seen=shown.outcome, evidence=[deleted, shown]
    )
    found = run.registry.by_id(id)
    run.judge(found.ok, "id-lost", expected=f"the schema of id {id}", seen=found.outcome, evidence=[deleted, found])


def _subject(run: Run) -> None:
    subject, first = fresh(run), run.random.randrange(10**9)
    ids = [registered(run, subject, content(run, first + place)) for place in range(2)]
    early = run.registry.delete_subject(subject, permanent=True)
    run.judge(
        not early.ok, "deleted-at-once", expected="40405: the subject was not deleted softly", seen=early.outcome,
        evidence=early,
    )  # fmt: skip
    if early.ok:
        return
    deleted = run.registry.delete_subject(subject)
    deleted.needed()
    run.judge(deleted.value == [1, 2], "wrong-answer", expected=[1, 2], seen=deleted.text, evidence=deleted)
    subjects = listed(run.registry.call("GET", "/subjects"))
    run.judge(
        subject not in subjects, "still-listed", expected=f"{subject} not in the list of subjects",
        seen="it is in the list", evidence=[deleted, *run.journal.recent(1)],
    )  # fmt: skip
    _gone(run, run.registry.version(subject), "still-listed", "latest of a deleted subject")
    for id in ids:
        found = run.registry.by_id(id)
        run.judge(found.ok, "id-lost", expected=f"the schema of id {id}", seen=found.outcome, evidence=[deleted, found])
    again = run.registry.call("GET", "/subjects", deleted=True)
    run.judge(
        subject in listed(again), "not-shown", expected=f"{subject} in the list with deleted=true",
        seen="it is not in the list", evidence=[deleted, again],
    )  # fmt: skip
    run.registry.delete_subject(subject, permanent=True).needed()
    _gone(run, run.registry.versions(subject, deleted=True), "still-there", "the subject, also among deleted ones,")


def _revive(run: Run) -> None:
    subject, schema = fresh(run), content(run, run.random.randrange(10**9))
    id = registered(run, subject, schema)
    before = run.journal.recent(1)
    run.registry.delete_subject(subject).needed()
    made = run.registry.register(subject, schema)
    if not run.judge(
        made.ok, "not-revived", expected=f"id {id} again", seen=f"{made.outcome} {made.text:.80}",
        evidence=[*before, *run.journal.recent(2)],
    ):  # fmt: skip
        return
    again = made.value.get("id")
    run.judge(
        again == id, "revived-with-other-id", expected=f"id {id}", seen=f"id {again}",
        evidence=[*before, *run.journal.recent(2)],
    )  # fmt: skip
    found = run.registry.version(subject)
    run.judge(
        found.ok and found.value.get("id") == id, "not-shown", expected=f"latest with id {id}", seen=found.text,
        evidence=run.journal.recent(3),
    )  # fmt: skip
