"""C2: what a cleaning leaves is what it was."""

from __future__ import annotations

from nilometer.checkers.fetch_positions import increasing
from nilometer.clients.batches import Record, wall_clock_ms
from nilometer.clients.session import LATEST
from nilometer.requirement import requirement
from nilometer.requirements.compaction._cleaned import cleaned, history
from nilometer.requirements.log.increasing_offsets import offsets
from nilometer.run import Run
from nilometer.workloads.batches import BatchPlan, record_text


@requirement(
    id="C2",
    name="retention.compaction_keeps_identity",
    level="MUST",
    sentence="Records that survive a cleaning keep offset, order, content and timestamp, and the log end offset is "
    "unchanged",
    profiles=("core",),
    sources=("Kafka design document", "KAFKA-17076"),
    apis={"Produce": 3, "Fetch": 4, "CreateTopics": 0, "ListOffsets": 1},
    signatures={
        "record-changed-by-cleaning": "a record reads back with another content, or at another offset, after a "
        "cleaning",
        "offset-goes-back": "offsets do not increase any more",
        "offset-delivered-again": "a fetch delivers an offset again",
        "end-moved-by-cleaning": "the log end offset is another one after a cleaning, or the next append gets "
        "another offset",
    },
)
def check(run: Run) -> None:
    """A log after a cleaning, beside what was written, and the next append."""
    log = history(run)
    end = run.session.list_offsets(log.topic, LATEST)
    after = cleaned(run, log)
    for record in after.records:
        written = log.written_at(record.offset)
        expected = record_text(log.records[record.offset]) if written is not None else "no record"
        seen = record_text(record)
        run.judge(
            seen == expected, "record-changed-by-cleaning",
            expected=f"{expected} at offset {record.offset}, as it was acknowledged", seen=seen,
            evidence=[*([written.produced.exchange] if written is not None else []), *after.exchanges],
        )  # fmt: skip
    increasing(offsets(one) for one in after.fetches).tell(run)
    again = run.session.list_offsets(log.topic, LATEST)
    if end.ok and again.ok:
        run.judge(
            again.offset == end.offset, "end-moved-by-cleaning",
            expected=f"log end offset {end.offset}", seen=f"{again.offset}", evidence=[end.exchange, again.exchange],
        )  # fmt: skip
    written = log.append(BatchPlan((Record(-1, wall_clock_ms(), b"k", b"next"),)))
    if written is not None and end.ok:
        run.judge(
            written.base_offset == end.offset, "end-moved-by-cleaning",
            expected=f"the next append at offset {end.offset}", seen=f"base_offset {written.base_offset}",
            evidence=[end.exchange, written.produced.exchange],
        )  # fmt: skip
