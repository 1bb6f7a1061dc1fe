"""S2: to register again what is there changes nothing, and it can be looked up and read back."""

from __future__ import annotations

import json

from nilometer.registries.routes import LOOK_UP
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import content, fresh, registered, schema_of
from nilometer.run import Run

TIMES = 3
CONTENTS = 3


@requirement(
    id="S2",
    name="schema.idempotent_register",
    level="MUST",
    sentence="Registering content that the subject already has answers the same id and makes no new version; the same "
    "content under another subject has the same id; a look-up finds the version, and reading it gives the schema",
    profiles=("smoke", "schema"),
    sources=(
        "Confluent Schema Registry API reference, POST /subjects/(subject)/versions and POST /subjects/(subject)",
    ),
    signatures={
        "id-differs": "the same content got another id",
        "version-made": "registering what is there made a new version",
        "look-up-fails": "a look-up does not find the version, or finds another one",
        "schema-changed": "a version or an id reads back as another schema",
    },
)
def check(run: Run) -> None:
    """Several contents, each registered several times in one subject and once in another one."""
    for _ in range(run.cases(1)):
        one, other = fresh(run), fresh(run)
        first = run.random.randrange(10**9)
        for place in range(CONTENTS):
            _content(run, one, other, content(run, first + place), place + 1)


def _content(run: Run, one: str, other: str, schema: str, version: int) -> None:
    id = registered(run, one, schema)
    original = run.journal.recent(1)
    for subject in (*[one] * TIMES, other):
        again = registered(run, subject, schema)
        run.judge(
            again == id, "id-differs", expected=f"id {id} again", seen=f"id {again}",
            evidence=[*original, *run.journal.recent(1)],
        )  # fmt: skip
    listed = run.registry.versions(one)
    run.judge(
        listed.needed() == list(range(1, version + 1)), "version-made", expected=f"versions 1 to {version}",
        seen=listed.text, evidence=[*original, listed],
    )  # fmt: skip
    if run.versions.serves(LOOK_UP):
        found = run.registry.look_up(one, schema)
        value = found.value if found.ok else None
        seen = (value.get("id"), value.get("version")) if isinstance(value, dict) else found.outcome
        run.judge(
            seen == (id, version), "look-up-fails", expected=f"id {id}, version {version}", seen=seen,
            evidence=[*original, found],
        )  # fmt: skip
    for read in (run.registry.version(one, version), run.registry.by_id(id)):
        run.judge(
            _same(schema_of(read), schema), "schema-changed", expected=schema, seen=read.text,
            evidence=[*original, read],
        )  # fmt: skip


def _same(read: object, sent: str) -> bool:
    """Name and fields; how the text is written is S9's business."""
    written = json.loads(sent)
    return isinstance(read, dict) and (read.get("name"), read.get("fields")) == (written["name"], written["fields"])
