"""A6: what is deleted is gone, everywhere, and stays so."""

from __future__ import annotations

from nilometer.clients.batches import data_batch
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import LATEST
from nilometer.requirement import requirement
from nilometer.requirements.administration._topics import delete, names, on_every_node
from nilometer.run import Run
from nilometer.targets.target import Control
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState

UNKNOWN_ID = b"nilometer-nobody"
GONE = frozenset(
    {
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.INCONSISTENT_TOPIC_ID,
    }
)  # fmt: skip
"""What data APIs answer for a topic that is not there any more."""


@requirement(
    id="A6",
    name="admin.delete_topics",
    level="MUST",
    sentence="A deleted topic is gone from metadata and data APIs on every broker and stays gone over restarts; "
    "deleting an unknown one answers UNKNOWN_TOPIC_OR_PARTITION (3) or UNKNOWN_TOPIC_ID (100)",
    profiles=("admin",),
    sources=("KIP-4", "KIP-516"),
    apis={"CreateTopics": 2, "DeleteTopics": 1, "Metadata": 4},
    signatures={
        "still-in-metadata": "a deleted topic is still in Metadata after the time that it may take",
        "still-serves-data": "Produce or Fetch of a deleted topic succeeded",
        "unknown-code": "deleting an unknown topic answered another error, or none",
        "came-back": "a deleted topic is there again after a restart",
    },
    time_limit_s=120,
)
def check(run: Run) -> None:
    """By name and by id; unknown ones; and, where we may, a restart."""
    deleted = [delete_one(run, by_id=False)]
    try:
        deleted.append(delete_one(run, by_id=True))
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
    unknown(run)
    restart(run, [topic for topic in deleted if topic is not None])


def delete_one(run: Run, *, by_id: bool) -> Topic | None:
    """A topic with records, deleted; returns it once it is gone."""
    topic = run.topic(partitions=2)
    if by_id and not topic.has_id:
        run.not_observable(Reason.FEATURE_OFF, "the target shows no topic ids")
    for partition in range(2):
        run.session.produce(topic, data_batch(run.name("value")), partition=partition)
    state = DeleteTopicState(None, topic.topic_id) if by_id else DeleteTopicState(topic.name)
    exchange, results = delete(run, state)
    codes = [code for _, _, code in results]
    if codes != [0]:
        run.not_observable(Reason.REFUSED, f"DeleteTopics answered {names(codes)}")
    if not vanishes(run, topic, exchange):
        return None
    run.subject.topics.remove(topic.name)
    no_data(run, topic, exchange)
    return topic


def vanishes(run: Run, topic: Topic, deleted: Exchange) -> bool:
    """From the Metadata of every node within T."""
    last: list[Exchange] = []

    def look() -> bool | None:
        last.clear()
        codes = set()
        for _, exchange, one in on_every_node(run, topic.name):
            last.append(exchange)
            codes.add(one.error_code)
        return True if codes <= {ErrorCode.UNKNOWN_TOPIC_OR_PARTITION} else None

    try:
        run.session.until(look, f"no node shows {topic.name}", within_s=run.liveness_s)
    except NotObservable:
        run.violated(
            "still-in-metadata",
            expected=f"UNKNOWN_TOPIC_OR_PARTITION (3) for {topic.name} on every node within {run.liveness_s:g} s",
            seen="another answer",
            evidence=[deleted, *last],
        )
        return False
    run.holds()
    return True


def no_data(run: Run, topic: Topic, deleted: Exchange) -> None:
    """Produce, Fetch and ListOffsets of the old leader."""
    for what in ("Fetch", "Produce", "ListOffsets"):
        try:
            if what == "Fetch":
                fetched = run.session.fetch(topic, 0)
                code, exchange = fetched.error_code, fetched.exchange
            elif what == "Produce":
                produced = run.session.produce(topic, data_batch(run.name("value")), timeout_ms=2_000)
                code, exchange = produced.error_code, produced.exchange
            else:
                listed = run.session.list_offsets(topic, LATEST)
                code, exchange = listed.error_code, listed.exchange
        except NoAnswer as missing:
            run.skip(missing.reason, missing.detail)
            continue
        run.judge(
            code in GONE,
            "still-serves-data",
            expected=f"{what} of the deleted {topic.name} is answered as of an unknown topic",
            seen=names([code]),
            evidence=[deleted, exchange],
        )


def unknown(run: Run) -> None:
    """A name and an id that nobody has."""
    for state, code in (
        (DeleteTopicState(run.name("missing")), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        (DeleteTopicState(None, UNKNOWN_ID), ErrorCode.UNKNOWN_TOPIC_ID),
    ):
        try:
            exchange, results = delete(run, state)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
            continue
        codes = [one for _, _, one in results]
        run.judge(
            codes == [code],
            "unknown-code",
            expected=f"{code.name} ({int(code)})",
            seen=names(codes),
            evidence=exchange,
        )


def restart(run: Run, topics: list[Topic]) -> None:
    """After a restart of a target of ours, no deleted topic is there."""
    target = run.subject.target
    if target is None or Control.RESTART not in target.control:
        run.skip(Reason.NO_FAULT_CONTROL, "we cannot restart it")
        return
    run.session.close()
    target.restart()
    for topic in topics:
        for node, exchange, one in on_every_node(run, topic.name):
            run.judge(
                one.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                "came-back",
                expected=f"no {topic.name} on node {node} after the restart",
                seen=names([one.error_code]),
                evidence=exchange,
            )
