"""I6: after sequence 2147483647 comes 0."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.producer_window import Kind
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire.records import SEQUENCE_MAX, advance_sequence


@requirement(
    id="I6",
    name="idempotence.sequence_wrap",
    level="MUST",
    sentence="The successor of sequence 2147483647 is 0; a batch may cross the border, window and gap rules hold there",
    profiles=("idempotence",),
    sources=("KIP-98", "Kafka's DefaultRecordBatch.incrementSequence"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "successor-refused": "the right next batch at or across the border was refused",
        "retry-refused": "a retry of one of the last five batches around the border was refused",
        "wrong-offset": "a retry around the border was answered with another base offset",
        "gap-accepted": "a batch out of order at the border was acknowledged",
        "log-differs": "the log does not hold exactly the acknowledged batches",
    },
)
def check(run: Run) -> None:
    """A producer without state begins just below the border and goes over it."""
    topic = run.topic()
    PartitionLog(run.session, topic).has_held_a_record()

    def example(case: tuple[int, list[int]]) -> None:
        below, counts = case
        session = run.actor()
        writer = Writer(session, topic, PartitionLog(session, topic))
        begin = writer.batch(SEQUENCE_MAX - below)
        first = writer.send(begin)
        if not first.ok:
            run.not_observable(Reason.REFUSED, f"a first batch at sequence {SEQUENCE_MAX - below}: {first.error}")
        writer.took(begin, first)
        for count in counts:
            if not over(run, writer, count):
                return
        writer.log.judge(run, "log-differs", writer.exchanges)

    directed(run, example, [(0, [1, 1]), (2, [1, 3, 2, 1])])
    borders = st.tuples(st.integers(0, 6), st.lists(st.integers(1, 4), min_size=2, max_size=6))
    run.explore(borders, example, examples=run.cases(3))


def over(run: Run, writer: Writer, count: int) -> bool:
    """The next batch, a gap after it, and every retry of the window; False when it cannot go on."""
    batch = writer.next(count)
    answer = writer.send(batch)
    expected = f"no error for {batch}, the successor of {writer.log.batches[-1]}"
    if not run.judge(answer.ok, "successor-refused", expected=expected, seen=answer.error):
        return False
    writer.took(batch, answer)
    ahead = writer.batch(advance_sequence(writer.window.next_sequence, 2))
    if writer.expect(ahead).kind is Kind.OUT_OF_ORDER:
        answer = writer.send(ahead)
        expected = f"OUT_OF_ORDER_SEQUENCE_NUMBER (45) for {ahead}: the next sequence is {writer.window.next_sequence}"
        if not run.judge(not answer.ok, "gap-accepted", expected=expected, seen="no error"):
            return False
    for known in writer.log.batches[-len(writer.window.window) :]:
        answer = writer.send(known)
        original = writer.expect(known).base_offset
        expected = f"no error for a retry of {known}, appended at {original}"
        if not run.judge(answer.ok, "retry-refused", expected=expected, seen=answer.error):
            return False
        run.judge(
            answer.base_offset == original, "wrong-offset", expected=expected, seen=f"base offset {answer.base_offset}"
        )
    return True
