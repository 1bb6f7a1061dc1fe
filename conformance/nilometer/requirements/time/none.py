"""TI2: no record at or after a timestamp."""

from __future__ import annotations

from nilometer.checkers.time_queries import NONE
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements._deleting import HIGH_WATERMARK, delete_records
from nilometer.requirements.time._queries import logs, scanned, timed_log
from nilometer.run import Run
from nilometer.workloads.known_log import KnownLog, Step

FAR_MS = 1_000_000


@requirement(
    id="TI2",
    name="time.none",
    level="MUST",
    sentence="If no record has a timestamp of at least t, ListOffsets(t) answers offset -1, timestamp -1 and no error",
    profiles=("core",),
    sources=("KIP-79",),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={
        "offset-although-there-is-none": "the answer names an offset, and no record is at or after the timestamp",
        "timestamp-although-there-is-none": "the answer carries a timestamp, and no record is at or after the one "
        "asked for",
        "error-although-none-is-no-error": "the answer carries an error code",
    },
)
def check(run: Run) -> None:
    """An empty partition; logs asked for what comes after their last timestamp; a log with everything deleted."""
    empty = KnownLog(run, run.topic())
    for timestamp in (0, wall_clock_ms()):
        judge_none(run, empty, timestamp)
    run.explore(logs(run), lambda chosen: after_the_last(run, chosen), examples=run.cases(1))


def after_the_last(run: Run, chosen: list[Step]) -> None:
    """One log, whole and emptied."""
    log = timed_log(run, chosen)
    largest, _ = scanned(run.session, log.topic).oracle.largest()
    for timestamp in (largest + 1, largest + FAR_MS, (1 << 63) - 1):
        if timestamp > 0:
            judge_none(run, log, timestamp)
    if run.versions.serves("DeleteRecords") and delete_records(run.session, log.topic, HIGH_WATERMARK).ok:
        for timestamp in (0, max(largest, 0)):
            judge_none(run, log, timestamp)


def judge_none(run: Run, log: KnownLog, timestamp: int) -> None:
    """An instance is a question that nothing answers, at each isolation level."""
    levels = (READ_UNCOMMITTED, READ_COMMITTED) if run.versions.serves("ListOffsets", 2) else (READ_UNCOMMITTED,)
    for isolation_level in levels:
        listed = run.session.list_offsets(log.topic, timestamp, isolation_level=isolation_level)
        signature = (
            "error-although-none-is-no-error" if not listed.ok
            else "offset-although-there-is-none" if listed.offset != NONE
            else "timestamp-although-there-is-none"
        )  # fmt: skip
        run.judge(
            listed.ok and (listed.offset, listed.timestamp) == (NONE, NONE), signature,
            expected=f"offset -1, timestamp -1 for {timestamp}: no record is at or after it",
            seen=listed.error if not listed.ok else f"offset {listed.offset}, timestamp {listed.timestamp}",
            evidence=[*log.exchanges[-2:], listed.exchange],
        )  # fmt: skip
