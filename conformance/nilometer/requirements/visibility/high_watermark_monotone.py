"""V1: the high watermark never goes back."""

from __future__ import annotations

from nilometer.checkers.end_offsets import never_decreasing
from nilometer.requirement import requirement
from nilometer.requirements.visibility._epochs import UNKNOWN, fetched_ends, leader_epoch, listed_ends
from nilometer.run import Run
from nilometer.workloads.traffic import Traffic

WHAT = "high watermark"


@requirement(
    id="V1",
    name="visibility.high_watermark_monotone",
    level="MUST",
    sentence="Of two answers about the high watermark, the second asked for after the first had returned, the "
    "second is not lower, unless it comes from an older leader epoch",
    profiles=("replication", "core"),
    sources=("KIP-207", "KIP-320"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={
        "high-watermark-went-back": "an answer is lower than one that had returned before it was asked for",
    },
)
def check(run: Run) -> None:
    """Askers and readers on connections of their own, while others write."""
    for _ in range(run.cases(1)):
        topic = run.topic()
        before = leader_epoch(run.session, topic)
        traffic = Traffic(run, topic).go(writers=2, readers=2, askers=2, appends=8, acks=(1, -1))
        during = before if leader_epoch(run.session, topic) == before else UNKNOWN
        answers = listed_ends(traffic.answers, WHAT, during)
        answers += fetched_ends(traffic.fetches, "high_watermark", WHAT, during)
        never_decreasing(answers, "high-watermark-went-back").tell(run)
