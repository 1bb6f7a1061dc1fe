"""One story of an administrator, to tell to any broker: requests in their order, and answers made comparable.

    answers = run(ask, RETRIES)       ask(request, version) -> response

Topics have a prefix of their own, and settings of the broker are put back: a broker may be shared. What two brokers
cannot have in common is taken out of the answers: ids, times, sizes of disks, texts meant for people, the order of
results where Kafka does not keep one, and what ELR does to `min.insync.replicas` (`DIFFERS`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from nilometer_reference.broker.broker_configs import DYNAMIC
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages import (
    alter_configs,
    create_acls,
    create_partitions,
    create_topics,
    delete_acls,
    delete_records,
    delete_topics,
    describe_acls,
    describe_cluster,
    describe_configs,
    describe_log_dirs,
    describe_producers,
    describe_topic_partitions,
    elect_leaders,
    incremental_alter_configs,
    list_config_resources,
)
from nilometer_reference.wire.messages.metadata import MetadataRequest, MetadataRequestTopic
from nilometer_reference.wire.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from nilometer_reference.wire.record_encoding import Record, encode_batch
from nilometer_reference.wire.uuids import ZERO_UUID

PREFIX: Final = "admin-story-"
DIFFERS: Final = {"min.insync.replicas"}
TOPIC, BROKER, LOGGER = 2, 4, 8
SET, DELETE, APPEND, SUBTRACT = range(4)
STATIC: Final = (
    "auto.create.topics.enable", "default.replication.factor", "delete.topic.enable", "log.retention.hours",
    "log.roll.hours", "log.roll.jitter.hours", "num.partitions", "offset.metadata.max.bytes",
)  # fmt: skip

Ask = Callable[[Message, int], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A request that is sent as it stands, or made when its turn comes from the ids of topics by name."""

    version: int
    request: Message | Callable[[dict[str, bytes]], Message]
    is_read: bool = False
    """Whether it may be asked again until a change has come through."""


def name(topic: str) -> str:
    return PREFIX + topic


# Requests


def topic(
    what: str,
    partitions: int = 1,
    replicas: int = 1,
    assigned: list[tuple[int, list[int]]] | None = None,
    **configs: str | None,
) -> create_topics.CreatableTopic:
    return create_topics.CreatableTopic(
        what if what in {"", ".", "..", "a b"} or what.startswith("__") else name(what),
        partitions,
        replicas,
        [create_topics.CreatableReplicaAssignment(index, brokers) for index, brokers in assigned or ()],
        [create_topics.CreatableTopicConfig(key.replace("_", "."), value) for key, value in configs.items()],
    )


def create(*topics: create_topics.CreatableTopic, version: int = 7, **more: Any) -> Step:
    return Step(version, create_topics.CreateTopicsRequest(list(topics), **{"timeout_ms": 30_000, **more}))


def delete_by_name(*topics: str, version: int = 5, timeout_ms: int = 30_000) -> Step:
    return Step(version, delete_topics.DeleteTopicsRequest(topic_names=list(map(name, topics)), timeout_ms=timeout_ms))


def grow(*topics: tuple[str, int, list[list[int]] | None], version: int = 3, **more: Any) -> Step:
    asked = [
        create_partitions.CreatePartitionsTopic(
            name(what),
            count,
            None if lists is None else [create_partitions.CreatePartitionsAssignment(brokers) for brokers in lists],
        )
        for what, count, lists in topics
    ]
    return Step(version, create_partitions.CreatePartitionsRequest(asked, **{"timeout_ms": 30_000, **more}))


def change(
    *resources: tuple[int, str, list[tuple[str, int, str | None]]], version: int = 1, validate_only: bool = False
) -> Step:
    asked = [
        incremental_alter_configs.AlterConfigsResource(
            kind, what, [incremental_alter_configs.AlterableConfig(*one) for one in changes]
        )
        for kind, what, changes in resources
    ]
    return Step(version, incremental_alter_configs.IncrementalAlterConfigsRequest(asked, validate_only))


