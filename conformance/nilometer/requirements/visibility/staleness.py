"""V8: how far reads lag behind acknowledged writes. Measured, not judged."""

from __future__ import annotations

from nilometer.checkers.staleness import Read, Write, describe, lags
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.traffic import Traffic


@requirement(
    id="V8",
    name="visibility.staleness",
    level="INFO",
    sentence="How far reads lag behind acknowledged writes, in records and in time, is measured",
    profiles=("core",),
    sources=("none promised",),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={"unmeasured": "never reported: this entry only measures"},
)
def check(run: Run) -> None:
    """Writers, readers and askers at once."""
    for _ in range(run.cases(1)):
        traffic = Traffic(run, run.topic()).go(writers=2, readers=2, askers=2, appends=8, acks=(1, -1))
        writes = [
            Write(produced.exchange.answered_at_ns or 0, produced.base_offset + len(one.plan.records) - 1)
            for one, produced in traffic.acknowledged
        ]
        asked = [Read(one.exchange.sent_at_ns, one.offset) for one in traffic.answers if one.ok]
        fetched = [Read(one.exchange.sent_at_ns, one.high_watermark) for one in traffic.fetches if one.ok]
        for what, reads in (("ListOffsets(latest)", asked), ("high watermark of Fetch", fetched)):
            if reads and writes:
                run.holds(len(reads))
                run.note(f"{what}: {describe(lags(writes, reads))}")
