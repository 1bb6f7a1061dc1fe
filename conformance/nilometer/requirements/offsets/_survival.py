"""Commits, plain and transactional, before the coordinator's process goes and comes back."""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic, named
from nilometer.requirements._restart import restart
from nilometer.requirements.groups._groups import committed
from nilometer.requirements.offsets._commits import Commit, commit
from nilometer.run import Run
from nilometer.verdict import Reason

GROUPS_OF_A_RUN = 3
COMMITS_OF_A_GROUP = 20


@dataclass(frozen=True)
class Last:
    """What a group has committed at last."""

    group: str
    topic: Topic
    offset: int
    metadata: str
    exchange: Exchange


def commit_much(run: Run) -> list[Last]:
    """Several groups, many commits each: the log of the coordinator is longer than what one record holds."""
    topic = run.topic()
    lasts = []
    for _ in range(GROUPS_OF_A_RUN):
        group = run.group()
        for number in range(COMMITS_OF_A_GROUP):
            # up and down, so that an older value is not mistaken for the last one
            offset = 100 + (37 * number) % 50
            exchange, codes = commit(run.session, group, Commit(topic.name, offset, metadata=f"m{number}"))
            if codes != [0]:
                run.not_observable(Reason.REFUSED, f"OffsetCommit: {named(codes[0])}")
        lasts.append(Last(group, topic, offset, f"m{number}", exchange))
    return lasts


def judge_after(run: Run, lasts: list[Last], signature: str, *, kill: bool) -> None:
    """The same values after the process has been stopped or killed, and started again."""
    session = restart(run, kill=kill)
    for last in lasts:
        found = committed(session, last.group, last.topic)
        run.judge(
            (found.offset, found.metadata) == (last.offset, last.metadata), signature,
            expected=f"offset {last.offset}, metadata {last.metadata!r}", seen=found,
            evidence=[last.exchange, found.exchange],
        )  # fmt: skip