def replace(
    *resources: tuple[int, str, list[tuple[str, str | None]]], version: int = 2, validate_only: bool = False
) -> Step:
    asked = [
        alter_configs.AlterConfigsResource(kind, what, [alter_configs.AlterableConfig(*one) for one in configs])
        for kind, what, configs in resources
    ]
    return Step(version, alter_configs.AlterConfigsRequest(asked, validate_only))


def describe(*resources: tuple[int, str, list[str] | None], version: int = 4, synonyms: bool = True) -> Step:
    asked = [describe_configs.DescribeConfigsResource(*resource) for resource in resources]
    return Step(version, describe_configs.DescribeConfigsRequest(asked, synonyms), is_read=True)


def forget(*topics: tuple[str, list[tuple[int, int]]], version: int = 2) -> Step:
    asked = [
        delete_records.DeleteRecordsTopic(
            what if what.startswith("__") else name(what),
            [delete_records.DeleteRecordsPartition(*pair) for pair in pairs],
        )
        for what, pairs in topics
    ]
    return Step(version, delete_records.DeleteRecordsRequest(asked, 30_000), is_read=True)


def partitions(*topics: str, limit: int = 2000, cursor: tuple[str, int] | None = None) -> Step:
    request = describe_topic_partitions.DescribeTopicPartitionsRequest(
        [describe_topic_partitions.TopicRequest(what) for what in topics],
        limit,
        None if cursor is None else describe_topic_partitions.RequestCursor(*cursor),
    )
    return Step(0, request, is_read=True)


def elect(election_type: int, *topics: tuple[str, list[int]], version: int = 2, timeout_ms: int = 30_000) -> Step:
    asked = [elect_leaders.TopicPartitions(name(what), indexes) for what, indexes in topics]
    return Step(version, elect_leaders.ElectLeadersRequest(election_type, asked, timeout_ms), is_read=True)


def describe_dirs(version: int, *topics: tuple[str, list[int]]) -> Step:
    asked = [describe_log_dirs.DescribableLogDirTopic(name(what), indexes) for what, indexes in topics]
    return Step(version, describe_log_dirs.DescribeLogDirsRequest(asked), is_read=True)


def describe_writers(*topics: tuple[str, list[int]]) -> Step:
    asked = [describe_producers.TopicRequest(what, indexes) for what, indexes in topics]
    return Step(0, describe_producers.DescribeProducersRequest(asked), is_read=True)


def produce(what: str, count: int, **more: Any) -> Step:
    records = encode_batch([Record(-1, 1_700_000_000_000, b"k", b"v")] * count, **more)
    data = TopicProduceData(name(what), partition_data=[PartitionProduceData(0, records)])
    return Step(9, ProduceRequest(None, -1, 30_000, [data]))


# The story


def story() -> Iterator[Step]:
    yield from creating()
    yield from configuring()
    yield from records()
    yield from describing()
    yield from deleting()


