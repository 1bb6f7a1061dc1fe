"""TI8: timestamp, offset and leader epoch of an answer belong to one record."""

from __future__ import annotations

from nilometer.checkers.time_queries import NONE
from nilometer.clients.observations import ListedOffset
from nilometer.clients.session import MAX_TIMESTAMP
from nilometer.requirement import requirement
from nilometer.requirements.time._queries import Known, ask, logs, scanned, timed_log
from nilometer.run import Run
from nilometer.workloads.known_log import Step


@requirement(
    id="TI8",
    name="time.answer_is_consistent",
    level="MUST",
    sentence="Timestamp, offset and leader epoch (v4 and later) of an answer to ListOffsets belong to the same record",
    profiles=("core",),
    sources=("KIP-79", "KIP-320"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={
        "no-such-record": "there is no record at the offset of the answer",
        "timestamp-of-another-record": "the record at the offset of the answer has another timestamp",
        "epoch-of-another-batch": "the batch of the record has another leader epoch than the answer",
    },
)
def check(run: Run) -> None:
    """Every timestamp of generated logs, and the maximum timestamp, in every version."""
    run.explore(logs(run), lambda chosen: every_answer(run, chosen), examples=run.cases(2))


def every_answer(run: Run, chosen: list[Step]) -> None:
    """One log."""
    log = timed_log(run, chosen)
    known = scanned(run.session, log.topic)
    questions = known.oracle.interesting()
    if run.versions.serves("ListOffsets", 7):
        questions.append(MAX_TIMESTAMP)
    for timestamp in questions:
        listed = ask(run, log.topic, timestamp)
        if listed is not None and listed.offset != NONE:
            judge(run, known, timestamp, listed)


def judge(run: Run, known: Known, asked: int, listed: ListedOffset) -> None:
    """An instance is an answer that names an offset."""
    stored, evidence = known.oracle.timestamp_at(listed.offset), known.evidence(listed.exchange)
    if stored is None:
        run.violated(
            "no-such-record", expected=f"an offset from {known.start} to {known.end - 1} for {asked}",
            seen=f"offset {listed.offset}", evidence=evidence,
        )  # fmt: skip
        return
    run.judge(
        listed.timestamp == stored, "timestamp-of-another-record",
        expected=f"timestamp {stored}, that of the record at offset {listed.offset}",
        seen=f"timestamp {listed.timestamp}", evidence=evidence,
    )  # fmt: skip
    epoch = known.leader_epochs[listed.offset]
    if listed.exchange.version >= 4 and epoch >= 0:
        run.judge(
            listed.leader_epoch == epoch, "epoch-of-another-batch",
            expected=f"leader epoch {epoch}, that of the batch with offset {listed.offset}",
            seen=f"leader epoch {listed.leader_epoch}", evidence=evidence,
        )  # fmt: skip
