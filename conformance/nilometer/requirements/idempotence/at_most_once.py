"""I1: whatever the network repeats, a batch is appended at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.clients.batches import patched, wall_clock_ms
from nilometer.clients.observations import Produced
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.idempotence._delivery import Way, deliver
from nilometer.requirements.idempotence._writer import PartitionLog, Sent, Writer, shown
from nilometer.run import Run

IN_TEN_DAYS_MS = 10 * 86_400_000
"""Far beyond `message.timestamp.after.max.ms`, one hour by default (KIP-937)."""
CRC_AT = 17
LARGE_BYTES = 1_100_000
"""Above `max.message.bytes`, 1,048,588 by default."""
REASONS = ("timestamp", "checksum", "size")


class Send(NamedTuple):
    """The next batch."""

    records: int
    way: Way


class Again(NamedTuple):
    """A batch that was sent before: the last one (0), the one before it (1) …"""

    back: int
    way: Way


class Refused(NamedTuple):
    """The next batch, but such that a leader refuses it; sent twice. Then nobody has appended anything."""

    why: str


STEPS = st.lists(
    st.one_of(
        st.builds(Send, st.integers(1, 3), st.sampled_from(Way)),
        st.builds(Again, st.integers(0, 6), st.sampled_from(Way)),
        st.builds(Refused, st.sampled_from(REASONS)),
    ),
    min_size=2,
    max_size=10,
)


def shortest() -> Iterator[list[Send | Again | Refused]]:
    """Every way and every reason once."""
    for way in Way:
        yield [Send(1, Way.ONCE), Send(2, way), Again(0, way), Again(1, Way.NEW_PATH)]
    for why in REASONS:
        yield [Send(1, Way.ONCE), Refused(why), Send(1, Way.ONCE), Again(0, Way.NEW_PATH)]


@requirement(
    id="I1",
    name="idempotence.at_most_once",
    level="MUST",
    sentence="A batch of an idempotent producer is appended at most once, whatever is repeated, cut or overtaken",
    profiles=("smoke", "idempotence"),
    sources=("KIP-98", "KAFKA-6683 (state before the append)", "redpanda #3039"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "appended-twice": "the records of one batch stand at two places in the log",
        "acknowledged-but-absent": "a batch was acknowledged, but its records are not in the log",
    },
)
def check(run: Run) -> None:
    """Batches sent in all ways that a network knows, then the log read from end to end."""
    topic = run.topic()

    def example(steps: list[Send | Again | Refused]) -> None:
        session = run.actor()
        writer = Writer(session, topic, PartitionLog(session, topic))
        attempts: dict[Sent, list[Produced]] = {}
        for step in steps:
            if isinstance(step, Refused):
                batch = refusable(writer, step.why)
                first = writer.send(batch)
                if first.ok:
                    return  # who accepts such a batch has begun something that this model does not follow
                attempts[batch] = [first, writer.send(batch)]
                if attempts[batch][-1].ok:
                    break
                continue
            if isinstance(step, Send):
                batch = writer.next(step.records)
                attempts[batch] = deliver(writer, batch, step.way)
                taken = [one for one in attempts[batch] if one.ok]
                if not taken:
                    break
                writer.took(batch, taken[0])
            elif step.back < len(writer.log.batches):
                batch = writer.log.batches[-1 - step.back]
                attempts[batch] += deliver(writer, batch, step.way)
        judge(run, writer, attempts)

    directed(run, example, shortest())
    run.explore(STEPS, example, examples=run.cases(5))


def refusable(writer: Writer, why: str) -> Sent:
    """A batch with the right numbers that is wrong otherwise."""
    if why == "timestamp":
        return writer.batch(writer.window.next_sequence, timestamp=wall_clock_ms() + IN_TEN_DAYS_MS)
    if why == "size":
        return writer.batch(writer.window.next_sequence, padding=LARGE_BYTES)
    batch = writer.next()
    crc = int.from_bytes(batch.data[CRC_AT : CRC_AT + 4], "big")
    return replace(batch, data=patched(batch.data, CRC_AT, "I", crc ^ 1, reseal=False))


def judge(run: Run, writer: Writer, attempts: dict[Sent, list[Produced]]) -> None:
    """Each batch that was sent more than once is one instance."""
    scan = writer.log.scan()
    seen = writer.log.ours(scan)
    places = Counter(seen.values())
    evidence = [*writer.exchanges, *scan.exchanges]
    for batch, answers in attempts.items():
        ours = [one for one in evidence if one.api == "Fetch" or _carries(one.request, batch)]
        if len(ours) - len(scan.exchanges) < 2:
            continue
        once = all(places[value] <= 1 for value in batch.values)
        run.judge(
            once, "appended-twice", expected=f"each record of {batch} at most once", seen=shown(seen), evidence=ours
        )
        acknowledged = [one for one in answers if one.ok]
        if acknowledged and once:
            run.judge(
                all(places[value] == 1 for value in batch.values), "acknowledged-but-absent",
                expected=f"{batch} was acknowledged, so its {len(batch.values)} records are in the log",
                seen=shown(seen), evidence=ours,
            )  # fmt: skip


def _carries(request: object, batch: Sent) -> bool:
    """Whether a Produce request carries exactly this batch."""
    parts = [part for topic in getattr(request, "topic_data", []) for part in topic.partition_data]
    return any(part.records == batch.data for part in parts)