def creating() -> Iterator[Step]:
    for version in range(2, 8):
        yield create(topic(f"v{version}", 2, cleanup_policy="compact, delete"), topic("a b"), version=version)
        yield create(topic("only-validated", 3), topic(f"v{version}"), version=version, validate_only=True)
    yield create(topic("x.y"), topic("defaults", -1, -1), topic("listed", -1, -1, [(1, [1]), (0, [1])]))
    for bad in (
        topic(""), topic("."), topic(".."), topic("b" * 240), topic("a b"), topic("__cluster_metadata"),
        topic("x_y"), topic("x_y", no_such="1"), topic("x.y", 0, 0), topic("a b", retention_ms=None),
        topic("t", 0, 0), topic("t", 0), topic("t", -2), topic("t", 1, 0), topic("t", 1, -2), topic("t", 1, 2),
        topic("t", 0, 2), topic("t", 10_001), topic("t", 0, 0, no_such="1"), topic("t", retention_ms="soon"),
        topic("t", retention_ms="-2"), topic("t", retention_ms=None, cleanup_policy=None),
        topic("t", min_compaction_lag_ms="2", max_compaction_lag_ms="1"), topic("t", remote_storage_enable="true"),
        topic("t", 1, -1, [(0, [1])]), topic("t", -1, 1, [(0, [1])]), topic("t", 1, 1, [(0, [9])]),
        topic("t", -1, -1, [(0, [1]), (0, [1])]), topic("t", -1, -1, [(1, [1])]), topic("t", -1, -1, [(0, [])]),
        topic("t", -1, -1, [(0, [1, 1])]), topic("t", -1, -1, [(0, [7])]), topic("t", -1, -1, [(-1, [1]), (0, [1])]),
    ):  # fmt: skip
        yield create(bad)
    yield create(topic("twice"), topic("twice", 2), topic("once"), topic("many", 9_997), validate_only=True)
    yield create(topic("twice"), topic("twice", 2), topic("once"), topic("many", 9_998), validate_only=True)
    yield create(topic("many", 9_999, retention_ms="5"), topic("t", 1, 0), validate_only=True)
    yield create(topic("t", 1, 0), topic("t2", 10_000))
    yield create(topic("c.d"), topic("c_d"))
    yield create(topic("late"), timeout_ms=0)
    yield create()
    for version in range(4):
        yield grow(("v2", 3 + version, None), ("no-such", 2, None), version=version)
    yield grow(("v2", 9, None), ("v3", 1, None), ("x.y", 0, None), ("v4", 2, None), ("v4", 3, None))
    yield grow(("v5", 2, None), ("x.y", -1, None), ("v3", 3, []), ("v6", 4, [[1]]), ("v7", 3, [[2]]))
    yield grow(("v3", 3, [[]]), ("v6", 3, [[1, 1]]), ("v7", 1, [[2]]))
    yield grow(("v3", 4, [[1], [1]]), ("v6", 9, None), validate_only=True)
    yield grow(("v3", 4, [[1], [1]]))
    yield grow(("v6", 9, None), timeout_ms=0)


