"""S11: a registry that was killed and comes back answers as before."""

from __future__ import annotations

from typing import Any

from nilometer.clients.registry import RegistryClient, named
from nilometer.requirement import requirement
from nilometer.requirements._restart import bring_back
from nilometer.requirements.schemas._schemas import content, fresh, record, registered, text
from nilometer.run import Run
from nilometer.targets.target import Control

Answers = dict[str, tuple[int | None, Any]]
CONTENTS = 6


@requirement(
    id="S11",
    name="schema.replay",
    level="MUST",
    sentence="A registry that was killed (SIGKILL) or stopped and started again gives the same answers: ids, versions, "
    "softly deleted ones, references, levels, modes; and gives no id again that a schema had that is deleted for good",
    profiles=("schema",),
    sources=("karapace #170", "Confluent Schema Registry documentation, the topic _schemas"),
    needs=Control.KILL | Control.RESTART,
    signatures={
        "answer-changed": "a question is answered otherwise after the restart",
        "id-given-again": "after the restart, a new schema has an id that another one had before",
    },
    time_limit_s=120.0,
)
def check(run: Run) -> None:
    """Subjects with everything that can be in them; all questions before and after a kill, then after a stop."""
    for kill in (True, False):
        subjects, ids, gone = _make(run)
        before = _ask(run.registry, subjects, ids)
        bring_back(run, kill=kill)
        run.registry.close()
        after = _ask(run.registry, subjects, ids)
        for question, answer in before.items():
            run.judge(
                after[question] == answer, "answer-changed", expected=f"{question}: {answer}",
                seen=f"{after[question]}, after the process was {'killed' if kill else 'stopped'}",
                evidence=run.journal.recent(2),
            )  # fmt: skip
        new = registered(run, fresh(run), content(run, run.random.randrange(10**9)))
        run.judge(
            new not in {*ids, *gone}, "id-given-again", expected=f"an id that nobody had: not {sorted({*ids, *gone})}",
            seen=new, evidence=run.journal.recent(1),
        )  # fmt: skip


def _make(run: Run) -> tuple[list[str], list[int], list[int]]:
    """Subjects; ids that are there; ids that were deleted for good, the highest one among them."""
    first = run.random.randrange(10**9)
    one, other, using, last = fresh(run), fresh(run, "FULL_TRANSITIVE"), fresh(run), fresh(run)
    ids = [registered(run, one, content(run, first + place)) for place in range(CONTENTS)]
    run.registry.delete_version(one, 2).needed()
    name = f"k.P{first}"
    ids.append(registered(run, other, text(record(name, "a"))))
    reference = {"name": name, "subject": other, "version": 1}
    ids.append(registered(run, using, text(record(f"{name}u", ("t", name))), references=[reference]))
    run.registry.set_mode(using, "READONLY")
    gone = [registered(run, last, content(run, first + CONTENTS))]
    run.registry.delete_subject(last).needed()
    run.registry.delete_subject(last, permanent=True).needed()
    return [one, other, using, last], ids, gone


def _ask(registry: RegistryClient, subjects: list[str], ids: list[int]) -> Answers:
    """Everything that can be asked about them."""
    paths = [f"/schemas/ids/{id}" for id in ids]
    for subject in map(named, subjects):
        paths += [f"/subjects/{subject}/versions", f"/subjects/{subject}/versions?deleted=true"]
        paths += [f"/subjects/{subject}/versions/{version}?deleted=true" for version in range(1, CONTENTS + 2)]
        paths += [f"/config/{subject}", f"/mode/{subject}", f"/subjects/{subject}/versions/1/referencedby"]
    answers: Answers = {}
    for path in paths:
        found = registry.call("GET", path)
        answers[path] = found.status, found.value
    return answers
