"""L10: every offset is accounted for."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.offset_density import density
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.session import EARLIEST, LATEST, READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer.workloads.batches import codecs, plans
from nilometer.workloads.known_log import KnownLog, Step, has_transactions, steps
from nilometer.workloads.visible import delivered


@requirement(
    id="L10",
    name="log.gap_accounting",
    level="MUST",
    sentence="On a topic without compaction a raw scan with control batches shows every offset from the log start "
    "offset to the high watermark, and a reader misses only control records and, with read_committed, aborted ones",
    profiles=("core", "eos"),
    sources=("KIP-98", "KAFKA-5403"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={
        "gap-in-raw-scan": "offsets below the high watermark are in no batch of a raw scan",
        "gap-for-read-uncommitted": "a reader misses an offset that is no control record",
        "gap-for-read-committed": "a read_committed reader misses an offset that is no control record and was not "
        "aborted",
    },
)
def check(run: Run) -> None:
    """Logs with and without transactions, scanned raw and as each reader sees them."""
    plan = plans(codecs(run.versions), st.just(wall_clock_ms()), records_max=4)
    logs = steps(plan, transactions=has_transactions(run))
    run.explore(logs, lambda chosen: account(run, chosen), examples=run.cases(2))


def account(run: Run, chosen: list[Step]) -> None:
    """One log."""
    log = KnownLog(run, run.topic())
    log.write(chosen)
    start, end = (run.session.list_offsets(log.topic, at) for at in (EARLIEST, LATEST))
    raw = run.session.scan(log.topic, start.offset)
    if not raw.complete or not start.ok or not end.ok:
        run.skip(Reason.INCOMPLETE_READ, "the scan did not reach the high watermark")
        return
    ends = (start.exchange, end.exchange)
    stored = raw.stored
    density([one.offset for one in stored], start.offset, end.offset, "gap-in-raw-scan", *ends, *raw.exchanges).tell(
        run
    )
    control = {one.offset for one in stored if one.is_control}
    for isolation_level, name in ((READ_UNCOMMITTED, "uncommitted"), (READ_COMMITTED, "committed")):
        scan = run.session.scan(log.topic, start.offset, isolation_level=isolation_level)
        if not scan.complete:
            continue
        seen = {one.offset for fetched in scan.fetches for one in delivered(fetched, isolation_level)}
        excused = control | (log.aborted if isolation_level == READ_COMMITTED else set())
        density(seen, start.offset, end.offset, f"gap-for-read-{name}", *ends, *scan.exchanges, excused=excused).tell(
            run
        )