def configuring() -> Iterator[Step]:
    t, slow = name("v7"), "log.segment.delete.delay.ms"
    keys = ["cleanup.policy", "retention.ms", "segment.ms", "file.delete.delay.ms", "compression.type", "no.such"]
    for version in range(1, 5):
        yield describe((TOPIC, t, keys), version=version, synonyms=version % 2 == 0)
    yield describe((TOPIC, t, None))
    yield describe((TOPIC, t, []), (TOPIC, name("no-such"), None), (TOPIC, "a b", None), (TOPIC, "", None))
    yield describe((BROKER, "1", sorted({*DYNAMIC, *STATIC})))
    yield describe((BROKER, "7", None), (BROKER, "x", None), (LOGGER, "7", None), (LOGGER, "", None))
    yield describe((TOPIC, t, None), (3, t, None))
    for version in range(2):
        yield change((TOPIC, t, [("retention.ms", SET, str(version + 5))]), version=version)
        yield describe((TOPIC, t, keys))
    policy = "cleanup.policy"
    throttled = "follower.replication.throttled.replicas"
    for changes in (
        [("retention.ms", DELETE, None), ("segment.ms", DELETE, "x")],
        [(policy, SUBTRACT, "delete")],
        [(policy, SUBTRACT, " delete")],
        [(policy, APPEND, "delete,delete")],
        [(policy, SUBTRACT, "delete,compact")],
        [(policy, DELETE, None)],
        [(policy, APPEND, "compact")],
        [(throttled, APPEND, "0:1,0:1")],
        [(throttled, APPEND, "")],
        [(throttled, SUBTRACT, "0:1")],
        [("compression.type", SET, " lz4 "), ("preallocate", SET, " TRUE ")],
        [("retention.ms", APPEND, "1")],
        [("no.such", APPEND, "1")],
        [("no.such", SET, "1"), ("segment.ms", SET, "9")],
        [("no.such", DELETE, None)],
        [("retention.ms", SET, "soon"), ("segment.ms", SET, "9")],
        [("retention.ms", SET, None), ("segment.ms", SET, "9")],
        [("retention.ms", SET, None), ("retention.ms", SET, None)],
        [(policy, APPEND, None)],
        [(throttled, SET, "0:x")],
        [("remote.storage.enable", SET, "true")],
        [("min.compaction.lag.ms", SET, "2"), ("max.compaction.lag.ms", SET, "1")],
        [],
    ):
        yield change((TOPIC, t, changes))
        yield describe((TOPIC, t, [*keys, throttled, "preallocate"]))
    right = [("retention.ms", SET, "7")]
    yield change((TOPIC, t, right), (TOPIC, t, right), (TOPIC, name("no-such"), right), (TOPIC, name("v6"), right))
    yield change((TOPIC, name("no-such"), [("retention.ms", SET, "soon")]), (TOPIC, name("no-such"), []))
    yield change((TOPIC, "", right), (TOPIC, "a b", right), (TOPIC, "a b", [("retention.ms", APPEND, "1")]))
    yield change((0, t, right), (3, t, right), (3, t, [("retention.ms", SET, None)]), (99, "", []))
    yield change((TOPIC, t, right), (BROKER, "1", [(slow, SET, "60001")]), validate_only=True)
    yield change((BROKER, "1", [(slow, SET, "60001")]), (BROKER, "", [(slow, SET, "60002")]))
    yield describe((BROKER, "1", [slow]), (BROKER, "", [slow]), (TOPIC, name("x.y"), ["file.delete.delay.ms"]))
    yield change((BROKER, "1", [(slow, DELETE, None)]), (BROKER, "", [(slow, DELETE, None)]))
    yield describe((BROKER, "1", [slow]), (BROKER, "", [slow]), (TOPIC, name("x.y"), ["file.delete.delay.ms"]))
    for resource, changes in (
        ("1", [(slow, SET, "soon")]), ("", [(slow, SET, "soon")]), ("1", [("log.segment.bytes", SET, "5")]),
        ("1", [("log.retention.ms", SET, "0")]), ("1", [("log.cleanup.policy", APPEND, "forget")]),
        ("1", [("num.partitions", SET, "5")]), ("", [("num.partitions", SET, "5"), (slow, SET, "1")]),
        ("1", [("log.retention.hours", SET, "5")]), ("1", [(slow, APPEND, "5")]), ("1", [("no.such", APPEND, "5")]),
        ("1", [(slow, 9, "5")]), ("1", [(slow, SET, None)]), ("7", []), ("x", []), ("-1", []), ("1", []), ("", []),
    ):  # fmt: skip
        yield change((BROKER, resource, changes), validate_only=True)
    for version in range(3):
        yield replace((TOPIC, t, [("retention.ms", str(version + 9))]), version=version)
        yield describe((TOPIC, t, keys))
    yield replace((TOPIC, t, []), (BROKER, "1", [(slow, "soon")]), (BROKER, "7", []), validate_only=True)
    for kind, resource, configs in (
        (TOPIC, t, [("retention.ms", None)]), (TOPIC, t, [("segment.ms", "1"), ("segment.ms", "2")]),
        (TOPIC, t, [("no.such", "1")]), (TOPIC, name("no-such"), []), (TOPIC, "", []), (TOPIC, "a b", []),
        (LOGGER, "1", []), (0, t, []), (77, t, []), (BROKER, "7", []), (BROKER, "1", [("num.partitions", "5")]),
        (TOPIC, t, []),
    ):  # fmt: skip
        yield replace((kind, resource, configs))
        yield describe((TOPIC, t, keys))


