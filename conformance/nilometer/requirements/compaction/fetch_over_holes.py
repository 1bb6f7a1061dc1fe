"""C10: a fetch where compaction has removed something goes on with what is left."""

from __future__ import annotations

from nilometer.checkers.fetch_positions import first_at_or_above
from nilometer.clients.observations import Scan
from nilometer.requirement import requirement
from nilometer.requirements._deleting import delete_records
from nilometer.requirements.compaction._cleaned import cleaned, history
from nilometer.requirements.log.no_skip import first_delivered
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer.workloads.batches import record_text
from nilometer.workloads.known_log import KnownLog
from nilometer_reference.wire.errors import ErrorCode

TRIES = 4
OUT_OF_RANGE = ErrorCode.OFFSET_OUT_OF_RANGE


@requirement(
    id="C10",
    name="retention.fetch_over_holes",
    level="MUST",
    sentence="A fetch at an offset that compaction has removed returns the next survivor; below the log start "
    "offset it answers OFFSET_OUT_OF_RANGE",
    profiles=("core",),
    sources=("Kafka design document",),
    apis={"Produce": 3, "Fetch": 4, "CreateTopics": 0},
    signatures={
        "survivor-skipped": "the first record at a position lies above one that survives at or above it",
        "reader-stuck": "fetches at a position below the last survivor return nothing",
        "removed-record-returned": "a fetch returns a record that scans before and after it do not show",
        "no-error-below-start": "a fetch below the log start offset is not answered with OFFSET_OUT_OF_RANGE",
    },
)
def check(run: Run) -> None:
    """Every offset of a cleaned log; then the beginning is deleted too."""
    log = history(run, policy="compact,delete")
    scan = cleaned(run, log)
    for _ in range(TRIES):
        found = [(position, first_delivered(log, position, 0)) for position in range(log.next_offset)]
        again = run.session.scan(log.topic)
        if survivors(again) == survivors(scan):
            break
        scan = again  # another cleaning came between
    else:
        run.not_observable(Reason.TIME, "the log does not come to rest")
    kept = survivors(scan)
    read = {record.offset: record for record in scan.records}
    for position, (first, reached, asked) in found:
        expected = first_at_or_above(kept, position)
        if expected is None:
            continue
        wanted = f"{record_text(read[expected])} at offset {expected}, for position {position}"
        evidence = [*asked, *scan.exchanges]
        if first is None:
            signature = "survivor-skipped" if reached > expected else "reader-stuck"
            run.violated(
                signature, expected=wanted, seen=f"no record in {len(asked)} fetches, up to position {reached}",
                evidence=evidence,
            )  # fmt: skip
        else:
            run.judge(
                first.offset == expected, "survivor-skipped" if first.offset > expected else "removed-record-returned",
                expected=wanted, seen=f"offset {first.offset}", evidence=evidence,
            )  # fmt: skip
    below_start(run, log, kept)


def survivors(scan: Scan) -> list[int]:
    """Offsets of data records."""
    return [record.offset for record in scan.records]


def below_start(run: Run, log: KnownLog, kept: list[int]) -> None:
    """The log start offset moves up to the middle."""
    if not run.versions.serves("DeleteRecords") or len(kept) < 2:
        return
    start = kept[len(kept) // 2]
    deleted = delete_records(run.session, log.topic, start)
    if not deleted.ok:
        return
    for position in (0, start - 1):
        fetched = run.session.fetch(log.topic, position)
        run.judge(
            fetched.error_code == OUT_OF_RANGE, "no-error-below-start",
            expected=f"OFFSET_OUT_OF_RANGE (1) at {position}, below the log start offset {start}", seen=fetched.error,
            evidence=[deleted.exchange, fetched.exchange],
        )  # fmt: skip
