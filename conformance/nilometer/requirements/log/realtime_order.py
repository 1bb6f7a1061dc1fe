"""L7: what was sent after an acknowledgement lies behind it."""

from __future__ import annotations

from nilometer.checkers import realtime_order as checker
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.traffic import Traffic

WRITERS = 4


@requirement(
    id="L7",
    name="log.realtime_order",
    level="MUST",
    sentence="If a record was acknowledged before another one was sent to the same partition, then it has the lower "
    "offset",
    profiles=("core", "replication"),
    sources=("single-leader append", "Kafka design document"),
    apis={"Produce": 3},
    signatures={
        "later-record-at-lower-offset": "a record sent after the acknowledgement of another has a lower offset"
    },
)
def check(run: Run) -> None:
    """Several writers at once; each batch is sent and acknowledged at known times."""
    for _ in range(run.cases(1)):
        traffic = Traffic(run, run.topic()).go(writers=WRITERS, appends=8, acks=(1, -1))
        appends = [
            checker.Append(
                produced.exchange.sent_at_ns, produced.exchange.answered_at_ns or 0, produced.base_offset, one.name,
                produced.exchange,
            )
            for one, produced in traffic.acknowledged
            if produced.exchange.answered_at_ns is not None
        ]  # fmt: skip
        checker.realtime_order(appends).tell(run)
