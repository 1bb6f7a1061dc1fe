"""L19: an offset that was given out is never given out again."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import EARLIEST, LATEST, Session
from nilometer.requirement import requirement
from nilometer.requirements._deleting import HIGH_WATERMARK, deleted_records
from nilometer.requirements._restart import may_restart, restart
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer.workloads.batches import named_plan
from nilometer.workloads.known_log import KnownLog


@requirement(
    id="L19",
    name="log.offsets_never_reset",
    level="MUST",
    sentence="After everything was deleted, and after a restart, the next append gets the former log end offset; "
    "only a new topic starts at 0",
    profiles=("core",),
    sources=("KIP-107", "Kafka design document (an offset is a permanent identifier)"),
    apis={"Produce": 3, "ListOffsets": 1},
    signatures={
        "reset-by-deletion": "after DeleteRecords the next append does not get the former log end offset",
        "end-moved-by-deletion": "after DeleteRecords ListOffsets(latest) is not the former log end offset",
        "reset-by-restart": "after a restart the next append gets a lower offset than an acknowledged record",
        "new-topic-not-at-zero": "the first append to a new topic does not get offset 0",
    },
)
def check(run: Run) -> None:
    """Produce, delete, produce; a topic that is deleted and made again; a restart."""
    rounds = st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), min_size=1, max_size=3)
    if run.versions.serves("DeleteRecords"):
        run.explore(rounds, lambda chosen: emptied(run, chosen), examples=run.cases(1))
    made_again(run)
    if may_restart(run):
        restarted(run)


def emptied(run: Run, rounds: list[list[int]]) -> None:
    """Each round appends batches of these sizes and deletes all."""
    log = KnownLog(run, run.topic())
    deleted: Exchange | None = None
    for number, sizes in enumerate(rounds):
        for index, size in enumerate(sizes):
            end = log.next_offset
            written = log.append(named_plan(f"{number}.{index}", size, wall_clock_ms()))
            if written is not None and deleted is not None and index == 0:
                run.judge(
                    written.base_offset == end, "reset-by-deletion",
                    expected=f"the next append at offset {end}", seen=f"base_offset {written.base_offset}",
                    evidence=[*log.exchanges[-2:-1], deleted, written.produced.exchange],
                )  # fmt: skip
        deleted = deleted_records(run.session, log.topic, HIGH_WATERMARK).exchange
        for timestamp in (LATEST, EARLIEST):
            listed = run.session.list_offsets(log.topic, timestamp)
            if listed.ok:
                run.judge(
                    listed.offset == log.next_offset, "end-moved-by-deletion",
                    expected=f"offset {log.next_offset} for timestamp {timestamp}", seen=f"offset {listed.offset}",
                    evidence=[*log.exchanges[-1:], deleted, listed.exchange],
                )  # fmt: skip


def made_again(run: Run) -> None:
    """A name whose topic is deleted and made again is a new topic."""
    session = run.session
    topic = run.topic()
    first(run, topic)
    if not (run.versions.serves("DeleteTopics") and run.versions.serves("CreateTopics")):
        return
    session.produce(topic, named_plan("a", 3, wall_clock_ms()).encode())
    if session.delete_topic(topic.name) != 0:
        return
    again = session.until(lambda: create(session, topic.name), f"{topic.name} can be made again")
    session.forget_leaders()
    first(run, again)


def create(session: Session, name: str) -> Topic | None:
    """The new topic, or None while the deleted one still stands in the way."""
    try:
        return session.create_topic(name)
    except NotObservable:
        return None


def first(run: Run, topic: Topic) -> None:
    """The first append to a topic."""
    known = KnownLog(run, topic)
    written = known.append(named_plan("first", 2, wall_clock_ms()))
    if written is not None:
        run.judge(
            written.base_offset == 0, "new-topic-not-at-zero",
            expected="the first append at offset 0", seen=f"base_offset {written.base_offset}",
            evidence=written.produced.exchange,
        )  # fmt: skip


def restarted(run: Run) -> None:
    """A log with records, and one that is empty because all were deleted."""
    logs = [KnownLog(run, run.topic()), KnownLog(run, run.topic())]
    for log in logs:
        for number in range(3):
            log.append(named_plan(f"b{number}", 2, wall_clock_ms()))
    if run.versions.serves("DeleteRecords"):
        deleted_records(run.session, logs[1].topic, HIGH_WATERMARK)
    actor = restart(run, kill=False)
    for log in logs:
        actor.until(
            lambda topic=log.topic: actor.list_offsets(topic, LATEST).ok or None,  # type: ignore[misc]
            "the leader answers after the restart",
        )
        produced = actor.produce(log.topic, named_plan("after", 1, wall_clock_ms()).encode())
        if produced.ok:
            run.judge(
                produced.base_offset == log.next_offset, "reset-by-restart",
                expected=f"the next append at offset {log.next_offset}", seen=f"base_offset {produced.base_offset}",
                evidence=[*log.exchanges[-1:], produced.exchange],
            )  # fmt: skip
