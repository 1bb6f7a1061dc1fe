"""Logs with chosen timestamps, what a full scan says of them, and the questions about them.

log = timed_log(run, steps)              timestamps within an hour before now: retention leaves them alone
known = scanned(run, log.topic)          every record with its timestamp, markers included
known.first_at_or_after(t)               what ListOffsets(t) is to answer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from nilometer.checkers.time_queries import NONE, TimeOracle
from nilometer.clients.batches import Record, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import ListedOffset, Topic
from nilometer.clients.session import EARLIEST, LATEST, READ_UNCOMMITTED, Session
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import BatchPlan, codecs, plans, random_bytes
from nilometer.workloads.known_log import SEGMENT_MS, SMALL_SEGMENTS, KnownLog, Step, has_transactions, steps

HOUR_MS = 3_600_000
RECORDS_SHOWN = 8
DISTINCT = 12
"""So many different timestamps in a generated log: equal ones and neighbours are what matters."""


def base_ms() -> int:
    """Timestamps begin an hour ago: old enough to lie before every marker, young enough for retention."""
    return wall_clock_ms() - HOUR_MS


def logs(run: Run, *, transactions: bool = True) -> st.SearchStrategy[list[Step]]:
    """Steps whose timestamps go up and down, in batches of every codec."""
    base = base_ms()
    plan = plans(codecs(run.versions), st.integers(base, base + DISTINCT), records_max=4)
    return steps(plan, transactions=transactions and has_transactions(run))


def timed_log(run: Run, chosen: Sequence[Step]) -> KnownLog:
    """A new topic with these steps."""
    log = KnownLog(run, run.topic())
    log.write(chosen)
    return log


def large_log(run: Run, batches: int = 40) -> KnownLog:
    """Large batches over several segments, so that sparse indexes have entries; timestamps rise and fall back."""
    try:
        topic = run.topic(configs={**SMALL_SEGMENTS, "index.interval.bytes": "64"})
    except NotObservable:
        topic = run.topic()
    log, usable, base = KnownLog(run, topic), codecs(run.versions), base_ms()
    for number in range(batches):
        at = base + number * SEGMENT_MS // 8
        records = tuple(
            Record(-1, at + run.random.randrange(-SEGMENT_MS // 4, SEGMENT_MS // 4), None, random_bytes(400, index))
            for index in range(run.random.randint(1, 5))
        )
        log.append(BatchPlan(records, usable[number % len(usable)]))
    return log


@dataclass(frozen=True)
class Known:
    """A quiet partition as one full raw scan shows it."""

    oracle: TimeOracle
    start: int
    end: int
    """High watermark (exclusive)."""
    exchanges: list[Exchange]
    leader_epochs: dict[int, int]
    """Of the batch that each offset is in."""

    @property
    def text(self) -> str:
        """The first records as a report shows them, for readers who want to check an expectation."""
        shown = [f"{offset}: {timestamp}" for offset, timestamp in self.oracle.records[:RECORDS_SHOWN]]
        more = len(self.oracle.records) - len(shown)
        return f"timestamps by offset: {', '.join(shown)}" + (f", and {more} more" if more > 0 else "")

    def evidence(self, *more: Exchange) -> list[Exchange]:
        """The scan, then the answers in question."""
        return [*self.exchanges, *more]


def scanned(session: Session, topic: Topic, partition: int = 0) -> Known:
    """The records from the log start offset to the high watermark; NotObservable if the scan does not get there."""
    start = session.list_offsets(topic, EARLIEST, partition=partition)
    end = session.list_offsets(topic, LATEST, partition=partition)
    if not (start.ok and end.ok):
        raise NotObservable(Reason.REFUSED, f"ListOffsets of the ends: {start.error}, {end.error}")
    if start.offset >= end.offset:
        return Known(TimeOracle([]), start.offset, end.offset, [start.exchange, end.exchange], {})
    scan = session.scan(topic, start.offset, partition=partition)
    if not scan.complete:
        raise NotObservable(Reason.INCOMPLETE_READ, f"the scan ended at {scan.last.next_offset}, not at {end.offset}")
    stored = scan.stored
    return Known(
        TimeOracle((one.offset, one.record.timestamp) for one in stored),
        start.offset, end.offset, scan.exchanges,
        {one.offset: one.batch.header.partition_leader_epoch for one in stored},
    )  # fmt: skip


def ask(run: Run, topic: Topic, timestamp: int, isolation_level: int = READ_UNCOMMITTED) -> ListedOffset | None:
    """An answer without error; an error is noted as an instance that could not be judged."""
    listed = run.session.list_offsets(topic, timestamp, isolation_level=isolation_level)
    if not listed.ok:
        run.skip(Reason.REFUSED, f"ListOffsets({timestamp}): {listed.error}")
        return None
    return listed


def answer(offset: int, timestamp: int) -> str:
    """As a report says it."""
    return "no record (offset -1)" if offset == NONE else f"offset {offset}, with timestamp {timestamp}"
