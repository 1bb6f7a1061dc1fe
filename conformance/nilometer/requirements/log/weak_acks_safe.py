"""L15: weak acknowledgements may lose records, and nothing else."""

from __future__ import annotations

import time

from nilometer.checkers.batch_atomicity import SentBatch, batch_atomicity
from nilometer.checkers.offset_binding import Sighting, binding, unrepeated
from nilometer.checkers.record_content import shown
from nilometer.clients.observations import Scan, Topic
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import record_text
from nilometer.workloads.traffic import Appended, Traffic

SETTLE_S = 2.0
"""How long records with acks=0 are waited for; those that do not come may be lost."""
STRONG = ("acknowledged-batch-missing",)


@requirement(
    id="L15",
    name="log.weak_acks_safe",
    level="MUST",
    sentence="Records sent with acks=0 or 1 may be lost, but those that become visible are neither changed, torn nor "
    "duplicated",
    profiles=("core",),
    sources=('Kafka design document, "Availability and Durability Guarantees"',),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "offset-names-two-records": "two fetched copies of an offset differ",
        "record-at-two-offsets": "a record that was sent once is at two offsets",
        "record-changed": "a record that was sent with acks=0 or 1 reads back with another content",
        "part-of-a-batch": "some records of a batch are in the log and others are not",
        "gap-in-a-batch": "the records of a batch do not lie at consecutive offsets in the order of sending",
        "refused-batch-stored": "records of a batch that was answered with a definite error are in the log",
        "batch-elsewhere": "an acknowledged batch does not begin at the base offset of its acknowledgement",
    },
)
def check(run: Run) -> None:
    """Writers with all kinds of acks at once, and readers beside them."""
    for _ in range(run.cases(1)):
        topic = run.topic()
        traffic = Traffic(run, topic).go(writers=3, readers=1, appends=6, acks=(0, 1, -1))
        scan = settled(run, topic, traffic.appended)
        judge(run, traffic, scan)


def settled(run: Run, topic: Topic, appended: list[Appended]) -> Scan:
    """A scan that shows every batch, or the last one after the time is over."""
    deadline = time.monotonic() + SETTLE_S
    wanted = sum(len(one.values) for one in appended)
    while True:
        scan = run.session.scan(topic)
        if len(scan.records) >= wanted or time.monotonic() > deadline:
            return scan
        time.sleep(0.02)


def judge(run: Run, traffic: Traffic, scan: Scan) -> None:
    """What became visible, of all batches."""
    sightings = [
        Sighting(record.offset, record_text(record), f"fetched at {fetched.fetch_offset}", fetched.exchange)
        for fetched in [*traffic.fetches, *scan.fetches]
        for record in fetched.records
    ]
    binding(sightings).tell(run)
    unrepeated(sightings).tell(run)
    sent = {record.value: (record, one) for one in traffic.appended for record in one.plan.records}
    for record in scan.records:
        if record.value not in sent:
            continue  # for L4 to judge
        original, one = sent[record.value]
        expected = record_text(original)
        evidence = [exchange for exchange in (one.exchange, *scan.exchanges) if exchange is not None]
        run.judge(
            record_text(record) == expected, "record-changed",
            expected=f"{expected} at offset {record.offset}", seen=record_text(record), evidence=evidence,
        )  # fmt: skip
    weak = [
        SentBatch(
            one.values, one.outcome, one.produced.base_offset if one.produced else -1,
            one.produced.error if one.produced else "", one.exchange,
        )
        for one in traffic.appended
    ]  # fmt: skip
    offsets = {record.value: record.offset for record in scan.records if record.value is not None}
    judgement = batch_atomicity(weak, offsets, *scan.exchanges)
    lost = [finding for finding in judgement.findings if finding.signature in STRONG]
    judgement.findings = [finding for finding in judgement.findings if finding.signature not in STRONG]
    judgement.judged -= len(lost)
    judgement.tell(run)
    missing = [one for one in traffic.appended if one.acks == 0 and one.values[0] not in offsets]
    count = sum(one.acks == 0 for one in traffic.appended)
    if missing:
        run.note(f"{len(missing)} of {count} batches with acks=0 were lost, the first {shown(missing[0].values[0])}")
