"""C9: DeleteRecords does what it says."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.session import EARLIEST, LATEST
from nilometer.requirement import requirement
from nilometer.requirements._deleting import HIGH_WATERMARK, Deleted, delete_records
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import codecs, plans, record_text
from nilometer.workloads.known_log import KnownLog, Step, has_transactions, steps
from nilometer_reference.wire.errors import ErrorCode

OUT_OF_RANGE, POLICY_VIOLATION = ErrorCode.OFFSET_OUT_OF_RANGE, ErrorCode.POLICY_VIOLATION


@requirement(
    id="C9",
    name="retention.delete_records",
    level="MUST",
    sentence="DeleteRecords(o) makes o the log start offset and answers it as low watermark; -1 means the high "
    "watermark; o above it answers OFFSET_OUT_OF_RANGE (1), a topic that is only compacted POLICY_VIOLATION (44); "
    "what remains keeps its offsets",
    profiles=("core", "admin"),
    sources=("KIP-107",),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1, "DeleteRecords": 0},
    signatures={
        "wrong-low-watermark": "the low watermark of the answer is not the offset that was asked for",
        "log-start-not-moved": "after the answer ListOffsets(earliest) is not that offset",
        "still-readable": "a fetch below the new log start offset is not answered with OFFSET_OUT_OF_RANGE",
        "remaining-changed": "a record at or above the offset is missing or changed",
        "above-the-end-accepted": "an offset above the high watermark is not answered with OFFSET_OUT_OF_RANGE",
        "deleted-in-spite-of-the-error": "the answer is an error, and the log start offset has moved",
        "compacted-topic-accepted": "a topic that is only compacted is not answered with POLICY_VIOLATION",
    },
)
def check(run: Run) -> None:
    """Logs of many shapes, shortened in several steps, also in the middle of a batch; then what is to be refused."""
    plan = plans(codecs(run.versions), st.just(wall_clock_ms()), records_max=4)
    parts = st.lists(st.floats(0, 1), min_size=1, max_size=3)
    cases = st.tuples(steps(plan, transactions=has_transactions(run)), parts)
    run.explore(cases, lambda case: shorten(run, *case), examples=run.cases(2))
    only_compacted(run)


def shorten(run: Run, chosen: list[Step], parts: list[float]) -> None:
    """Each part of the log, rising; then all of it; then more than there is."""
    log = KnownLog(run, run.topic())
    log.write(chosen)
    end = run.session.list_offsets(log.topic, LATEST).offset
    start = 0
    for part in sorted(parts):
        goal = max(start, int(part * end))
        accepted(run, log, delete_records(run.session, log.topic, goal), goal)
        start = goal
    above = delete_records(run.session, log.topic, end + 1)
    run.judge(
        above.error_code == OUT_OF_RANGE, "above-the-end-accepted",
        expected=f"OFFSET_OUT_OF_RANGE (1) for {end + 1}, above the high watermark {end}", seen=above.error,
        evidence=above.exchange,
    )  # fmt: skip
    if not above.ok:
        listed = run.session.list_offsets(log.topic, EARLIEST)
        run.judge(
            listed.offset == start, "deleted-in-spite-of-the-error",
            expected=f"log start offset {start}", seen=f"{listed.offset}", evidence=[above.exchange, listed.exchange],
        )  # fmt: skip
    accepted(run, log, delete_records(run.session, log.topic, HIGH_WATERMARK), end)


def accepted(run: Run, log: KnownLog, deleted: Deleted, goal: int) -> None:
    """An answer without error, and the log after it."""
    if not deleted.ok:
        run.skip(Reason.REFUSED, f"DeleteRecords below {goal}: {deleted.error}")
        return
    run.judge(
        deleted.low_watermark == goal, "wrong-low-watermark",
        expected=f"low watermark {goal}", seen=f"{deleted.low_watermark}", evidence=deleted.exchange,
    )  # fmt: skip
    listed = run.session.list_offsets(log.topic, EARLIEST)
    run.judge(
        listed.offset == goal, "log-start-not-moved",
        expected=f"log start offset {goal}", seen=f"{listed.offset}", evidence=[deleted.exchange, listed.exchange],
    )  # fmt: skip
    if goal > 0:
        gone = run.session.fetch(log.topic, goal - 1)
        run.judge(
            gone.error_code == OUT_OF_RANGE, "still-readable",
            expected=f"OFFSET_OUT_OF_RANGE (1) at {goal - 1}", seen=gone.error,
            evidence=[deleted.exchange, gone.exchange],
        )  # fmt: skip
    scan = run.session.scan(log.topic, goal)
    read = {record.offset: record for record in scan.records}
    for offset, record in log.records.items():
        if offset >= goal:
            found = read.get(offset)
            run.judge(
                found == record, "remaining-changed",
                expected=f"{record_text(record)} at offset {offset}",
                seen="no record" if found is None else record_text(found), evidence=[deleted.exchange, *scan.exchanges],
            )  # fmt: skip


def only_compacted(run: Run) -> None:
    """A topic whose records may be removed only by key."""
    try:
        log = KnownLog(run, run.topic(configs={"cleanup.policy": "compact"}))
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
        return
    deleted = delete_records(run.session, log.topic, HIGH_WATERMARK)
    run.judge(
        deleted.error_code == POLICY_VIOLATION, "compacted-topic-accepted",
        expected="POLICY_VIOLATION (44)", seen=deleted.error, evidence=deleted.exchange,
    )  # fmt: skip
