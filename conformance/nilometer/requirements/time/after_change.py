"""TI9: questions by time after the log has changed its shape.

    after DeleteRecords below 4             offset     0   1 | 2   3   4 | 5   6      | ends a segment
    (deleted records may stay in            timestamp  1   2   9   3   4   8   7
    their segment for a while)
    ListOffsets(7)   offset 5 is right, and -1 is accepted: a deleted record of a segment that is still there reaches 7
    ListOffsets(10)  -1
    ListOffsets(4)   offset 4, or -1 for the same reason

Apache Kafka commits to the first segment whose largest timestamp reaches the question, counts deleted records of that
segment, and does not go on to the next one; for the maximum timestamp it looks at no log start offset at all
(`UnifiedLog.searchOffsetInLocalLog`, `UnifiedLog.fetchOffsetByTimestamp`, 4.3). Both are noted, not judged.
"""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.time_queries import NONE
from nilometer.clients.exchange import Exchange
from nilometer.clients.session import MAX_TIMESTAMP, Session
from nilometer.requirement import requirement
from nilometer.requirements._deleting import deleted_records
from nilometer.requirements._restart import may_restart, restart
from nilometer.requirements.time._queries import Known, answer, large_log, logs, scanned, timed_log
from nilometer.run import Run
from nilometer.workloads.known_log import KnownLog

QUERIES_MAX = 40


@requirement(
    id="TI9",
    name="time.after_change",
    level="MUST",
    sentence="Questions by time are answered right after DeleteRecords, segment roll, restart and recovery, and "
    "never with an offset below the log start offset",
    profiles=("core",),
    sources=("KIP-33", "KIP-107"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1, "DeleteRecords": 0},
    signatures={
        "below-log-start": "the answer lies below the log start offset",
        "wrong-after-deletion": "after DeleteRecords the answer is not the first record at or after the timestamp",
        "wrong-after-restart": "after a restart the answer is not the first record at or after the timestamp",
    },
)
def check(run: Run) -> None:
    """Logs whose beginning is deleted, also in the middle of a batch and of a segment; then a restart."""
    run.explore(
        st.tuples(logs(run), st.floats(0, 1)), lambda case: shortened(run, timed_log(run, case[0]), case[1]),
        examples=run.cases(1),
    )  # fmt: skip
    log = large_log(run, 10 * min(run.settings.depth, 4))
    shortened(run, log, 0.4)
    if may_restart(run):
        actor = restart(run, kill=True)
        actor.until(lambda: actor.fetch(log.topic, log.next_offset).ok or None, "the leader answers after the restart")
        judge(run, actor, log, "wrong-after-restart", None)


def shortened(run: Run, log: KnownLog, part: float) -> None:
    """Delete a part of the log, then ask."""
    deleted = deleted_records(run.session, log.topic, int(part * log.next_offset))
    judge(run, run.session, log, "wrong-after-deletion", deleted.exchange)


def judge(run: Run, session: Session, log: KnownLog, signature: str, change: Exchange | None) -> None:
    """An instance is a timestamp, also one of a record that is gone."""
    known = scanned(session, log.topic)
    gone = {record.timestamp for offset, record in log.records.items() if offset < known.start}
    questions = sorted({*known.oracle.interesting(), *gone})
    missed = 0
    for timestamp in run.random.sample(questions, min(QUERIES_MAX, len(questions))):
        listed = session.list_offsets(log.topic, timestamp)
        if not listed.ok:
            continue
        offset, at = known.oracle.first_at_or_after(timestamp, known.end)
        if listed.offset == NONE != offset and any(reached >= timestamp for reached in gone):
            missed += 1
            continue
        below = NONE < listed.offset < known.start
        run.judge(
            listed.offset == offset, "below-log-start" if below else signature,
            expected=f"{answer(offset, at)}, as the first at or after {timestamp}; the log begins at {known.start}",
            seen=answer(listed.offset, listed.timestamp), evidence=evidence(known, change, listed.exchange),
        )  # fmt: skip
    if missed:
        run.note("a record that DeleteRecords removed can hide later ones from ListOffsets(t), as in Apache Kafka")
    if run.versions.serves("ListOffsets", 7):
        listed = session.list_offsets(log.topic, MAX_TIMESTAMP)
        if listed.ok and NONE < listed.offset < known.start:
            run.note("ListOffsets(max timestamp) can name a record that DeleteRecords removed, as in Apache Kafka")


def evidence(known: Known, change: Exchange | None, asked: Exchange) -> list[Exchange]:
    """What changed the log, the scan after it, and the answer."""
    return [*([change] if change is not None else []), *known.evidence(asked)]
