"""I5: an older epoch is refused, a newer one starts at sequence 0 and takes over."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.checkers.producer_window import Kind
from nilometer.clients.observations import Produced
from nilometer.clients.transactional import Protocol, TransactionalProducer, protocols
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire.errors import ErrorCode


class Batch(NamedTuple):
    """A batch whose epoch is `epoch` above (below, if negative) the partition's, and what its sequence is."""

    epoch: int
    sequence: str


NEXT, ZERO, AHEAD = "next", "0", "beyond the next"
STEPS = st.lists(
    st.builds(Batch, st.sampled_from([-1, 0, 0, 0, 1, 2]), st.sampled_from([NEXT, NEXT, ZERO, AHEAD])),
    min_size=2,
    max_size=12,
).filter(lambda steps: any(step.epoch for step in steps))
CODES = {
    Kind.FENCED: ErrorCode.INVALID_PRODUCER_EPOCH,
    Kind.OUT_OF_ORDER: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
}


SHORTEST: list[Batch] = [
    Batch(0, NEXT), Batch(-1, NEXT), Batch(-1, ZERO), Batch(1, AHEAD), Batch(1, ZERO), Batch(-1, NEXT),
    Batch(0, NEXT), Batch(2, NEXT), Batch(2, ZERO), Batch(-1, ZERO),
]  # fmt: skip


@requirement(
    id="I5",
    name="idempotence.epoch_fencing",
    level="MUST",
    sentence="A batch of a lower producer epoch answers INVALID_PRODUCER_EPOCH (47) and is not appended; the first "
    "batch of a higher one must have sequence 0; without state any first sequence is accepted",
    profiles=("idempotence", "eos"),
    sources=("KIP-98", "KIP-360", "KIP-588", "KIP-890", "Kafka's ProducerAppendInfo"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "old-epoch-accepted": "a batch of a lower epoch was acknowledged",
        "wrong-error": "a batch was refused with another error than the epoch rules demand",
        "new-epoch-gap-accepted": "the first batch of a higher epoch was acknowledged with a sequence other than 0",
        "new-epoch-refused": "the first batch of a higher epoch was refused although its sequence was 0",
        "first-batch-refused": "the first batch of a producer id without state was refused for its sequence",
        "transactional-gap-accepted": "under transaction version 2 a transactional producer began above sequence 0",
        "log-differs": "the log does not hold exactly the acknowledged batches",
    },
)
def check(run: Run) -> None:
    """Batches of old, present and new epochs in any order; then the log."""
    topic = run.topic()

    def example(steps: list[Batch]) -> None:
        session = run.actor()
        writer = Writer(session, topic, PartitionLog(session, topic))
        writer.write()
        for step in [Batch(1, ZERO), *steps]:  # so that there is an older epoch
            if not one_batch(run, writer, step):
                return
        writer.log.judge(run, "log-differs", writer.exchanges)

    directed(run, example, [SHORTEST])
    without_state(run)
    transactional_start(run)
    run.explore(STEPS, example, examples=run.cases(5))


def one_batch(run: Run, writer: Writer, step: Batch) -> bool:
    """Send it and judge it where epochs decide; False when the example cannot go on."""
    epoch = writer.epoch + step.epoch
    after = writer.window.next_sequence
    batch = writer.batch({NEXT: after, ZERO: 0, AHEAD: after + 7}[step.sequence], epoch=epoch)
    kind = writer.expect(batch).kind
    if step.epoch == 0 and kind is not Kind.APPEND:
        return True  # not about epochs
    answer = writer.send(batch)
    evidence = writer.exchanges[-3:]
    expected = f"{kind} for {batch}: the partition has seen epoch {writer.epoch}, next sequence {after}"
    if kind is Kind.APPEND:
        if step.epoch > 0:
            run.judge(answer.ok, "new-epoch-refused", expected=expected, seen=answer.error, evidence=evidence)
        if answer.ok:
            writer.took(batch, answer)
            writer.epoch = epoch
        return answer.ok
    signature = "old-epoch-accepted" if kind is Kind.FENCED else "new-epoch-gap-accepted"
    seen = f"no error, base offset {answer.base_offset}"
    if not run.judge(not answer.ok, signature, expected=expected, seen=seen, evidence=evidence):
        return False
    right = answer.error_code == CODES[kind]
    run.judge(right, "wrong-error", expected=expected, seen=answer.error, evidence=evidence)
    return True


def without_state(run: Run) -> None:
    """A producer id that the partition does not know begins anywhere (KIP-360)."""
    topic, session = run.topic(), run.session
    PartitionLog(session, topic).has_held_a_record()
    for first in (0, 1, 77, 2**31 - 1):
        writer = Writer(session, topic, PartitionLog(session, topic))
        batch = writer.batch(first)
        answer = writer.send(batch)
        expected = f"no error for {batch}: the partition knows nothing of this producer"
        run.judge(answer.ok, "first-batch-refused", expected=expected, seen=answer.error, evidence=answer.exchange)


def transactional_start(run: Run) -> None:
    """Under transaction version 2 a partition learns a producer at sequence 0 only."""
    if Protocol.TV2 not in protocols(run.versions):
        run.skip(Reason.FEATURE_OFF, "transaction version 2 is not finalized: where it begins cannot be judged")
        return
    topic = run.topic()
    producer = TransactionalProducer(run.session, run.name("transactional-id"), Protocol.TV2)
    producer.init()
    ahead = producer.batch(topic, [b"ahead"], skip=3)
    answer: Produced | None = None
    while answer is None or answer.error_code in (ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_ENOUGH_REPLICAS):
        answer = producer.produce_once(topic, ahead)
    run.judge(
        not answer.ok, "transactional-gap-accepted", evidence=producer.exchanges,
        expected=f"OUT_OF_ORDER_SEQUENCE_NUMBER (45) for sequence 3 as the first one of {producer.identity}",
        seen=f"no error, base offset {answer.base_offset}",
    )  # fmt: skip
    producer.end(commit=False)
