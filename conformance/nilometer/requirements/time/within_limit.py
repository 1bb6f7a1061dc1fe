"""TI3: an answer lies below what its reader may see."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.time_queries import NONE
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements.time._queries import DISTINCT, answer, ask, base_ms, scanned
from nilometer.run import Run
from nilometer.workloads.batches import BatchPlan, codecs, plans
from nilometer.workloads.known_log import KnownLog, transaction_protocol

NAMES = {READ_UNCOMMITTED: "read_uncommitted", READ_COMMITTED: "read_committed"}


@requirement(
    id="TI3",
    name="time.within_limit",
    level="MUST",
    sentence="The answer to ListOffsets(t) is below the high watermark, for read_committed below the last stable "
    "offset; if the first match is not, there is none",
    profiles=("core", "eos"),
    sources=("KIP-98", "KAFKA-5522"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 2, "InitProducerId": 0, "EndTxn": 0},
    signatures={
        "beyond-the-limit": "the answer lies at or above the first offset of an open transaction (read_committed), "
        "or the high watermark",
        "limit-hides-too-much": "the first match lies below the limit, and the answer is another one or none",
    },
)
def check(run: Run) -> None:
    """Logs in which a transaction stays open in the middle."""
    transaction_protocol(run)
    base = base_ms()
    plan = plans(codecs(run.versions), st.integers(base, base + DISTINCT), records_max=3)
    before, after = st.lists(plan, max_size=2), st.lists(plan, max_size=2)
    run.explore(st.tuples(before, plan, after), lambda case: held_open(run, *case), examples=run.cases(2))


def held_open(run: Run, before: list[BatchPlan], opening: BatchPlan, after: list[BatchPlan]) -> None:
    """Every timestamp is asked for at both levels while the transaction is open."""
    log = KnownLog(run, run.topic())
    for plan in before:
        log.append(plan)
    opened = log.write_in_transaction(log.producer, opening)
    for plan in after:
        log.append(plan)
    known = scanned(run.session, log.topic)
    limits = {READ_UNCOMMITTED: known.end, READ_COMMITTED: opened.base_offset}
    for timestamp in known.oracle.interesting():
        for isolation_level, limit in limits.items():
            offset, at = known.oracle.first_at_or_after(timestamp, limit)
            listed = ask(run, log.topic, timestamp, isolation_level)
            if listed is None:
                continue
            run.judge(
                listed.offset == offset, "beyond-the-limit" if listed.offset >= limit else "limit-hides-too-much",
                expected=f"{answer(offset, at)}, "
                f"for {timestamp} and {NAMES[isolation_level]} with limit {limit}; {known.text}",
                seen=answer(listed.offset, listed.timestamp) if listed.offset != NONE else answer(NONE, NONE),
                evidence=known.evidence(opened.produced.exchange, listed.exchange),
            )  # fmt: skip
    log.producer.finished(commit=False)