def records() -> Iterator[Step]:
    yield create(topic("r", 2), topic("compacted", cleanup_policy="compact"), topic("kept", cleanup_policy=""))
    for version in range(3):
        yield forget(("r", [(0, 0), (1, -1)]), version=version)
    yield produce("r", 5, producer_id=424242, producer_epoch=3, base_sequence=7)
    yield produce("r", 5)
    yield describe_writers((name("r"), [0, 1, 7, -1]), (name("no-such"), [0]), ("a b", [0]), (name("v2"), []))
    yield describe_dirs(5, ("r", [0, 1, 7]), ("no-such", [0]))
    for offset in (3, 1, 11, -2, -1):
        yield forget(("r", [(0, offset)]))
    yield forget(("compacted", [(0, 0)]), ("kept", [(0, 0)]), ("r", [(1, 1), (9, 0), (-1, 0)]), ("no-such", [(0, 0)]))
    yield forget(("compacted", [(0, 99)]), ("r", []))
    yield forget()


def describing() -> Iterator[Step]:
    r, x, none = name("r"), name("x.y"), name("no-such")
    yield partitions(r, x, none, r, "a b", "__cluster_metadata")
    yield partitions(r, x, none, limit=1)
    yield partitions(r, x, none, limit=2)
    yield partitions(r, x, none, limit=3)
    yield partitions(r, x, limit=0)
    for cursor in ((r, 1), (r, 2), (r, 9), (x, 0), (r, -1), (none, 0), ("a", 0)):
        yield partitions(r, x, limit=2, cursor=cursor)
    yield partitions(limit=2, cursor=("zzz", 0))
    yield partitions(limit=2, cursor=(r, -1))
    for version in range(3):
        for is_asked in (False, True):
            request = describe_cluster.DescribeClusterRequest(is_asked)
            yield Step(version, request, is_read=True)
    for endpoint_type in (2, 0, 9):
        yield Step(1, describe_cluster.DescribeClusterRequest(endpoint_type=endpoint_type))
    yield Step(2, describe_cluster.DescribeClusterRequest(include_fenced_brokers=True))
    for version in range(1, 6):
        yield describe_dirs(version, ("r", [1]), ("x.y", [0, 0]), ("v2", []))
    yield describe_dirs(5)
    for version in range(3):
        yield elect(0, ("r", [0, 1, 7]), ("no-such", [0]), ("v2", []), version=version)
    yield elect(1, ("r", [0]), ("r", [0]))
    yield elect(5, ("r", [0]))
    yield elect(0)
    yield elect(0, ("r", [0]), timeout_ms=0)
    for types in ([], [TOPIC], [BROKER], [TOPIC, BROKER, TOPIC], [3], [TOPIC, 99]):
        yield Step(1, list_config_resources.ListConfigResourcesRequest(types), is_read=True)
    rule = create_acls.AclCreation(2, "t", 3, "User:a", "*", 2, 3)
    wanted = delete_acls.DeleteAclsFilter(2, "t", 3, "User:a", "*", 2, 3)
    for version in range(1, 4):
        yield Step(version, describe_acls.DescribeAclsRequest(2, "t", 3, None, None, 1, 1))
        yield Step(version, create_acls.CreateAclsRequest([rule, rule]))
        yield Step(version, delete_acls.DeleteAclsRequest([wanted]))


