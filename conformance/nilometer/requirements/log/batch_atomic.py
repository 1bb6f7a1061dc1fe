"""L9: a batch is stored whole and without a gap, or not at all."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.batch_atomicity import SIGNATURES, Outcome, SentBatch, batch_atomicity
from nilometer.checkers.definite import is_definite
from nilometer.clients.batches import Record, encode_batch, patched, wall_clock_ms
from nilometer.clients.observations import Topic
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import codecs, named_plan
from nilometer.workloads.traffic import Traffic

COUNT_AT, LAST_OFFSET_DELTA_AT = 57, 23
DAMAGES = ("none", "count", "last-offset", "crc", "too-large", "timestamp")
"""What is wrong with a generated batch; see `spoiled`."""
MAX_MESSAGE_BYTES = 60_000
CONFIGS = {"max.message.bytes": str(MAX_MESSAGE_BYTES), "message.timestamp.before.max.ms": str(86_400_000)}


@requirement(
    id="L9",
    name="log.batch_atomic",
    level="MUST",
    sentence="The records of an accepted batch take its base offset and the following ones without a gap, and all "
    "are stored or none is",
    profiles=("core",),
    sources=("record batch format 2",),
    apis={"Produce": 3, "Fetch": 4},
    signatures=SIGNATURES,
)
def check(run: Run) -> None:
    """Writers at once; then batches of which one record or the header is wrong between good ones."""
    for _ in range(run.cases(1)):
        topic = run.topic()
        traffic = Traffic(run, topic).go(writers=3, appends=5, records_max=6)
        judge(
            run, topic,
            [
                SentBatch(
                    one.values, one.outcome, one.produced.base_offset if one.produced else -1,
                    one.produced.error if one.produced else "", one.exchange,
                )
                for one in traffic.appended
            ],
        )  # fmt: skip
    batches = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(DAMAGES)), min_size=2, max_size=6)
    run.explore(batches, lambda chosen: among_damaged(run, chosen), examples=run.cases(1))


def among_damaged(run: Run, chosen: list[tuple[int, str]]) -> None:
    """Each is a number of records and what is wrong with the batch."""
    topic = run.topic(configs=CONFIGS)
    usable = codecs(run.versions)
    sent: list[SentBatch] = []
    for number, (count, damage) in enumerate(chosen):
        plan = named_plan(f"b{number}", count, wall_clock_ms(), usable[number % len(usable)])
        data, records = spoiled(list(plan.records), plan.codec, damage)
        with run.journal.not_judged():
            produced = run.session.produce(topic, data)
        outcome = (
            Outcome.ACKNOWLEDGED if produced.ok
            else Outcome.REFUSED if is_definite(produced.error_code)
            else Outcome.UNKNOWN
        )  # fmt: skip
        if produced.ok and damage in ("count", "last-offset"):
            continue  # how many records such a batch has is for its reader to say: no instance
        values = [one.value or b"" for one in records]
        sent.append(SentBatch(values, outcome, produced.base_offset, produced.error, produced.exchange))
    judge(run, topic, sent)


def spoiled(records: list[Record], codec: int, damage: str) -> tuple[bytes, list[Record]]:
    """The batch with its last record, or its header, made wrong."""
    last = records[-1]
    if damage == "too-large":
        records[-1] = last._replace(headers=(("large", bytes(2 * MAX_MESSAGE_BYTES)),))
        codec = 0
    elif damage == "timestamp":
        records[-1] = last._replace(timestamp=last.timestamp - 10 * 86_400_000)
    data = encode_batch(records, compression=codec)
    count = len(records)
    if damage == "count":
        data = patched(data, COUNT_AT, "i", count + 1)
    elif damage == "last-offset":
        data = patched(data, LAST_OFFSET_DELTA_AT, "i", count)
    elif damage == "crc":
        data = patched(data, 17, "I", 0x0BADC0DE, reseal=False)
    return data, records


def judge(run: Run, topic: Topic, sent: list[SentBatch]) -> None:
    """Against a scan of everything."""
    scan = run.session.scan(topic)
    if not scan.complete:
        return
    offsets = {record.value: record.offset for record in scan.records if record.value is not None}
    batch_atomicity(sent, offsets, *scan.exchanges).tell(run)
