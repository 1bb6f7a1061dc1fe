"""L4: nothing is read that nobody sent, and nothing where it was not sent."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.definite import is_definite
from nilometer.checkers.record_origins import ReadRecord, SentRecord, origins
from nilometer.clients.batches import encode_batch, patched, wall_clock_ms
from nilometer.clients.observations import Topic
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import codecs, named_plan

PARTITIONS = 3
CRC_AT = 17


@requirement(
    id="L4",
    name="log.no_phantom",
    level="MUST",
    sentence="Each data record fetched from a partition was sent to that partition by an operation of the run that "
    "did not definitely fail",
    profiles=("smoke", "core"),
    sources=("protocol contract", "Kafka protocol guide (error codes of Produce)"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "record-nobody-sent": "a record is read that no operation of the run has sent",
        "record-of-another-partition": "a record is read from a partition to which nobody has sent it",
        "record-of-a-refused-batch": "a record is read whose batch was answered with an error that proves its absence",
    },
)
def check(run: Run) -> None:
    """Batches to several partitions of two topics, some of them damaged; then every partition is read."""
    send = st.tuples(st.integers(0, 1), st.integers(0, PARTITIONS - 1), st.integers(1, 3), st.booleans())
    sends = st.lists(send, min_size=3, max_size=8)
    run.explore(sends, lambda chosen: deliveries(run, chosen), examples=run.cases(1))


def deliveries(run: Run, sends: list[tuple[int, int, int, bool]]) -> None:
    """Each is topic, partition, number of records, and whether the CRC is wrong."""
    topics = [run.topic(partitions=PARTITIONS), run.topic(partitions=PARTITIONS)]
    usable = codecs(run.versions)
    sent: list[SentRecord] = []
    for number, (which, partition, count, damaged) in enumerate(sends):
        topic = topics[which]
        plan = named_plan(f"{which}.{partition}.{number}", count, wall_clock_ms(), usable[number % len(usable)])
        data = encode_batch(plan.records, compression=plan.codec)
        if damaged:
            data = patched(data, CRC_AT, "I", 0x0BADC0DE, reseal=False)
        with run.journal.not_judged():
            produced = run.session.produce(topic, data, partition=partition)
        refused = produced.error if is_definite(produced.error_code) else ""
        sent += [SentRecord((topic.name, partition), one.value, refused, produced.exchange) for one in plan.records]
    for topic in topics:
        for partition in range(PARTITIONS):
            origins(sent, read(run, topic, partition)).tell(run)


def read(run: Run, topic: Topic, partition: int) -> list[ReadRecord]:
    """Everything that readers of both levels are given."""
    return [
        ReadRecord((topic.name, partition), record.offset, record.value, fetched.exchange)
        for isolation_level in (READ_UNCOMMITTED, READ_COMMITTED)
        for fetched in run.session.scan(topic, partition=partition, isolation_level=isolation_level).fetches
        for record in fetched.records
    ]
