"""I2: a retry of any of the last five batches is answered as the first attempt was, and appends nothing."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.checkers.producer_window import Kind
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.idempotence._delivery import Way, deliver
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run


class Append(NamedTuple):
    """The next batch."""

    records: int


class Retry(NamedTuple):
    """One of the last five batches: 0 is the newest."""

    back: int
    way: Way


WAYS = (Way.ONCE, Way.PIPELINED, Way.NEW_PATH)
STEPS = st.lists(
    st.one_of(st.builds(Append, st.integers(1, 4)), st.builds(Retry, st.integers(0, 4), st.sampled_from(WAYS))),
    min_size=2,
    max_size=14,
)


@requirement(
    id="I2",
    name="idempotence.window_of_five",
    level="MUST",
    sentence="A retry of any of the last five batches succeeds with the original base offset and appends nothing",
    profiles=("idempotence",),
    sources=("KIP-98", "KAFKA-5494", "redpanda #3038, #5355"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "retry-refused": "a retry of one of the last five batches was answered with an error",
        "wrong-offset": "a retry was answered with another base offset than the first attempt",
        "log-differs": "after retries the log does not hold exactly what was appended first",
    },
)
def check(run: Run) -> None:
    """Batches and retries in any order; then the whole log."""
    topic = run.topic()

    def example(steps: list[Append | Retry]) -> None:
        session = run.actor()
        writer = Writer(session, topic, PartitionLog(session, topic))
        retried = 0
        for step in steps:
            if isinstance(step, Append):
                writer.write(step.records)
            elif step.back < len(writer.window.window):
                retry(run, writer, step)
                retried += 1
        if retried:
            writer.log.judge(run, "log-differs", writer.exchanges)

    full: list[Append | Retry] = [*[Append(1)] * 7, *(Retry(back, Way.ONCE) for back in (4, 3, 2, 1, 0, 0, 4))]
    between: list[Append | Retry] = [
        Append(3),
        Retry(0, Way.PIPELINED),
        Append(1),
        Append(2),
        Retry(2, Way.NEW_PATH),
        Append(1),
    ]
    directed(run, example, [full, between])
    run.explore(STEPS, example, examples=run.cases(5))


def retry(run: Run, writer: Writer, step: Retry) -> None:
    """Each answer is one instance."""
    batch = writer.log.batches[-1 - step.back]
    expected = writer.expect(batch)
    assert expected.kind is Kind.DUPLICATE
    first = next(one for one in writer.exchanges if one.response is not None and _base(one) == expected.base_offset)
    for answer in deliver(writer, batch, step.way):
        evidence = [first, answer.exchange]
        what = f"{batch}, one of the last {len(writer.window.window)} batches, was appended at {expected.base_offset}"
        if run.judge(answer.ok, "retry-refused", expected=f"no error: {what}", seen=answer.error, evidence=evidence):
            run.judge(
                answer.base_offset == expected.base_offset, "wrong-offset",
                expected=f"base offset {expected.base_offset}: {what}",
                seen=f"base offset {answer.base_offset}", evidence=evidence,
            )  # fmt: skip


def _base(exchange: object) -> int:
    parts = [part for topic in exchange.response.responses for part in topic.partition_responses]  # type: ignore[attr-defined]
    return int(parts[0].base_offset) if parts and parts[0].error_code == 0 else -1
