"""L2: what was read once reads the same again, later and in other portions."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from nilometer.checkers.repeated_scans import ScanDigests, common_range, content_digest, first_difference
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Scan, Topic
from nilometer.clients.session import Session
from nilometer.requirement import requirement
from nilometer.requirements._deleting import delete_records
from nilometer.requirements._restart import may_restart, restart
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable
from nilometer.workloads.batches import BatchPlan, codecs, named_plan, plans, record_text
from nilometer.workloads.known_log import SEGMENT_MS, SMALL_SEGMENTS, KnownLog

PORTIONS = (1, 300, 50 << 20)
"""max_bytes of a scan's fetches: batch by batch, a few at a time, all at once."""


@requirement(
    id="L2",
    name="log.repeatable_read",
    level="MUST",
    sentence="An offset between log start offset and high watermark that was neither compacted nor deleted re-reads "
    "equal in key, value, headers, timestamp and timestamp type, at any later time",
    profiles=("core", "replication"),
    sources=('Kafka design document, "Log Compaction" (an offset never changes its record)',),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "record-changed": "a later scan shows another record at an offset, or none, or one where there was none",
        "changed-by-deletion": "the same, after records before it were deleted",
        "changed-by-restart": "the same, after the broker was stopped and started again",
    },
)
def check(run: Run) -> None:
    """Scans in several portions, while the log grows and begins new segments, after a deletion and a restart."""
    now = wall_clock_ms()
    plan = plans(codecs(run.versions), st.integers(now, now + 5 * SEGMENT_MS), records_max=4)
    growths = st.lists(st.lists(plan, min_size=1, max_size=4), min_size=1, max_size=3)
    run.explore(growths, lambda chosen: grow(run, chosen), examples=run.cases(1))
    if run.settings.profile is not Profile.CORE and may_restart(run):  # L19 and TI9 restart in core
        restarted(run)


@dataclass(frozen=True)
class Scanned:
    """A scan with its digests."""

    scan: Scan
    digests: ScanDigests

    def at(self, offset: int) -> tuple[str, Exchange]:
        """What it showed at an offset, and in which exchange."""
        fetched = [one for one in self.scan.fetches if one.fetch_offset <= offset][-1]
        found = [record_text(one.record) for one in fetched.stored if one.offset == offset]
        return (found[0] if found else "no record"), fetched.exchange


def grow(run: Run, growths: list[list[BatchPlan]]) -> None:
    """Append, scan in every portion, and again; then delete the first batch."""
    try:
        topic = run.topic(configs=SMALL_SEGMENTS)
    except NotObservable:
        topic = run.topic()
    log = KnownLog(run, topic)
    earlier: Scanned | None = None
    for growth in growths:
        for plan in growth:
            log.append(plan)
        for portion in PORTIONS:
            later = scanned(run.session, topic, portion)
            if earlier is not None:
                compare(run, earlier, later, 0, "record-changed")
            earlier = later
    if earlier is not None and log.written and run.versions.serves("DeleteRecords"):
        start = log.written[0].next_offset
        if delete_records(run.session, topic, start).ok:
            compare(run, earlier, scanned(run.session, topic, PORTIONS[-1], start), start, "changed-by-deletion")


def restarted(run: Run) -> None:
    """A log before a clean stop and after the start."""
    topic = run.topic()
    log = KnownLog(run, topic)
    for number, codec in enumerate(codecs(run.versions)):
        log.append(named_plan(f"b{number}", 3, wall_clock_ms(), codec))
    before = scanned(run.session, topic, PORTIONS[-1])
    actor = restart(run, kill=False)
    actor.until(lambda: actor.fetch(topic, 0).ok or None, "the leader answers after the restart")
    compare(run, before, scanned(actor, topic, PORTIONS[-1]), 0, "changed-by-restart")


def scanned(session: Session, topic: Topic, portion: int, start: int = 0) -> Scanned:
    """A scan that reached the end of what it saw."""
    scan = session.scan(topic, start, max_bytes=portion)
    digests = [
        content_digest((one.is_control, one.batch.header.is_log_append_time, record_text(one.record)))
        for one in scan.stored
    ]
    return Scanned(scan, ScanDigests([one.offset for one in scan.stored], digests, scan.last.next_offset))


def compare(run: Run, earlier: Scanned, later: Scanned, start: int, signature: str) -> None:
    """An instance is an offset that both scans looked at and one of them showed."""
    start, end = common_range(earlier.digests, later.digests, start)
    difference = first_difference(earlier.digests, later.digests, start)
    shared = {*earlier.digests.between(start, end).offsets, *later.digests.between(start, end).offsets}
    if difference is None:
        run.holds(len(shared))
        return
    expected, before = earlier.at(difference)
    seen, after = later.at(difference)
    run.violated(
        signature,
        expected=f"offset {difference}: {expected}, as it was read before",
        seen=f"offset {difference}: {seen}",
        evidence=[before, after],
    )
