"""TI10: a later timestamp never has an earlier answer."""

from __future__ import annotations

from nilometer.checkers import time_queries as checker
from nilometer.requirement import requirement
from nilometer.requirements.time._queries import ask, base_ms, large_log, logs, timed_log
from nilometer.run import Run
from nilometer.workloads.known_log import SEGMENT_MS, KnownLog, Step

QUESTIONS = 40


@requirement(
    id="TI10",
    name="time.monotone",
    level="MUST",
    sentence="In a log that does not change, ListOffsets of a later timestamp never answers an earlier offset; "
    "an answer without offset lies behind every offset",
    profiles=("core",),
    sources=("follows from TI1",),
    apis={"Produce": 3, "ListOffsets": 1},
    signatures={"earlier-answer-for-later-time": "a later timestamp is answered with an earlier offset"},
)
def check(run: Run) -> None:
    """Timestamps in and around generated logs, and in a log that needs its indexes; contents are not looked at."""
    run.explore(logs(run), lambda chosen: near(run, chosen), examples=run.cases(2))
    if run.settings.depth == 1:
        return
    base = base_ms()
    log = large_log(run)
    span = len(log.written) * SEGMENT_MS // 8
    questions = sorted(base + run.random.randrange(-SEGMENT_MS, span + SEGMENT_MS) for _ in range(QUESTIONS))
    judge(run, log, questions)


def near(run: Run, chosen: list[Step]) -> None:
    """Every timestamp that its producer gave, all between them, and neighbours."""
    log = timed_log(run, chosen)
    given = [record.timestamp for record in log.records.values()]
    if given:
        judge(run, log, range(min(given) - 2, max(given) + 3))


def judge(run: Run, log: KnownLog, questions: list[int] | range) -> None:
    """All questions in turn."""
    answers = [
        checker.TimeAnswer(timestamp, listed.offset, listed.exchange)
        for timestamp in questions
        if (listed := ask(run, log.topic, timestamp)) is not None
    ]
    checker.monotone(answers, "earlier-answer-for-later-time").tell(run)
