"""L6: a fetch begins with the next record there is."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.fetch_positions import first_at_or_above
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Stored
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer.workloads.batches import BatchPlan, codecs, plans, record_text
from nilometer.workloads.known_log import (
    SEGMENT_MS,
    SMALL_SEGMENTS,
    KnownLog,
    Step,
    TransactionPlan,
    has_transactions,
    steps,
)
from nilometer.workloads.visible import delivered
from nilometer_reference.wire.record_encoding import Record

FETCHES_MAX = 20
LEVEL_NAMES = {READ_UNCOMMITTED: "read_uncommitted", READ_COMMITTED: "read_committed"}


@requirement(
    id="L6",
    name="log.no_skip",
    level="MUST",
    sentence="A fetch at an offset returns as its first visible record the one with the smallest offset at or above "
    "it, also inside a batch, on a marker, at a segment border and in the last batch",
    profiles=("core",),
    sources=("Fetch API contract", "KIP-98 (control batches)"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "record-skipped": "the first visible record lies above an acknowledged one at or above the position",
        "reader-stuck": "fetches at an offset below the end of the log return nothing",
        "another-record": "the first visible record is none that was acknowledged there",
    },
)
def check(run: Run) -> None:
    """Logs of many shapes, fetched at every offset and both isolation levels."""
    now = wall_clock_ms()
    plan = plans(codecs(run.versions), st.integers(now, now + 5 * SEGMENT_MS), records_max=4)
    logs = steps(plan, transactions=has_transactions(run))
    if has_transactions(run):
        directed(run, lambda chosen: every_offset(run, chosen), [aborted_then_committed(now)])
    run.explore(logs, lambda chosen: every_offset(run, chosen), examples=run.cases(2))


def aborted_then_committed(now: int) -> list[Step]:
    """One producer aborts, then commits: an entry of the first transaction must not hide the second one's records."""
    batch = BatchPlan((Record(timestamp=now, value=b"first"), Record(timestamp=now, value=b"second")))
    return [TransactionPlan((batch,), commit=False), TransactionPlan((batch,), commit=True)]


def every_offset(run: Run, chosen: list[Step]) -> None:
    """Fetch at every offset below the end."""
    try:
        topic = run.topic(configs=SMALL_SEGMENTS)
    except NotObservable:
        topic = run.topic()
    log = KnownLog(run, topic)
    log.write(chosen)
    for isolation_level, name in LEVEL_NAMES.items():
        visible = log.visible(isolation_level)
        for position in range(log.next_offset):
            expected = first_at_or_above(visible, position)
            if expected is None:
                continue
            first, reached, asked = first_delivered(log, position, isolation_level)
            written = log.written_at(expected)
            evidence = [*asked, *([written.produced.exchange] if written else [])]
            wanted = f"{record_text(log.records[expected])} at offset {expected}, for {name} at position {position}"
            if first is None:
                signature = "record-skipped" if reached > expected else "reader-stuck"
                seen = f"no record in {len(asked)} fetches, which end at position {reached}"
                run.violated(signature, expected=wanted, seen=seen, evidence=evidence)
            elif first.offset != expected:
                seen = f"{record_text(first.record)} at offset {first.offset}"
                signature = "record-skipped" if first.offset > expected else "another-record"
                run.violated(signature, expected=wanted, seen=seen, evidence=evidence)
            else:
                run.holds()


def first_delivered(log: KnownLog, position: int, isolation_level: int) -> tuple[Stored | None, int, list[Exchange]]:
    """The first record that a consumer at this position is given, the position reached, and the fetches that it took.

    Aborted records do not count: whether a reader is given them is for T2 to judge.
    """
    asked: list[Exchange] = []
    at = position
    while len(asked) < FETCHES_MAX and at < log.next_offset:
        fetched = log.session.fetch(log.topic, at, isolation_level=isolation_level)
        asked.append(fetched.exchange)
        found = [
            one
            for one in delivered(fetched, isolation_level)
            if isolation_level != READ_COMMITTED or one.offset not in log.aborted
        ]
        if found:
            return found[0], found[0].offset, asked
        if not fetched.ok or (fetched.next_offset == at and len(asked) >= 3):
            break
        at = fetched.next_offset
    return None, at, asked
