"""C8: retention removes the beginning of a log, and no more than it may."""

from __future__ import annotations

import time
from collections.abc import Callable

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.observations import ListedOffset, Scan
from nilometer.clients.session import EARLIEST
from nilometer.requirement import requirement
from nilometer.requirements._broker_settings import broker_settings
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import named_plan, record_text
from nilometer.workloads.known_log import SEGMENT_MS, SMALL_SEGMENTS, KnownLog

HOUR_MS = 3_600_000
RETENTION_MS = HOUR_MS
RETENTION_BYTES = 20_000
INTERVAL = "log.retention.check.interval.ms"
LONGEST_INTERVAL_S = 20.0
WORK_S = 6.0
"""How long retention may take, once its time has come; all that we wait where the broker does not tell its time."""
SEGMENTS = 8
RECORDS = 2
"""In each of the segments whose time counts."""
RECORD_BYTES = RETENTION_BYTES // 3


@requirement(
    id="C8",
    name="retention.delete_is_prefix",
    level="MUST",
    sentence="Policy delete removes a prefix of the log only, of records that are older than retention.ms or in "
    "excess of retention.bytes",
    profiles=("core",),
    sources=("topic settings documentation", "KAFKA-5634"),
    apis={"Produce": 3, "Fetch": 4, "CreateTopics": 0, "ListOffsets": 1},
    signatures={
        "young-record-deleted": "a record that is younger than retention.ms was removed",
        "too-much-deleted": "less than retention.bytes is left of a log that was larger",
        "hole-instead-of-prefix": "records at or above the log start offset are missing or changed",
    },
)
def check(run: Run) -> None:
    """Old and young segments under retention.ms; a log larger than retention.bytes."""
    interval_s = broker_settings(run.session, INTERVAL).get(INTERVAL, 0) / 1000
    if run.settings.profile is Profile.SMOKE:
        run.not_observable(Reason.TIME, "the profile smoke does not wait for retention")
    if interval_s > LONGEST_INTERVAL_S:
        run.not_observable(Reason.TIME, f"the broker looks for old records only every {interval_s:g} s")
    by_time(run, interval_s + WORK_S)
    by_size(run, interval_s + WORK_S)


def by_time(run: Run, patience_s: float) -> None:
    """Half of the segments are older than retention.ms."""
    log = KnownLog(run, run.topic(configs={**SMALL_SEGMENTS, "retention.ms": str(RETENTION_MS)}))
    now = wall_clock_ms()
    for number in range(SEGMENTS):
        old = number < SEGMENTS // 2
        at = now - (10 * HOUR_MS if old else SEGMENTS * 2 * SEGMENT_MS) + number * 2 * SEGMENT_MS
        log.append(named_plan(f"t{number}", RECORDS, at))
    before = {offset: record.timestamp for offset, record in log.records.items()}
    oldest_young = SEGMENTS // 2 * RECORDS
    start, scan = await_deletion(run, log, patience_s, lambda scan: scan.records[0].offset >= oldest_young)
    evidence = [start.exchange, *scan.exchanges]
    for offset, timestamp in before.items():
        if offset < start.offset:
            age_ms = wall_clock_ms() - timestamp
            run.judge(
                age_ms > RETENTION_MS, "young-record-deleted",
                expected=f"the record at offset {offset} kept: it is {age_ms / HOUR_MS:.2f} h old, retention.ms is 1 h",
                seen=f"log start offset {start.offset}", evidence=evidence,
            )  # fmt: skip
    rest(run, log, start, scan)


def by_size(run: Run, patience_s: float) -> None:
    """Several times retention.bytes."""
    log = KnownLog(run, run.topic(configs={**SMALL_SEGMENTS, "retention.bytes": str(RETENTION_BYTES)}))
    now = wall_clock_ms()
    for number in range(SEGMENTS):
        log.append(named_plan(f"s{number}", 1, now + number * 2 * SEGMENT_MS, size=RECORD_BYTES))
    enough = RETENTION_BYTES + 2 * RECORD_BYTES
    start, scan = await_deletion(run, log, patience_s, lambda scan: stored_bytes(scan) < enough)
    left = stored_bytes(scan)
    run.judge(
        left >= RETENTION_BYTES, "too-much-deleted",
        expected=f"at least {RETENTION_BYTES} bytes (retention.bytes) left", seen=f"{left} bytes",
        evidence=[start.exchange, *scan.exchanges],
    )  # fmt: skip
    rest(run, log, start, scan)


def stored_bytes(scan: Scan) -> int:
    """Size of what was read."""
    return sum(batch.header.size for batch in scan.batches)


def await_deletion(
    run: Run, log: KnownLog, patience_s: float, settled: Callable[[Scan], bool]
) -> tuple[ListedOffset, Scan]:
    """The log start offset once all that may go has gone (`settled`), or as far as it came, and a scan from there.

    Retention may look while the log is still being written, so its first removal need not be its last.
    NotObservable if nothing was removed at all.
    """
    seen: tuple[ListedOffset, Scan] | None = None
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline and not run.out_of_time:
        start = run.session.list_offsets(log.topic, EARLIEST)
        if start.ok and start.offset > 0:
            scan = run.session.scan(log.topic, start.offset)
            again = run.session.list_offsets(log.topic, EARLIEST)
            if scan.complete and again.offset == start.offset:
                seen = start, scan
                if not scan.records or settled(scan):
                    return seen
        time.sleep(0.1)
    if seen is None:
        raise NotObservable(Reason.TIME, f"nothing was removed within {patience_s:g} s")
    return seen


def rest(run: Run, log: KnownLog, start: ListedOffset, scan: Scan) -> None:
    """What is left is whole."""
    read = {record.offset: record for record in scan.records}
    for offset, record in log.records.items():
        if offset >= start.offset:
            found = read.get(offset)
            run.judge(
                found == record, "hole-instead-of-prefix",
                expected=f"{record_text(record)} at offset {offset}: the log begins at {start.offset}",
                seen="no record" if found is None else record_text(found), evidence=[start.exchange, *scan.exchanges],
            )  # fmt: skip
