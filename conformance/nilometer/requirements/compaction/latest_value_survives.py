"""C1: compaction keeps the last value of each key."""

from __future__ import annotations

from nilometer.requirement import requirement
from nilometer.requirements.compaction._cleaned import cleaned, history, latest
from nilometer.run import Run
from nilometer.workloads.batches import record_text


@requirement(
    id="C1",
    name="retention.latest_value_survives",
    level="MUST",
    sentence="On a compacted topic the committed record with the highest offset of each key is still found, at its "
    "own offset, after a cleaning",
    profiles=("core",),
    sources=('Kafka design document, "Log Compaction"',),
    apis={"Produce": 3, "Fetch": 4, "CreateTopics": 0},
    signatures={
        "latest-value-lost": "the last committed record of a key is not in the log any more",
        "latest-value-changed": "the last committed record of a key reads back with another content",
    },
)
def check(run: Run) -> None:
    """Keys that are overwritten, deleted, and written by aborted transactions; then a cleaning."""
    log = history(run)
    scan = cleaned(run, log)
    read = {record.offset: record for record in scan.records}
    for key, offset in latest(log).items():
        written = log.written_at(offset)
        evidence = [*([written.produced.exchange] if written else []), *scan.exchanges]
        expected = f"{record_text(log.records[offset])} at offset {offset}, the last committed record of {key!r}"
        found = read.get(offset)
        if found is None:
            others = [record.offset for record in scan.records if record.key == key]
            run.violated(
                "latest-value-lost", expected=expected, seen=f"records of this key at {others or 'no offset'}",
                evidence=evidence,
            )  # fmt: skip
        else:
            run.judge(
                found == log.records[offset], "latest-value-changed", expected=expected, seen=record_text(found),
                evidence=evidence,
            )  # fmt: skip
