"""L11: the ends of a log stand in their order, whoever tells them."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.watermark_order import SIGNATURES, Watermarks, order
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.observations import Fetched, ListedOffset
from nilometer.clients.session import EARLIEST, LATEST, READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements._deleting import delete_records
from nilometer.run import Run
from nilometer.workloads.batches import named_plan
from nilometer.workloads.known_log import KnownLog, has_transactions
from nilometer.workloads.traffic import Traffic

STEPS = ("append", "delete", "begin", "commit", "abort")


@requirement(
    id="L11",
    name="log.watermark_order",
    level="MUST",
    sentence="0 <= log start offset <= last stable offset <= high watermark, as far as a response carries them; in a "
    "quiet state ListOffsets of earliest and latest are exactly these",
    profiles=("smoke", "core"),
    sources=("KIP-98", "KIP-107", "KAFKA-5634"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 2},
    signatures={
        **SIGNATURES,
        "earliest-differs": "ListOffsets(earliest) is not the log start offset of a Fetch in the same quiet state",
        "latest-differs": "ListOffsets(latest) is not the high watermark of a Fetch in the same quiet state",
        "latest-committed-differs": "ListOffsets(latest, read_committed) is not the last stable offset of a Fetch "
        "in the same quiet state",
    },
)
def check(run: Run) -> None:
    """After each step of short histories, the ends are asked for in every way; then all fetches of busy readers."""
    steps = st.lists(st.sampled_from(STEPS), min_size=2, max_size=6)
    run.explore(steps, lambda chosen: after_each(run, chosen), examples=run.cases(1))
    traffic = Traffic(run, run.topic()).go(writers=2, readers=2, appends=6, isolation_levels=(0, 1))
    order([fields(one) for one in traffic.fetches if one.ok], quiet=False).tell(run)


def after_each(run: Run, chosen: list[str]) -> None:
    """Each step ends in a quiet state, in which a transaction may be open."""
    log = KnownLog(run, run.topic())
    begun = False
    compare(run, log)
    for number, step in enumerate(chosen):
        plan = named_plan(f"s{number}", 2, wall_clock_ms())
        if step == "append":
            log.append(plan)
        elif step == "delete":
            if run.versions.serves("DeleteRecords") and not begun:
                delete_records(run.session, log.topic, log.next_offset // 2)
        elif not has_transactions(run):
            continue
        elif step == "begin":
            log.write_in_transaction(log.producer, plan)
            begun = True
        elif begun:
            log.producer.finished(step == "commit")
            log.ended += 1
            begun = False
            log.settle()
        compare(run, log)


def compare(run: Run, log: KnownLog) -> None:
    """Nobody writes. What stands between two equal answers stood still; otherwise markers are on their way."""
    session, topic = run.session, log.topic

    def ends() -> list[ListedOffset]:
        asked = [session.list_offsets(topic, EARLIEST), session.list_offsets(topic, LATEST)]
        return [*asked, session.list_offsets(topic, LATEST, isolation_level=READ_COMMITTED)]

    before = ends()
    fetches = [
        session.fetch(topic, before[0].offset, isolation_level=level) for level in (READ_UNCOMMITTED, READ_COMMITTED)
    ]
    after = ends()
    moved = [one.offset for one in before] != [one.offset for one in after]
    if moved or not all(one.ok for one in before) or not all(one.ok for one in fetches):
        return
    order([fields(one) for one in fetches], quiet=True).tell(run)
    for fetched in fetches:
        told = (fetched.log_start_offset, fetched.high_watermark, fetched.last_stable_offset)
        names = ("log start offset", "high watermark", "last stable offset")
        signatures = ("earliest-differs", "latest-differs", "latest-committed-differs")
        for signature, name, value, listed in zip(signatures, names, told, after, strict=True):
            if value >= 0:
                run.judge(
                    listed.offset == value,
                    signature,
                    expected=f"{name} {value}, as Fetch says",
                    seen=f"offset {listed.offset}",
                    evidence=[fetched.exchange, listed.exchange],
                )


def fields(fetched: Fetched) -> Watermarks:
    """What the checker wants of a response."""
    return Watermarks(
        fetched.log_start_offset, fetched.last_stable_offset, fetched.high_watermark,
        fetched.exchange.sent_at_ns, fetched.exchange.answered_at_ns or 0, fetched.exchange,
    )  # fmt: skip
