"""I11: what one producer does in one partition changes nothing for another producer or partition."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer_reference.wire.records import advance_sequence

PRODUCERS, PARTITIONS = 3, 2


class Next(NamedTuple):
    """The right next batch of a producer in a partition."""

    producer: int
    partition: int
    records: int


class Noise(NamedTuple):
    """Something that a leader answers without appending; whatever the answer is, it is about this pair alone."""

    producer: int
    partition: int
    what: str


RETRY, GAP = "a retry of the last batch", "a gap"
STEPS = st.lists(
    st.one_of(
        st.builds(Next, st.integers(0, PRODUCERS - 1), st.integers(0, PARTITIONS - 1), st.integers(1, 3)),
        st.builds(Noise, st.integers(0, PRODUCERS - 1), st.integers(0, PARTITIONS - 1), st.sampled_from([RETRY, GAP])),
    ),
    min_size=4,
    max_size=24,
).filter(lambda steps: sum(isinstance(step, Next) for step in steps) > 1)


SHORTEST: list[Next | Noise] = [
    Next(0, 0, 1), Next(1, 0, 1), Next(0, 1, 2), Next(2, 0, 1), Noise(1, 0, GAP), Next(0, 0, 1), Next(0, 1, 1),
    Noise(2, 0, RETRY), Next(1, 0, 2), Next(2, 0, 3), Next(1, 1, 1),
]  # fmt: skip


@requirement(
    id="I11",
    name="idempotence.independence",
    level="MUST",
    sentence="Sequences belong to one producer id in one partition: nothing elsewhere changes what is accepted next",
    profiles=("idempotence",),
    sources=("KIP-98",),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "next-refused": "the right next batch was refused after others had written or erred elsewhere",
        "taken-for-another": "the right next batch was acknowledged at an offset where another record stands",
        "log-differs": "a partition does not hold exactly the acknowledged batches",
    },
)
def check(run: Run) -> None:
    """Several producers in several partitions, interleaved at will."""
    topic = run.topic(partitions=PARTITIONS)

    def example(steps: list[Next | Noise]) -> None:
        sessions = [run.actor() for _ in range(PRODUCERS)]
        logs = [PartitionLog(sessions[0], topic, partition) for partition in range(PARTITIONS)]
        writers: dict[tuple[int, int], Writer] = {}
        for producer, session in enumerate(sessions):
            first = Writer(session, topic, logs[0])
            for partition, log in enumerate(logs):
                writers[producer, partition] = Writer(
                    session, topic, log, producer_id=first.producer_id, epoch=first.epoch
                )
        spoiled: set[tuple[int, int]] = set()
        for step in steps:
            at = step.producer, step.partition
            if at in spoiled:
                continue
            if isinstance(step, Next):
                right_next(run, writers[at], step.records, writers)
            elif noise(writers[at], step.what):
                spoiled.add(at)  # its log is not what we think any more; I2 and I4 say so
        if not spoiled:
            for log in logs:
                log.judge(run, "log-differs", [one for writer in writers.values() for one in writer.exchanges])

    directed(run, example, [SHORTEST])
    run.explore(STEPS, example, examples=run.cases(5))


def right_next(run: Run, writer: Writer, count: int, writers: dict[tuple[int, int], Writer]) -> None:
    """One instance: it must be appended at the end of its partition."""
    batch = writer.next(count)
    end = writer.log.end
    answer = writer.send(batch)
    everything = sorted((one for other in writers.values() for one in other.exchanges), key=lambda one: one.number)
    evidence = everything[-12:]
    expected = f"no error, base offset {end}, for {batch} in partition {writer.log.partition}"
    if run.judge(answer.ok, "next-refused", expected=expected, seen=answer.error, evidence=evidence):
        run.judge(
            answer.base_offset not in writer.log.expected, "taken-for-another", expected=expected,
            seen=f"base offset {answer.base_offset}", evidence=evidence,
        )  # fmt: skip
        writer.took(batch, answer)


def noise(writer: Writer, what: str) -> bool:
    """Whether the leader appended what it should not have."""
    if what == RETRY:
        if not writer.window.window:
            return False
        last = next(one for one in reversed(writer.log.batches) if one.producer_id == writer.producer_id)
        answer = writer.send(last)
        return answer.ok and answer.base_offset != writer.expect(last).base_offset
    if not writer.window.window:
        return False  # without state nothing is a gap
    return writer.send(writer.batch(advance_sequence(writer.window.next_sequence, 5))).ok
