"""O12: a commit that was answered survives the death of the coordinator's process."""

from __future__ import annotations

from nilometer.requirement import requirement
from nilometer.requirements._restart import may_restart
from nilometer.requirements.offsets._commits import OFFSETS
from nilometer.requirements.offsets._survival import commit_much, judge_after
from nilometer.run import Run
from nilometer.targets.target import Control


@requirement(
    id="O12",
    name="offsets.durable_commit",
    level="MUST",
    sentence="A commit that was answered without error survives SIGKILL of the coordinator's process",
    profiles=("groups", "replication"),
    sources=("Kafka group protocol",),
    apis=OFFSETS,
    signatures={"lost": "a commit that had been answered is not there after the process was killed and started again"},
    needs=Control.KILL | Control.RESTART,
    time_limit_s=90.0,
)
def check(run: Run) -> None:
    """Many commits, then SIGKILL right after the last answer."""
    if may_restart(run):
        judge_after(run, commit_much(run), "lost", kill=True)
