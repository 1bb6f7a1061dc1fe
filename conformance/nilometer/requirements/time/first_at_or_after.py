"""TI1: the first record at or after a timestamp.

a batch of three records, timestamps rising       each is found, also where the batch is compressed
timestamps out of order, in a batch and between   the first one that is late enough, not the nearest
"""

from __future__ import annotations

from collections.abc import Iterable

from nilometer.checkers.time_queries import NONE
from nilometer.clients.batches import Record
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.time._queries import Known, answer, ask, base_ms, large_log, logs, scanned, timed_log
from nilometer.run import Run
from nilometer.workloads.batches import BatchPlan
from nilometer.workloads.known_log import KnownLog, Step
from nilometer_reference.wire.compression import Compression

QUERIES_MAX = 60
SIGNATURES = {
    "not-the-first": "the answer is a record at or after the timestamp, but not the first one",
    "too-early": "the answer is a record before the timestamp, or no record at all",
    "none-although-there-is-one": "the answer is that there is no such record, and there is one",
}


@requirement(
    id="TI1",
    name="time.first_at_or_after",
    level="MUST",
    sentence="ListOffsets(t) answers the smallest offset whose record has a timestamp of at least t, record by "
    "record, also inside compressed batches and with timestamps out of order",
    profiles=("core",),
    sources=("KIP-33", "KIP-79"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures=SIGNATURES,
)
def check(run: Run) -> None:
    """Every timestamp of known and generated logs, one before and one after it; then of one that needs its indexes."""
    directed(run, lambda chosen: one_log(run, chosen), known_logs())
    run.explore(logs(run), lambda chosen: one_log(run, chosen), examples=run.cases(2))
    if run.settings.depth == 1:
        return
    log = large_log(run)
    known = scanned(run.session, log.topic)
    near = known.oracle.interesting()
    judge_first(run, log, known, run.random.sample(near, min(QUERIES_MAX, len(near))))


def known_logs() -> list[list[Step]]:
    """See the module's table; timestamps from an hour ago on."""
    base = base_ms()

    def batch(*after_ms: int, codec: Compression = Compression.NONE) -> BatchPlan:
        return BatchPlan(tuple(Record(-1, base + one, None, b"v") for one in after_ms), codec)

    return [
        [batch(0, 1, 2)],
        [batch(0, 10, 20, codec=Compression.GZIP), batch(30, 40, codec=Compression.GZIP)],
        [batch(5, 1, 7), batch(3, 9, 8), batch(6)],
    ]


def one_log(run: Run, chosen: list[Step]) -> None:
    """Before, at and after each of its timestamps."""
    log = timed_log(run, chosen)
    known = scanned(run.session, log.topic)
    judge_first(run, log, known, [0, *known.oracle.interesting()])


def judge_first(run: Run, log: KnownLog, known: Known, timestamps: Iterable[int]) -> None:
    """An instance is a timestamp for which there is a record."""
    for timestamp in timestamps:
        offset, at = known.oracle.first_at_or_after(timestamp, known.end)
        if offset == NONE:
            continue
        listed = ask(run, log.topic, timestamp)
        if listed is None:
            continue
        stored = known.oracle.timestamp_at(listed.offset)
        signature = (
            "none-although-there-is-one" if listed.offset == NONE
            else "not-the-first" if stored is not None and stored >= timestamp
            else "too-early"
        )  # fmt: skip
        where = "where no record is" if stored is None else f"where the record has timestamp {stored}"
        run.judge(
            listed.offset == offset, signature,
            expected=f"{answer(offset, at)}, as the first at or after {timestamp}; {known.text}",
            seen=answer(NONE, NONE) if listed.offset == NONE else f"offset {listed.offset}, {where}",
            evidence=known.evidence(listed.exchange),
        )  # fmt: skip
