"""V3: what was acknowledged is visible."""

from __future__ import annotations

from nilometer.checkers.end_offsets import Acknowledged, beyond_acknowledged
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.session import LATEST
from nilometer.requirement import requirement
from nilometer.requirements.visibility._epochs import UNKNOWN, leader_epoch, listed_ends
from nilometer.run import Run
from nilometer.workloads.batches import codecs, named_plan
from nilometer.workloads.traffic import Traffic


@requirement(
    id="V3",
    name="visibility.ack_implies_visible",
    level="MUST",
    sentence="After an acks=all answer for an offset every ListOffsets(latest) that begins later returns more than "
    "it, and a fetch at it returns the record",
    profiles=("core", "replication"),
    sources=("Produce API", "KIP-207"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={
        "end-below-acknowledged": "ListOffsets(latest) is not above the offset of an append acknowledged before the "
        "question",
        "acknowledged-not-fetched": "a fetch at an offset that was acknowledged before does not return the record",
    },
)
def check(run: Run) -> None:
    """Writers and askers at once; then each append is looked at by others as soon as it is acknowledged."""
    for _ in range(run.cases(1)):
        topic = run.topic()
        before = leader_epoch(run.session, topic)
        traffic = Traffic(run, topic).go(writers=2, askers=2, appends=8)
        during = before if leader_epoch(run.session, topic) == before else UNKNOWN
        acknowledged = [
            Acknowledged(
                produced.exchange.answered_at_ns or 0, produced.base_offset + len(one.plan.records) - 1, during,
                produced.exchange,
            )
            for one, produced in traffic.acknowledged
        ]  # fmt: skip
        answers = listed_ends(traffic.answers, "latest offset", during)
        beyond_acknowledged(acknowledged, answers, "end-below-acknowledged").tell(run)
    at_once(run)


def at_once(run: Run) -> None:
    """One appends; two others, on connections of their own, ask and fetch when the answer has come."""
    topic, others = run.topic(), [run.actor(), run.actor()]
    usable = codecs(run.versions)
    for number in range(run.cases(5)):
        plan = named_plan(f"b{number}", 1 + number % 3, wall_clock_ms(), usable[number % len(usable)])
        produced = run.session.produce(topic, plan.encode())
        if not produced.ok:
            continue
        last = produced.base_offset + len(plan.records) - 1
        other = others[number % 2]
        listed = other.list_offsets(topic, LATEST)
        if listed.ok:
            run.judge(
                listed.offset > last, "end-below-acknowledged",
                expected=f"latest offset of more than {last}, which was acknowledged",
                seen=f"latest offset {listed.offset}", evidence=[produced.exchange, listed.exchange],
            )  # fmt: skip
        fetched = other.fetch(topic, last)
        seen = [record.value for record in fetched.records if record.offset == last]
        run.judge(
            seen == [plan.records[-1].value], "acknowledged-not-fetched",
            expected=f"{plan.records[-1].value!r} at offset {last}",
            seen=f"{seen[0]!r}" if seen else f"{fetched.error}, {len(fetched.records)} records",
            evidence=[produced.exchange, fetched.exchange],
        )  # fmt: skip
