"""L14: the answer to Produce tells where the records are."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from nilometer.clients.batches import encode_batch, patched, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Produced, Stored, Topic
from nilometer.clients.session import EARLIEST
from nilometer.requirement import requirement
from nilometer.requirements._deleting import delete_records
from nilometer.requirements._directed import directed
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer.workloads.batches import codecs, named_plan

CRC_AT, MAGIC_AT, COUNT_AT = 17, 16, 57
IN_A_ROW = 12
"""Appends to one log: an answer may be wrong only now and then."""
WITH_LOG_START = 5
"""First Produce version whose answer carries the log start offset."""


@requirement(
    id="L14",
    name="log.produce_response",
    level="MUST",
    sentence="base_offset is where the first record is found; log_append_time is -1 if and only if the topic uses "
    "CreateTime, otherwise the stored timestamp; log_start_offset was the partition's; on error base_offset is -1",
    profiles=("smoke", "core"),
    sources=("Produce API", "KIP-32", "KIP-107"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "wrong-base-offset": "the first record of an acknowledged batch is not at the base offset of the answer",
        "wrong-append-time": "log_append_time is not -1 with CreateTime, or not the stored timestamp with "
        "LogAppendTime",
        "wrong-log-start": "the log start offset of the answer was not that of the partition during the call",
        "offset-with-error": "an answer with an error code carries a base offset",
    },
)
def check(run: Run) -> None:
    """One append after the other; some of any size to topics of both timestamp types, with deletions and refusals."""
    directed(run, lambda chosen: appends(run, run.topic(), chosen), [[(1 + n % 3, False) for n in range(IN_A_ROW)]])
    steps = st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=2, max_size=5)
    run.explore(steps, lambda chosen: appends(run, run.topic(), chosen), examples=run.cases(1))
    try:
        topic = run.topic(configs={"message.timestamp.type": "LogAppendTime"})
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
    else:
        appends(run, topic, [(2, False), (1, True), (3, False)])
    refusals(run)


def appends(run: Run, topic: Topic, chosen: list[tuple[int, bool]]) -> None:
    """Each is a number of records, and whether the beginning of the log is deleted after it."""
    session, usable, start = run.session, codecs(run.versions), 0
    known_start = True
    for number, (count, delete) in enumerate(chosen):
        plan = named_plan(f"b{number}", count, wall_clock_ms(), usable[number % len(usable)])
        produced = session.produce(topic, plan.encode())
        if not produced.ok:
            continue
        found = look(run, topic, produced, plan.records[0].value)
        if found is None:
            continue
        stored, evidence = found
        # a topic that ignores its setting and stores CreateTime is for TI6 to judge
        append_time = stored.batch.header.is_log_append_time
        judge_time(run, stored.record.timestamp if append_time else -1, produced, evidence)
        if known_start and produced.exchange.version >= WITH_LOG_START:
            run.judge(
                produced.log_start_offset == start, "wrong-log-start",
                expected=f"log start offset {start}, which nobody changed during the call",
                seen=f"log start offset {produced.log_start_offset}", evidence=evidence,
            )  # fmt: skip
        if delete and run.versions.serves("DeleteRecords"):
            deleted = delete_records(session, topic, produced.base_offset)
            listed = session.list_offsets(topic, EARLIEST)
            known_start = deleted.ok and listed.ok
            start = listed.offset


def look(run: Run, topic: Topic, produced: Produced, value: bytes | None) -> tuple[Stored, list[Exchange]] | None:
    """What is stored at the base offset, if it is the right record."""
    scan = run.session.scan(topic, max(produced.base_offset, 0))
    evidence = [produced.exchange, *scan.exchanges]
    here = [one for one in scan.stored if one.offset == produced.base_offset and not one.is_control]
    if here and here[0].record.value == value:
        run.holds()
        return here[0], evidence
    elsewhere = [record.offset for record in scan.records if record.value == value]
    there = f"{here[0].record.value!r} there" if here else "no record there"
    run.violated(
        "wrong-base-offset", expected=f"{value!r} at base offset {produced.base_offset}",
        seen=f"{there}; the record is at {elsewhere or 'no offset above'}", evidence=evidence,
    )  # fmt: skip
    return None


def judge_time(run: Run, expected: int, produced: Produced, evidence: Iterable[Exchange]) -> None:
    """The append time of the answer."""
    run.judge(
        produced.log_append_time_ms == expected, "wrong-append-time",
        expected=f"log_append_time {expected}" + (", as with CreateTime" if expected == -1 else ", as it is stored"),
        seen=f"log_append_time {produced.log_append_time_ms}", evidence=evidence,
    )  # fmt: skip


def refusals(run: Run) -> None:
    """Batches that a broker may refuse, each in its own way."""
    topic = run.topic()
    good = encode_batch(named_plan("r", 2, wall_clock_ms()).records)
    damaged = [
        patched(good, CRC_AT, "I", 0x0BADC0DE, reseal=False),
        patched(good, COUNT_AT, "i", 3),
        patched(good, MAGIC_AT, "b", 77, reseal=False),
    ]
    for data in damaged:
        try:
            with run.journal.not_judged():
                produced = run.session.produce(topic, data)
        except NotObservable:
            continue
        if not produced.ok:
            run.judge(
                produced.base_offset == -1, "offset-with-error", expected="base_offset -1",
                seen=f"base_offset {produced.base_offset} with {produced.error}", evidence=produced.exchange,
            )  # fmt: skip
