"""O6: a committed offset changes by a commit, a deletion or its expiry, and by nothing else."""

from __future__ import annotations

from nilometer.requirement import requirement
from nilometer.requirements._restart import may_restart
from nilometer.requirements.groups._groups import committed
from nilometer.requirements.offsets._commits import OFFSETS
from nilometer.requirements.offsets._survival import commit_much, judge_after
from nilometer.run import Run
from nilometer.targets.target import Control

READS = 10


@requirement(
    id="O6",
    name="offsets.no_spontaneous_change",
    level="MUST",
    sentence="A committed value changes only through a commit, a deletion request or legal expiry: not by reading it, "
    "and not by a restart of the coordinator",
    profiles=("groups", "replication"),
    sources=("Kafka group protocol", "KAFKA-5600", "KAFKA-14505"),
    apis=OFFSETS,
    signatures={
        "changed-by-itself": "the committed value of a group changed although nobody committed",
        "changed-by-restart": "it was another one after a clean restart of the coordinator",
    },
    needs=Control.NONE,
    time_limit_s=90.0,
)
def check(run: Run) -> None:
    """Many commits; read again and again; then a clean restart where we may."""
    lasts = commit_much(run)
    for _ in range(READS):
        for last in lasts:
            found = committed(run.session, last.group, last.topic)
            run.judge(
                (found.offset, found.metadata) == (last.offset, last.metadata), "changed-by-itself",
                expected=f"offset {last.offset}, metadata {last.metadata!r}", seen=found,
                evidence=[last.exchange, found.exchange],
            )  # fmt: skip
    if may_restart(run):
        judge_after(run, lasts, "changed-by-restart", kill=False)