def deleting() -> Iterator[Step]:
    for version in range(1, 6):
        yield delete_by_name(f"v{version + 1}", "no-such", "twice", "twice", version=version)
    yield delete_by_name("v7", timeout_ms=0)

    def by_name_and_id(ids: dict[str, bytes]) -> Message:
        def state(what: str | None, topic_id: bytes = ZERO_UUID) -> delete_topics.DeleteTopicState:
            return delete_topics.DeleteTopicState(None if what is None else name(what), topic_id)

        return delete_topics.DeleteTopicsRequest(
            topics=[
                *(state("v7"), state(None, ids["x.y"]), state(None, b"\1" * 16), state(None), state("no-such")),
                *(state("defaults", ids["defaults"]), state(None, ids["listed"]), state(None, ids["listed"])),
                *(state("r"), state("r"), state("compacted"), state(None, ids["compacted"])),
            ],
            timeout_ms=30_000,
        )

    yield Step(6, by_name_and_id)
    yield Step(6, delete_topics.DeleteTopicsRequest(timeout_ms=30_000))
    for version in (5, 1):
        left = ["v7", "x.y", "defaults", "listed", "r", "compacted", "kept", "c.d", "c_d"]
        yield delete_by_name(*left, version=version)


# Telling it


def run(ask: Ask, expected: list[Any] | None = None, again: Callable[[int], bool] = lambda _: False) -> list[Any]:
    """Tell the story; the answers, made comparable. A read that differs from what is expected is asked again for as
    long as `again(times)` says: a cluster needs its time."""
    answers: list[Any] = []
    for step in story():
        request = step.request(_ids(ask)) if callable(step.request) else step.request
        answer = (step.version, _plain(request), comparable(ask(request, step.version)))
        times = 0
        while step.is_read and expected is not None and answer[2] != expected[len(answers)][2] and again(times):
            times += 1
            answer = (*answer[:2], comparable(ask(request, step.version)))
        answers.append(answer)
    return answers


def _ids(ask: Ask) -> dict[str, bytes]:
    wanted = [name(what) for what in ("x.y", "defaults", "listed", "compacted")]
    response = ask(MetadataRequest([MetadataRequestTopic(name=what) for what in wanted]), 12)
    assert all(topic.error_code == 0 for topic in response.topics)
    return {topic.name.removeprefix(PREFIX): topic.topic_id for topic in response.topics}


UNORDERED: Final = {
    "topics", "responses", "results", "configs", "partitions", "partition_result", "filter_results",
    "config_resources", "active_producers", "replica_election_results",
}  # fmt: skip
ORDERED: Final = {
    "IncrementalAlterConfigsResponse", "AlterConfigsResponse", "DescribeConfigsResponse",
    "DescribeTopicPartitionsResponse",
}  # fmt: skip
NOT_COMPARED: Final = {
    "throttle_time_ms", "error_message", "documentation", "cluster_id", "host", "port", "log_dir", "total_bytes",
    "usable_bytes", "last_timestamp", "unknown_tags", "log_append_time_ms",
}  # fmt: skip


def comparable(response: Any) -> Any:
    """The answer without what two brokers cannot have in common."""
    return _comparable(response, is_ordered=type(response).__name__ in ORDERED)


def _comparable(value: Any, *, is_ordered: bool) -> Any:
    if is_dataclass(value):
        return {
            field.name: _field(field.name, getattr(value, field.name), is_ordered=is_ordered)
            for field in fields(value)
            if field.name not in NOT_COMPARED
        }
    if isinstance(value, list):
        return [_comparable(item, is_ordered=is_ordered) for item in value if not _is_foreign(item)]
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _field(field: str, value: Any, *, is_ordered: bool) -> Any:
    if field == "topic_id":
        return "none" if value == ZERO_UUID else "an id"
    plain = _comparable(value, is_ordered=is_ordered)
    if field == "configs" or (field in UNORDERED and not is_ordered):
        return sorted(plain or [], key=repr)
    return plain


def _is_foreign(item: Any) -> bool:
    """Whether this tells of something that another test may have put there, or of what differs by design."""
    if getattr(item, "name", None) in DIFFERS:
        return True
    listed = getattr(item, "resource_name", None)
    is_listing = type(item).__name__ == "ConfigResource"
    return is_listing and not (listed or "").startswith(PREFIX) and item.resource_type not in {BROKER, LOGGER}


def _plain(request: Message) -> str:
    return repr(request).replace(", unknown_tags=None", "")
