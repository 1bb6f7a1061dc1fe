"""S12: writers at the same time agree on ids, and lose no version."""

from __future__ import annotations

from collections.abc import Callable

from nilometer.clients.registry import HttpExchange, RegistryClient
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import content, fresh
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer.workloads.together import together_at_registry

WRITERS = 6
CONTENTS = 4


@requirement(
    id="S12",
    name="schema.concurrency",
    level="MUST",
    sentence="Registrations at the same time of equal content get one id, of different content different ids; each is "
    "a version of its own, and a writer reads what it has registered at once",
    profiles=("smoke", "schema"),
    sources=("Confluent Schema Registry API reference", "schema-registry #1003"),
    signatures={
        "two-ids": "equal content that was registered at the same time has two ids",
        "one-id": "different contents that were registered at the same time have one id",
        "version-lost": "the versions of a subject are not one for each content, numbered without a gap",
        "not-read": "a writer does not read what it has just registered",
    },
)
def check(run: Run) -> None:
    """Several writers at once: the same content in one subject, in several, and different contents in one."""
    for _ in range(run.cases(2)):
        first = run.random.randrange(10**9)
        one = fresh(run)
        _race(run, [(one, first)] * WRITERS)
        _race(run, [(fresh(run), first + 1) for _ in range(WRITERS)])
        crowded = fresh(run)
        _race(run, [(crowded, first + 2 + place % CONTENTS) for place in range(WRITERS)])


def _race(run: Run, writes: list[tuple[str, int]]) -> None:
    """One writer each; then ids by content, and the versions of each subject."""
    answers: dict[int, tuple[HttpExchange, HttpExchange]] = {}

    def writer(place: int, subject: str, schema: str) -> None:
        def job(actor: RegistryClient) -> None:
            made = actor.register(subject, schema)
            answers[place] = made, actor.by_id(made.value["id"]) if made.ok else made

        jobs.append(job)

    jobs: list[Callable[[RegistryClient], None]] = []
    for place, (subject, number) in enumerate(writes):
        writer(place, subject, content(run, number))
    together_at_registry(run, jobs)
    ids: dict[int, set[int]] = {}
    evidence = [made for made, _ in answers.values()]
    for place, (_, number) in enumerate(writes):
        made, read = answers[place]
        if not made.ok:
            run.skip(Reason.REFUSED, f"a registration was refused: {made.outcome} {made.text:.120}")
            continue
        ids.setdefault(number, set()).add(made.value["id"])
        run.judge(
            read.ok and f"f{number}" in read.text, "not-read", expected=f"the record with field f{number}",
            seen=f"{read.outcome} {read.text:.120}", evidence=[made, read],
        )  # fmt: skip
    for number, found in ids.items():
        run.judge(
            len(found) == 1, "two-ids", expected=f"one id for field f{number}", seen=sorted(found), evidence=evidence
        )
    every = [id for found in ids.values() for id in found]
    run.judge(len(set(every)) == len(every), "one-id", expected="an id each", seen=ids, evidence=evidence)
    for subject in {subject for subject, _ in writes}:
        count = len({number for other, number in writes if other == subject} & ids.keys())
        listed = run.registry.versions(subject)
        run.judge(
            listed.ok and sorted(listed.value) == list(range(1, count + 1)), "version-lost",
            expected=f"versions 1 to {count} of {subject}", seen=listed.text, evidence=[*evidence, listed],
        )  # fmt: skip
