"""I3: a retry from before the window of five is never appended."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.producer_window import WINDOW, Kind
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="I3",
    name="idempotence.old_duplicate_refused",
    level="MUST",
    sentence="A retry from before the last five batches is never appended",
    profiles=("idempotence",),
    sources=("KIP-98", "Kafka's ProducerAppendInfo"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "appended-again": "a retry from before the window was appended",
        "wrong-offset": "a retry from before the window was acknowledged at an offset where its records do not stand",
        "next-refused": "after a refused old retry the next batch was not accepted",
    },
)
def check(run: Run) -> None:
    """Six or more batches, then the ones that have left the window; then the producer goes on."""
    topic = run.topic()

    def example(counts: list[int]) -> None:
        session = run.actor()
        writer = Writer(session, topic, PartitionLog(session, topic))
        for count in counts:
            writer.write(count)
        for batch in writer.log.batches[:-WINDOW]:
            assert writer.expect(batch).kind is Kind.OLD
            answer = writer.send(batch)
            if answer.ok:
                original = next(at for known, at in writer.window.appended if known == batch.sequences)
                run.note("an old retry is answered with success (Kafka: OUT_OF_ORDER_SEQUENCE_NUMBER)")
                if not writer.log.judge(run, "appended-again", writer.exchanges):
                    return
                run.judge(
                    answer.base_offset in (-1, original), "wrong-offset",
                    expected=f"an error, or success with base offset -1 or {original}, where {batch} stands",
                    seen=f"base offset {answer.base_offset}",
                )  # fmt: skip
                continue
            if answer.error_code != ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
                run.note(f"an old retry is answered with {answer.error} (Kafka: OUT_OF_ORDER_SEQUENCE_NUMBER)")
            if not writer.log.judge(run, "appended-again", writer.exchanges):
                return
        following = writer.next()
        answer = writer.send(following)
        if run.judge(answer.ok, "next-refused", expected=f"no error for {following}", seen=answer.error):
            writer.took(following, answer)

    directed(run, example, [[1] * 7])
    run.explore(st.lists(st.integers(1, 3), min_size=WINDOW + 1, max_size=9), example, examples=run.cases(3))
