"""TI6: the broker's own time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

from nilometer.checkers.clock_offset import Stamp, estimated_offset_ms, one_clock
from nilometer.clients.batches import Record
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Produced, Stored, Topic
from nilometer.requirement import requirement
from nilometer.requirements.time._queries import base_ms
from nilometer.run import Run
from nilometer.workloads.batches import BatchPlan, codecs

CONFIGS = {"message.timestamp.type": "LogAppendTime"}
TICK_MS = 1.0
"""Both clocks are read in whole milliseconds, rounded down."""
SPREAD_MS = 30.0
"""Appends are at least this far apart in all, so that a clock that stands still is seen."""


@requirement(
    id="TI6",
    name="time.log_append_time",
    level="MUST",
    sentence="With LogAppendTime all records of a batch carry the broker's time, which lies within the call of the "
    "produce up to the offset of its clock, and is returned in the acknowledgement",
    profiles=("core",),
    sources=("KIP-32",),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "not-the-append-time": "a batch of a topic with LogAppendTime is not marked so, and keeps the producer's "
        "timestamps",
        "acknowledged-time-differs": "the acknowledgement carries another time than the stored batch",
        "outside-the-call": "no single clock could have stamped these batches within their calls",
    },
)
def check(run: Run) -> None:
    """Batches of every codec, whose own timestamps lie elsewhere, by our clock before and after each call."""
    topic = run.topic(configs=CONFIGS)
    appended = list(appends(run, topic))
    scan = run.session.scan(topic)
    stored: dict[int, list[Stored]] = {}
    for one in scan.stored:
        stored.setdefault(one.batch.header.base_offset, []).append(one)
    stamps: list[Stamp] = []
    for before_ms, after_ms, produced in appended:
        batch = stored.get(produced.base_offset)
        evidence = [produced.exchange, *scan.exchanges]
        if batch and whole(run, batch, produced, evidence):
            stamps.append(Stamp(before_ms, after_ms, batch[0].batch.header.max_timestamp, produced.exchange))
    one_clock(stamps, "outside-the-call", tolerance_ms=2 * TICK_MS).tell(run)
    describe(run, stamps)


def appends(run: Run, topic: Topic) -> Iterator[tuple[float, float, Produced]]:
    """The wall clock before and after each call, in milliseconds, and the acknowledgement."""
    base, begun, count = base_ms(), time.monotonic(), 0
    usable = codecs(run.versions)
    while count < 2 * len(usable) or (time.monotonic() - begun) * 1e3 < SPREAD_MS:
        records = tuple(Record(-1, base + step, None, b"v") for step in (5, 9, 7)[: 1 + count % 3])
        data = BatchPlan(records, usable[count % len(usable)]).encode()
        before_ms = time.time_ns() / 1e6
        produced = run.session.produce(topic, data)
        after_ms = time.time_ns() / 1e6
        count += 1
        if produced.ok:
            yield before_ms, after_ms, produced


def whole(run: Run, batch: list[Stored], produced: Produced, evidence: list[Exchange]) -> bool:
    """Whether a batch was stamped as a whole, and the acknowledgement says so."""
    header = batch[0].batch.header
    if not run.judge(
        header.is_log_append_time, "not-the-append-time",
        expected=f"the batch at offset {header.base_offset} marked LogAppendTime (attribute bit 3)",
        seen=f"CreateTime, with timestamps {[one.record.timestamp for one in batch]}", evidence=evidence,
    ):  # fmt: skip
        return False
    run.judge(
        produced.log_append_time_ms == header.max_timestamp, "acknowledged-time-differs",
        expected=f"log_append_time {header.max_timestamp}, as it is stored", seen=produced.log_append_time_ms,
        evidence=evidence,
    )  # fmt: skip
    return True


def describe(run: Run, stamps: list[Stamp]) -> None:
    """What is not judged: the offset of the clock, and whether time ever went back along the log."""
    if len(stamps) >= 2:
        least, most = estimated_offset_ms(stamps)
        run.note(f"the broker's clock is ahead of ours by {least:.1f} to {most:.1f} ms")
        back = sum(later.stamped_ms < earlier.stamped_ms for earlier, later in pairwise(stamps))
        if back:
            run.note(f"the append time went back {back} times along the log")
