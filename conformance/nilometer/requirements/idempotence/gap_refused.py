"""I4: a batch that is not the next one is refused and changes nothing."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.checkers.producer_window import Kind
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.records import SEQUENCE_MAX, advance_sequence


class Append(NamedTuple):
    """The next batch."""

    records: int


class Misplaced(NamedTuple):
    """A batch `ahead` sequences after the next one; negative: it overlaps what is there."""

    ahead: int
    records: int


STEPS = st.lists(
    st.one_of(
        st.builds(Append, st.integers(1, 4)),
        st.builds(
            Misplaced,
            st.one_of(st.integers(1, 5), st.integers(-6, -1), st.sampled_from([1_000, 2**30, 2**31 - 10])),
            st.integers(1, 4),
        ),
    ),
    min_size=2,
    max_size=12,
).filter(lambda steps: any(isinstance(step, Misplaced) for step in steps))


SHORTEST: list[Append | Misplaced] = [
    Misplaced(1, 1), Append(1), Misplaced(-1, 2), Misplaced(2**30, 1), Append(2), Misplaced(-2, 1), Append(1),
]  # fmt: skip


@requirement(
    id="I4",
    name="idempotence.gap_refused",
    level="MUST",
    sentence="A batch whose first sequence is not the successor of the last appended one answers "
    "OUT_OF_ORDER_SEQUENCE_NUMBER (45), is not appended, and leaves the expected number as it was",
    profiles=("idempotence",),
    sources=("KIP-98", "Kafka's ProducerAppendInfo"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "gap-accepted": "a batch after a gap, or one that overlaps known ones, was acknowledged",
        "wrong-error": "a batch out of order was refused with another error than OUT_OF_ORDER_SEQUENCE_NUMBER",
        "next-refused": "after a refused batch the right one was not accepted",
        "log-differs": "the log does not hold exactly the acknowledged batches",
    },
)
def check(run: Run) -> None:
    """Right and wrong batches in any order, judged one by one; then the log."""
    topic = run.topic()

    def example(steps: list[Append | Misplaced]) -> None:
        session = run.actor()
        writer = Writer(session, topic, PartitionLog(session, topic))
        writer.write()
        refused = 0
        for step in steps:
            if isinstance(step, Append):
                batch = writer.next(step.records)
                answer = writer.send(batch)
                if refused:
                    expected = f"no error for {batch}: the right next one after {refused} refused batches"
                    run.judge(answer.ok, "next-refused", expected=expected, seen=answer.error)
                if not answer.ok:
                    return
                writer.took(batch, answer)
                refused = 0
            elif not misplaced(run, writer, step):
                return
            else:
                refused += 1
        writer.log.judge(run, "log-differs", writer.exchanges)

    directed(run, example, [SHORTEST])
    run.explore(STEPS, example, examples=run.cases(5))


def misplaced(run: Run, writer: Writer, step: Misplaced) -> bool:
    """One wrong batch; False when it was accepted and the example cannot go on."""
    batch = writer.batch(advance_sequence(writer.window.next_sequence, step.ahead % (SEQUENCE_MAX + 1)), step.records)
    if writer.expect(batch).kind is not Kind.OUT_OF_ORDER:
        return True  # the overlap is exactly a batch of the window: no instance
    answer = writer.send(batch)
    evidence = writer.exchanges[-3:]
    expected = f"OUT_OF_ORDER_SEQUENCE_NUMBER (45) for {batch}: the next sequence is {writer.window.next_sequence}"
    if not run.judge(
        not answer.ok, "gap-accepted", expected=expected, seen=f"no error, base offset {answer.base_offset}",
        evidence=evidence,
    ):  # fmt: skip
        return False
    if step.ahead < 0 and answer.error_code == ErrorCode.DUPLICATE_SEQUENCE_NUMBER:
        run.note("an overlap is answered with DUPLICATE_SEQUENCE_NUMBER (Kafka: OUT_OF_ORDER_SEQUENCE_NUMBER)")
        return True
    run.judge(
        answer.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, "wrong-error", expected=expected,
        seen=answer.error, evidence=evidence,
    )  # fmt: skip
    return True
