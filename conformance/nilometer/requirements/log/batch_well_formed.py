"""L13: what is stored is well-formed, and keeps what its producer wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nilometer.checkers.batch_form import SIGNATURES, defects
from nilometer.clients.batches import Record, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, Produced, Topic
from nilometer.clients.transactional import protocols
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import BatchPlan, codecs
from nilometer.workloads.known_log import KnownLog, TransactionPlan
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import BatchHeader, split_batches

LOG_APPEND_TIME = {"message.timestamp.type": "LogAppendTime"}


@requirement(
    id="L13",
    name="log.batch_well_formed",
    level="MUST",
    sentence="Each stored batch has magic 2, a valid CRC-32C, a record count and last offset delta that match its "
    "records, their max timestamp, a leader epoch, and the producer fields that were sent",
    profiles=("core",),
    sources=("record batch format 2", "KIP-98", "KIP-101"),
    apis={"Produce": 3, "Fetch": 4},
    signatures=SIGNATURES,
)
def check(run: Run) -> None:
    """Plain, idempotent and transactional batches of every codec, with both types of timestamps."""
    for _ in range(run.cases(1)):
        plain(run, run.topic())
    try:
        plain(run, run.topic(configs=LOG_APPEND_TIME))
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
    if protocols(run.versions):
        transactional(run)
    else:
        run.skip(Reason.API_NOT_SERVED, "transactions are not served")


@dataclass(frozen=True)
class Sent:
    """A batch that was acknowledged, with the header that was sent."""

    header: BatchHeader
    produced: Produced


def plain(run: Run, topic: Topic) -> None:
    """A batch a codec, from a producer without and from one with an id; the largest timestamp stands anywhere."""
    sent: dict[int, Sent] = {}
    idempotent = run.versions.serves("InitProducerId")
    for producer in (None, run.session.init_producer_id()) if idempotent else (None,):
        sequence = 0
        for codec in codecs(run.versions):
            plan = plan_of(run, codec)
            data = (
                plan.encode() if producer is None
                else plan.encode(producer_id=producer[0], producer_epoch=producer[1], base_sequence=sequence)
            )  # fmt: skip
            produced = run.session.produce(topic, data)
            sequence += len(plan.records)
            if produced.ok:
                sent[produced.base_offset] = Sent(BatchHeader.parse(data), produced)
    judge(run, topic, sent)


def plan_of(run: Run, codec: int) -> BatchPlan:
    """One to five records with timestamps in any order."""
    now, chance = wall_clock_ms(), run.random
    return BatchPlan(
        tuple(
            Record(-1, now - chance.randrange(1_000), b"k%d" % n, b"v" * chance.randrange(200))
            for n in range(chance.randint(1, 5))
        ),
        codec,
    )


def transactional(run: Run) -> None:
    """A committed and an aborted transaction; markers are judged too."""
    log = KnownLog(run, run.topic())
    for commit in (True, False):
        log.transact(TransactionPlan((plan_of(run, 0), plan_of(run, codecs(run.versions)[-1])), commit))
    sent = {one.base_offset: Sent(sent_header(one.produced), one.produced) for one in log.written}
    judge(run, log.topic, sent)


def sent_header(produced: Produced) -> BatchHeader:
    """Of the batch in the request."""
    request = produced.exchange.request
    records = request.topic_data[0].partition_data[0].records  # type: ignore[attr-defined] # a ProduceRequest
    return BatchHeader.parse(records)


def judge(run: Run, topic: Topic, sent: dict[int, Sent]) -> None:
    """An instance is a stored batch."""
    for fetched in raw_scan(run, topic):
        try:
            batches = list(split_batches(fetched.data, drop_partial_tail=True))
        except RecordError as damage:
            run.violated("not-a-batch", expected="batches of magic 2", seen=damage.message, evidence=fetched.exchange)
            return
        for batch in batches:
            was = sent.get(batch.header.base_offset)
            evidence: list[Exchange] = [fetched.exchange]
            append_time_ms = -1
            if was is not None:
                evidence.insert(0, was.produced.exchange)
                append_time_ms = was.produced.log_append_time_ms
            found = list(defects(batch, None if was is None else was.header, append_time_ms=append_time_ms))
            for one in found:
                run.violated(one.signature, expected=one.expected, seen=one.seen, evidence=evidence)
            if not found:
                run.holds()


def raw_scan(run: Run, topic: Topic) -> Iterator[Fetched]:
    """Fetches up to the high watermark, whatever their bytes are."""
    position = 0
    while True:
        fetched = run.session.fetch(topic, position)
        yield fetched
        if not fetched.batches or fetched.next_offset >= fetched.high_watermark:
            return
        position = fetched.next_offset
