"""A1: CreateTopics, item by item.

wrong with an item                   answer
the topic is there                   TOPIC_ALREADY_EXISTS (36)
a name that is none                  INVALID_TOPIC_EXCEPTION (17)
0 partitions, or fewer than -1       INVALID_PARTITIONS (37)
more replicas than brokers, or 0     INVALID_REPLICATION_FACTOR (38)
an assignment that is none           INVALID_REPLICA_ASSIGNMENT (39)
a setting or value that is none      INVALID_CONFIG (40)
a name given twice                   INVALID_REQUEST (42)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nilometer.clients.exchange import Exchange
from nilometer.requirement import requirement
from nilometer.requirements.administration._topics import create, names, on_every_node
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
)

NAME_LENGTH_MAX = 249
NOBODY = 987_654
"""A node id that no cluster of ours has."""


@requirement(
    id="A1",
    name="admin.create_topics",
    level="MUST",
    sentence="Each item of CreateTopics has its own result with the documented error, validate_only changes nothing, "
    "and a created topic is visible on every broker",
    profiles=("smoke", "admin"),
    sources=("KIP-4", "KIP-525", "Kafka's Topic.validate (names)"),
    apis={"CreateTopics": 2, "Metadata": 4},
    signatures={
        "wrong-code": "an item that is wrong got another error than the documented one",
        "accepted": "an item that is wrong was created without an error",
        "item-lost": "an item has no result of its own, or another number of results than one",
        "neighbour-affected": "an item that is right failed because of another that is wrong",
        "validate-only-created": "validate_only created a topic",
        "refused-but-there": "an item was answered with an error, and its topic is there",
        "not-visible": "a created topic did not become visible on every broker in time",
        "wrong-shape": "a created topic has another number of partitions or replicas than asked for",
    },
)
def check(run: Run) -> None:
    """One request a row, each beside an item that is right; then validate_only."""
    existing = new(run, "topic")
    exchange, codes = create(run, existing)
    if any(codes.get(existing.name, [])):
        raise NotObservable(Reason.REFUSED, f"CreateTopics: {names(codes[existing.name])}")
    visible(run, existing, exchange)
    for what, wrong, code in rows(run, existing.name):
        judge_row(run, what, wrong, code)
    given_twice(run)
    validate_only(run)


def new(run: Run, what: str, **changes: Any) -> CreatableTopic:
    """A topic that is right, but for the changes."""
    return CreatableTopic(**{"name": run.name(what), "num_partitions": 1, "replication_factor": 1, **changes})


def rows(run: Run, existing: str) -> Iterator[tuple[str, CreatableTopic, ErrorCode]]:
    """Items that are wrong in one way."""
    yield "a topic that is there", new(run, "wrong", name=existing), ErrorCode.TOPIC_ALREADY_EXISTS
    name = run.name("wrong")
    for bad in (f"{name} with spaces", f"{name}/slash", f"{name}é", f"{name}-".ljust(NAME_LENGTH_MAX + 1, "x"), ".."):
        yield f"the name {bad[-24:]!r}", new(run, "wrong", name=bad), ErrorCode.INVALID_TOPIC_EXCEPTION
    for count in (0, -2):
        yield f"{count} partitions", new(run, "wrong", num_partitions=count), ErrorCode.INVALID_PARTITIONS
    for factor in (0, 30_000):
        wrong = new(run, "wrong", replication_factor=factor)
        yield f"replication factor {factor}", wrong, ErrorCode.INVALID_REPLICATION_FACTOR
    for what, parts in (
        ("an assignment to a node that is not there", [CreatableReplicaAssignment(0, [NOBODY])]),
        ("an assignment that begins at partition 1", [CreatableReplicaAssignment(1, [min(run.subject.nodes or [0])])]),
    ):
        wrong = new(run, "wrong", num_partitions=-1, replication_factor=-1, assignments=parts)
        yield what, wrong, ErrorCode.INVALID_REPLICA_ASSIGNMENT
    for key, value in (("retention.ms", "soon"), ("cleanup.policy", "burn"), ("no.such.setting", "1")):
        wrong = new(run, "wrong", configs=[CreatableTopicConfig(key, value)])
        yield f"the setting {key}={value}", wrong, ErrorCode.INVALID_CONFIG


def judge_row(run: Run, what: str, wrong: CreatableTopic, code: ErrorCode) -> None:
    """The wrong item and a right one in one request."""
    right = new(run, "right")
    exchange, codes = create(run, wrong, right)
    seen = codes.get(wrong.name, [])
    if len(seen) != 1:
        run.violated("item-lost", expected=f"one result for {wrong.name}", seen=f"{len(seen)}", evidence=exchange)
        return
    run.judge(
        seen == [code],
        "accepted" if seen == [0] else "wrong-code",
        expected=f"{code.name} ({int(code)}) for {what}",
        seen=names(seen),
        evidence=exchange,
    )
    if codes.get(right.name) == [0]:
        visible(run, right, exchange)
    else:
        run.violated(
            "neighbour-affected",
            expected=f"no error for {right.name} beside {what}",
            seen=names(codes.get(right.name, [])),
            evidence=exchange,
        )
    if code is not ErrorCode.TOPIC_ALREADY_EXISTS and seen != [0]:
        absent(run, wrong.name, "refused-but-there", exchange)


def given_twice(run: Run) -> None:
    """A name twice in one request: refused, and not created."""
    twice = new(run, "twice")
    exchange, codes = create(run, twice, CreatableTopic(twice.name, 2, 1))
    seen = codes.get(twice.name, [])
    run.judge(
        bool(seen) and set(seen) == {ErrorCode.INVALID_REQUEST},
        "accepted" if 0 in seen else "wrong-code",
        expected="INVALID_REQUEST (42) for a name given twice",
        seen=names(seen),
        evidence=exchange,
    )
    if 0 not in seen:
        absent(run, twice.name, "refused-but-there", exchange)


def validate_only(run: Run) -> None:
    """Validated like the real thing, and not created."""
    fine, wrong = new(run, "validated"), new(run, "validated", num_partitions=0)
    run.subject.topics += [fine.name, wrong.name]
    exchange, codes = create(run, fine, wrong, validate_only=True)
    for topic, code in ((fine, 0), (wrong, int(ErrorCode.INVALID_PARTITIONS))):
        run.judge(
            codes.get(topic.name) == [code],
            "wrong-code",
            expected=names([code]) + " with validate_only",
            seen=names(codes.get(topic.name, [])),
            evidence=exchange,
        )
        absent(run, topic.name, "validate-only-created", exchange)


def visible(run: Run, topic: CreatableTopic, created: Exchange) -> None:
    """On every node within T, with the partitions and replicas asked for."""
    last: list[Exchange] = []

    def look() -> bool | None:
        last.clear()
        shapes = set()
        for _, exchange, one in on_every_node(run, topic.name):
            last.append(exchange)
            shapes.add((one.error_code, len(one.partitions)))
        return True if shapes == {(0, topic.num_partitions)} else None

    try:
        run.session.until(look, f"every node shows {topic.name}", within_s=run.liveness_s)
    except NotObservable:
        wrong = [one for exchange in last for one in getattr(exchange.response, "topics", ())]
        shape = any(one.error_code == 0 and one.partitions for one in wrong)
        run.violated(
            "wrong-shape" if shape else "not-visible",
            expected=f"{topic.name} with {topic.num_partitions} partitions on every node within {run.liveness_s:g} s",
            seen=[(names([one.error_code]), f"{len(one.partitions)} partitions") for one in wrong],
            evidence=[created, *last],
        )
    else:
        run.holds()


def absent(run: Run, name: str, signature: str, created: Exchange) -> None:
    """On no node."""
    for node, exchange, one in on_every_node(run, name):
        run.judge(
            one.error_code != 0,
            signature,
            expected=f"no topic {name[-40:]} on node {node}",
            seen=f"{len(one.partitions)} partitions",
            evidence=[created, exchange],
        )
