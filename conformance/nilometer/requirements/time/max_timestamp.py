"""TI5: the record with the largest timestamp."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.time_queries import NONE
from nilometer.clients.batches import Record
from nilometer.clients.observations import ListedOffset
from nilometer.clients.session import MAX_TIMESTAMP, READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements.time._queries import DISTINCT, ask, base_ms, logs, scanned, timed_log
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer.workloads.batches import BatchPlan, codecs, plans
from nilometer.workloads.known_log import KnownLog, has_transactions

LOG_APPEND_TIME = {"message.timestamp.type": "LogAppendTime"}


@requirement(
    id="TI5",
    name="time.max_timestamp",
    level="MUST",
    sentence="ListOffsets(-3) answers the largest timestamp in the log and an offset that has it; -1 and -1 for an "
    "empty log, or when that offset is not below the limit",
    profiles=("core",),
    sources=("KIP-734", "KAFKA-16310"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 7},
    signatures={
        "wrong-timestamp": "the timestamp of the answer is not the largest in the log",
        "wrong-offset": "the record at the offset of the answer does not have the largest timestamp",
        "answer-for-empty-log": "an empty log is answered with an offset or a timestamp",
        "beyond-the-limit": "the answer for read_committed lies at or above the first offset of an open transaction",
    },
)
def check(run: Run) -> None:
    """Generated logs, also with LogAppendTime and with a transaction held open in front of the largest timestamp."""
    empty = ask(run, run.topic(), MAX_TIMESTAMP)
    if empty is not None:
        judge_none(run, empty, "answer-for-empty-log", "an empty log")
    in_the_middle(run)
    run.explore(logs(run), lambda chosen: largest(run, timed_log(run, chosen)), examples=run.cases(2))
    append_time(run)
    if has_transactions(run):
        held_open(run)


def largest(run: Run, log: KnownLog) -> None:
    """One log that does not change any more."""
    known = scanned(run.session, log.topic)
    timestamp, offsets = known.oracle.largest()
    listed = ask(run, log.topic, MAX_TIMESTAMP)
    if listed is None or not offsets:
        return
    evidence = known.evidence(listed.exchange)
    run.judge(
        listed.timestamp == timestamp, "wrong-timestamp",
        expected=f"timestamp {timestamp}, at offset {min(offsets)}; {known.text}",
        seen=f"timestamp {listed.timestamp}, offset {listed.offset}", evidence=evidence,
    )  # fmt: skip
    run.judge(
        listed.offset in offsets, "wrong-offset",
        expected=f"offset {min(offsets)}" + (f", or another of {sorted(offsets)}" if len(offsets) > 1 else ""),
        seen=f"offset {listed.offset}, with timestamp {known.oracle.timestamp_at(listed.offset)}", evidence=evidence,
    )  # fmt: skip
    if listed.offset in offsets and listed.offset != min(offsets):
        run.note(f"of several records with the largest timestamp the first is not answered: {listed.offset}, not the "
                 f"first of {sorted(offsets)[:4]}")  # fmt: skip


def in_the_middle(run: Run) -> None:
    """The largest timestamp is neither the first nor the last of its batch, in batches of every codec."""
    log, base = KnownLog(run, run.topic()), base_ms()
    for number, codec in enumerate(codecs(run.versions)):
        log.append(BatchPlan(tuple(three_records(base + 100 * number)), codec))
        largest(run, log)


def append_time(run: Run) -> None:
    """All records of a batch have one timestamp."""
    try:
        topic = run.topic(configs=LOG_APPEND_TIME)
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
        return
    log, base = KnownLog(run, topic), base_ms()
    for codec in codecs(run.versions):
        records = tuple(three_records(base))
        log.append(BatchPlan(records, codec))
        largest(run, log)


def three_records(base: int) -> list[Record]:
    """The one in the middle has the largest timestamp."""
    return [Record(-1, base + step, None, b"x") for step in (5, 9, 7)]


def held_open(run: Run) -> None:
    """The largest timestamp lies in an open transaction, or behind it."""
    base = base_ms()
    plan = plans(codecs(run.versions), st.integers(base, base + DISTINCT), records_max=3)
    run.explore(st.tuples(plan, plan), lambda case: behind(run, *case), examples=run.cases(1))


def behind(run: Run, before: BatchPlan, opening: BatchPlan) -> None:
    """Data, then an open transaction."""
    log = KnownLog(run, run.topic())
    log.append(before)
    opened = log.write_in_transaction(log.producer, opening)
    known = scanned(run.session, log.topic)
    _, offsets = known.oracle.largest()
    for isolation_level, limit in ((READ_UNCOMMITTED, known.end), (READ_COMMITTED, opened.base_offset)):
        listed = ask(run, log.topic, MAX_TIMESTAMP, isolation_level)
        if listed is not None and listed.offset != NONE:
            run.judge(
                listed.offset < limit, "beyond-the-limit",
                expected=f"an offset below {limit}, or -1", seen=f"offset {listed.offset}",
                evidence=known.evidence(opened.produced.exchange, listed.exchange),
            )  # fmt: skip
        elif listed is not None and min(offsets) >= limit:
            judge_none(run, listed, "beyond-the-limit", f"nothing below offset {limit} has the largest timestamp")
    log.producer.finished(commit=False)


def judge_none(run: Run, listed: ListedOffset, signature: str, why: str) -> None:
    """The answer is that there is none."""
    run.judge(
        (listed.offset, listed.timestamp) == (NONE, NONE), signature,
        expected=f"offset -1, timestamp -1: {why}",
        seen=f"offset {listed.offset}, timestamp {listed.timestamp}", evidence=listed.exchange,
    )  # fmt: skip
