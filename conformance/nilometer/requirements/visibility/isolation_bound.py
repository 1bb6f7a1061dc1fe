"""V4: readers see nothing at or above their limit."""

from __future__ import annotations

from collections.abc import Sequence

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.observations import Fetched
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import codecs, named_plan
from nilometer.workloads.known_log import KnownLog, has_transactions
from nilometer.workloads.traffic import Traffic

LIMITS = {
    READ_UNCOMMITTED: ("high_watermark", "high watermark"),
    READ_COMMITTED: ("last_stable_offset", "last stable offset"),
}
SIGNATURES = {READ_UNCOMMITTED: "record-above-high-watermark", READ_COMMITTED: "record-above-last-stable"}


@requirement(
    id="V4",
    name="visibility.isolation_bound",
    level="MUST",
    sentence="Each record returned to a read_uncommitted reader lies below the high watermark, and each one "
    "returned to a read_committed reader below the last stable offset",
    profiles=("smoke", "core", "eos"),
    sources=("KIP-98",),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "record-above-high-watermark": "a response carries a record at or above its high watermark, and that of the "
        "next",
        "record-above-last-stable": "a read_committed response carries a record at or above its last stable offset, "
        "and that of the next",
        "open-transaction-shown": "a read_committed response carries a record at or above the first one of an open "
        "transaction of the run",
    },
)
def check(run: Run) -> None:
    """Readers of both levels of a log that grows; then of a log in which a transaction stays open."""
    for _ in range(run.cases(1)):
        traffic = Traffic(run, run.topic()).go(writers=2, readers=2, appends=6, isolation_levels=(0, 1))
        for number, fetches in traffic.fetched.items():
            bounded(run, fetches, (READ_UNCOMMITTED, READ_COMMITTED)[number % 2])
        if has_transactions(run):
            open_transaction(run)


def bounded(run: Run, fetches: Sequence[Fetched], isolation_level: int) -> None:
    """Fields are read before records are: a record counts as above only if it also is by the reader's next answer."""
    field, name = LIMITS[isolation_level]
    for index, fetched in enumerate(fetches):
        if not fetched.ok or not fetched.stored:
            continue
        limit, evidence = getattr(fetched, field), [fetched.exchange]
        highest = max(one.offset for one in fetched.stored)
        later = next((one for one in fetches[index + 1 :] if one.ok), None)
        if limit < 0 or (highest >= limit and later is None):
            continue
        if highest >= limit and later is not None:
            limit = max(limit, getattr(later, field))
            evidence.append(later.exchange)
        run.judge(
            highest < limit, SIGNATURES[isolation_level],
            expected=f"records below offset {limit}, the {name}", seen=f"a record at offset {highest}",
            evidence=evidence,
        )  # fmt: skip


def open_transaction(run: Run) -> None:
    """Data, then a transaction that stays open while more data comes; every position is fetched."""
    log, usable, now = KnownLog(run, run.topic()), codecs(run.versions), wall_clock_ms()
    log.append(named_plan("before", 2, now, usable[-1]))
    opened = log.write_in_transaction(log.producer, named_plan("open", 2, now, usable[0]))
    log.append(named_plan("after", 2, now))
    for position in range(log.next_offset):
        for isolation_level in (READ_UNCOMMITTED, READ_COMMITTED):
            fetched = run.session.fetch(log.topic, position, isolation_level=isolation_level)
            bounded(
                run, [fetched, run.session.fetch(log.topic, position, isolation_level=isolation_level)], isolation_level
            )
            if isolation_level == READ_COMMITTED and fetched.ok:
                seen = [one.offset for one in fetched.stored if one.offset >= opened.base_offset]
                run.judge(
                    not seen, "open-transaction-shown",
                    expected=f"no record from offset {opened.base_offset} on, where a transaction is open",
                    seen=f"records at {seen}", evidence=[opened.produced.exchange, fetched.exchange],
                )  # fmt: skip
    log.producer.finished(commit=False)
