"""Conditions that clients meet, one request each, and the code that Kafka answers. W7 provokes them all.

Measured on Apache Kafka 4.3; the classes are those of Kafka's `Errors` (exceptions that extend RetriableException).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nilometer.clients.batches import data_batch
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import GROUP, TRANSACTION
from nilometer.clients.transactional import PASSES_PRODUCE, TransactionalProducer, protocols
from nilometer.requirements.wire._mutations import item_codes
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode as E
from nilometer_reference.wire.messages.add_partitions_to_txn import AddPartitionsToTxnTopic
from nilometer_reference.wire.messages.create_partitions import CreatePartitionsTopic
from nilometer_reference.wire.messages.delete_records import DeleteRecordsPartition, DeleteRecordsTopic
from nilometer_reference.wire.messages.describe_configs import DescribeConfigsResource
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchTopic
from nilometer_reference.wire.messages.incremental_alter_configs import AlterableConfig, AlterConfigsResource
from nilometer_reference.wire.messages.join_group import JoinGroupRequestProtocol
from nilometer_reference.wire.messages.leave_group import MemberIdentity
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsTopic
from nilometer_reference.wire.messages.metadata import MetadataRequestTopic
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic
from nilometer_reference.wire.messages.offset_for_leader_epoch import OffsetForLeaderPartition, OffsetForLeaderTopic

RETRIABLE = frozenset(
    {
        E.CORRUPT_MESSAGE, E.UNKNOWN_TOPIC_OR_PARTITION, E.LEADER_NOT_AVAILABLE, E.NOT_LEADER_OR_FOLLOWER,
        E.REQUEST_TIMED_OUT, E.REPLICA_NOT_AVAILABLE, E.NETWORK_EXCEPTION, E.COORDINATOR_LOAD_IN_PROGRESS,
        E.COORDINATOR_NOT_AVAILABLE, E.NOT_COORDINATOR, E.NOT_ENOUGH_REPLICAS, E.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        E.NOT_CONTROLLER, E.CONCURRENT_TRANSACTIONS, E.KAFKA_STORAGE_ERROR, E.FETCH_SESSION_ID_NOT_FOUND,
        E.INVALID_FETCH_SESSION_EPOCH, E.LISTENER_NOT_FOUND, E.FENCED_LEADER_EPOCH, E.UNKNOWN_LEADER_EPOCH,
        E.OFFSET_NOT_AVAILABLE, E.PREFERRED_LEADER_NOT_AVAILABLE, E.ELIGIBLE_LEADERS_NOT_AVAILABLE,
        E.UNSTABLE_OFFSET_COMMIT, E.THROTTLING_QUOTA_EXCEEDED, E.UNKNOWN_TOPIC_ID, E.INCONSISTENT_TOPIC_ID,
        E.FETCH_SESSION_TOPIC_ID_ERROR,
    }
)  # fmt: skip
"""What a client may simply send again."""
TOPIC, UNKNOWN_RESOURCE = 2, 99
NOBODY = "nobody"
FAR = 1_000_000


@dataclass(frozen=True)
class Condition:
    """One row."""

    what: str
    code: E
    send: Callable[[], tuple[Exchange, list[int]]]


def conditions(run: Run, topic: Topic) -> Iterator[Condition]:
    """Every row; `topic` has one partition with records."""
    yield from _data(run, topic)
    yield from _groups(run, topic)
    yield from _transactions(run, topic)
    yield from _administration(run, topic)


def _data(run: Run, topic: Topic) -> Iterator[Condition]:
    missing = run.name("missing")
    leader = run.session.leader(topic)

    def produce(where: Topic, **options: Any) -> tuple[Exchange, list[int]]:
        request, version = run.session.produce_request(
            where, data_batch(run.name("value")), version=_by_name(run, "Produce"), **options
        )
        exchange = run.session.call(request, version=version, node=leader)
        return exchange, item_codes(exchange.response)

    def fetch(where: Topic, offset: int, *, partition: int = 0, epoch: int = -1) -> tuple[Exchange, list[int]]:
        version = _by_name(run, "Fetch", at_least=9)
        part = FetchPartition(partition, epoch, offset, partition_max_bytes=1 << 20)
        request = m.FetchRequest(
            max_bytes=1 << 20, session_epoch=-1, topics=[FetchTopic(where.name, partitions=[part])]
        )
        return _sent(run, request, version, leader)

    def session(id: int, epoch: int) -> tuple[Exchange, list[int]]:
        exchange = run.session.call(
            m.FetchRequest(session_id=id, session_epoch=epoch), version=_by_name(run, "Fetch", at_least=7), node=leader
        )
        assert isinstance(exchange.response, m.FetchResponse)
        return exchange, [exchange.response.error_code]

    def offsets(name: str, partition: int = 0, epoch: int = -1) -> tuple[Exchange, list[int]]:
        part = ListOffsetsPartition(partition, epoch, -1)
        request = m.ListOffsetsRequest(-1, 0, [ListOffsetsTopic(name, [part])], timeout_ms=5_000)
        return _sent(run, request, run.session.version("ListOffsets", at_least=4), leader)

    def epochs(name: str) -> tuple[Exchange, list[int]]:
        part = OffsetForLeaderPartition(0, -1, 0)
        request = m.OffsetForLeaderEpochRequest(topics=[OffsetForLeaderTopic(name, [part])])
        return _sent(run, request, run.session.version("OffsetForLeaderEpoch"), leader)

    stranger = Topic(missing)
    yield Condition("Produce to an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: produce(stranger))
    yield Condition(
        "Produce to an unknown partition", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: produce(topic, partition=99)
    )
    yield Condition("Produce with acks=5", E.INVALID_REQUIRED_ACKS, lambda: produce(topic, acks=5))
    yield Condition("Fetch above the log", E.OFFSET_OUT_OF_RANGE, lambda: fetch(topic, FAR))
    yield Condition("Fetch of an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: fetch(stranger, 0))
    yield Condition(
        "Fetch of an unknown partition", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: fetch(topic, 0, partition=99)
    )
    yield Condition("Fetch in an epoch to come", E.UNKNOWN_LEADER_EPOCH, lambda: fetch(topic, 0, epoch=FAR))
    yield Condition("Fetch in an unknown session", E.FETCH_SESSION_ID_NOT_FOUND, lambda: session(987_654, 5))
    yield Condition("ListOffsets of an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: offsets(missing))
    yield Condition(
        "ListOffsets of an unknown partition", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: offsets(topic.name, 99)
    )
    yield Condition("ListOffsets in an epoch to come", E.UNKNOWN_LEADER_EPOCH, lambda: offsets(topic.name, epoch=FAR))
    yield Condition("OffsetForLeaderEpoch of an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: epochs(missing))


def _groups(run: Run, topic: Topic) -> Iterator[Condition]:
    group = run.group()

    def join(group: str, **options: Any) -> tuple[Exchange, list[int]]:
        request = m.JoinGroupRequest(
            group, 6_000, 6_000, protocol_type="consumer", protocols=[JoinGroupRequestProtocol("range", b"")]
        )
        for name, value in options.items():
            setattr(request, name, value)
        return _coordinated(run, GROUP, group or "g", request, run.session.version("JoinGroup", at_least=4))

    def commit(generation: int, member: str) -> tuple[Exchange, list[int]]:
        part = OffsetCommitRequestPartition(partition_index=0, committed_offset=1)
        request = m.OffsetCommitRequest(
            group, generation, member, topics=[OffsetCommitRequestTopic(topic.name, partitions=[part])]
        )
        return _coordinated(run, GROUP, group, request, run.session.version("OffsetCommit", at_least=2, at_most=9))

    def ask(request: Message, at_least: int = 0, at_most: int | None = None) -> tuple[Exchange, list[int]]:
        version = run.session.version(request, at_least=at_least, at_most=at_most)
        return _coordinated(run, GROUP, group, request, version)

    yield Condition("JoinGroup of a new member", E.MEMBER_ID_REQUIRED, lambda: join(group))
    yield Condition("JoinGroup of an unknown member", E.UNKNOWN_MEMBER_ID, lambda: join(group, member_id=NOBODY))
    yield Condition(
        "JoinGroup with a session of 1 ms", E.INVALID_SESSION_TIMEOUT, lambda: join(group, session_timeout_ms=1)
    )
    yield Condition("JoinGroup of a group without a name", E.INVALID_GROUP_ID, lambda: join(""))
    yield Condition("SyncGroup of an unknown member", E.UNKNOWN_MEMBER_ID,
                    lambda: ask(m.SyncGroupRequest(group, 0, NOBODY), at_most=4))  # fmt: skip
    yield Condition(
        "Heartbeat of an unknown member", E.UNKNOWN_MEMBER_ID, lambda: ask(m.HeartbeatRequest(group, 0, NOBODY))
    )
    yield Condition("LeaveGroup of an unknown member", E.UNKNOWN_MEMBER_ID,
                    lambda: ask(m.LeaveGroupRequest(group, members=[MemberIdentity(NOBODY)]), at_least=3))  # fmt: skip
    yield Condition("OffsetCommit of an unknown member", E.UNKNOWN_MEMBER_ID, lambda: commit(3, NOBODY))
    yield Condition("DeleteGroups of an unknown group", E.GROUP_ID_NOT_FOUND,
                    lambda: ask(m.DeleteGroupsRequest([run.name("group")])))  # fmt: skip
    yield Condition("DescribeGroups of an unknown group", E.GROUP_ID_NOT_FOUND,
                    lambda: ask(m.DescribeGroupsRequest([run.name("group")]), at_least=6))  # fmt: skip


def _transactions(run: Run, topic: Topic) -> Iterator[Condition]:
    id = run.name("transactional-id")

    def ask(request: Message, at_most: int) -> tuple[Exchange, list[int]]:
        return _coordinated(run, TRANSACTION, id, request, run.session.version(request, at_most=at_most))

    def anywhere(request: Message) -> tuple[Exchange, list[int]]:
        return _sent(run, request, run.session.version(request), run.session.coordinator(TRANSACTION, id))

    yield Condition("InitProducerId with an empty transactional id", E.INVALID_REQUEST,
                    lambda: ask(m.InitProducerIdRequest("", 60_000), 5))  # fmt: skip
    for timeout in (0, 2**31 - 1):
        yield Condition(f"InitProducerId with a time-out of {timeout} ms", E.INVALID_TRANSACTION_TIMEOUT,
                        lambda timeout=timeout: ask(m.InitProducerIdRequest(id, timeout), 5))  # type: ignore[misc]  # fmt: skip
    topics = [AddPartitionsToTxnTopic(run.name("missing"), [0])]
    add = m.AddPartitionsToTxnRequest(v3_and_below_transactional_id=id, v3_and_below_topics=topics)
    yield Condition("EndTxn of an unknown transactional id", E.INVALID_PRODUCER_ID_MAPPING,
                    lambda: ask(m.EndTxnRequest(id, 0, 0, True), 4))  # fmt: skip
    yield Condition("AddPartitionsToTxn with an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: ask(add, 3))
    yield Condition("DescribeTransactions of an unknown transactional id", E.TRANSACTIONAL_ID_NOT_FOUND,
                    lambda: anywhere(m.DescribeTransactionsRequest([id])))  # fmt: skip
    # With 48, which a check of the membership before that of the epoch answers, clients would give up (KAFKA-19690).
    yield Condition(
        "Produce of a producer that was fenced", E.INVALID_PRODUCER_EPOCH, lambda: _late_produce(run, topic)
    )


def _late_produce(run: Run, topic: Topic) -> tuple[Exchange, list[int]]:
    """A producer goes on in its transaction, which a new instance of its transactional id has aborted."""
    served = protocols(run.versions)
    if not served:
        raise NotObservable(Reason.API_NOT_SERVED, "transactions are not served")
    old, new = (TransactionalProducer(run.actor(), run.name("fenced"), served[0]) for _ in range(2))
    new.transactional_id = old.transactional_id
    old.init()
    old.wrote(topic, [b"before"])
    new.init()
    batch = old.batch(topic, [b"late"])

    def ask() -> tuple[Exchange, list[int]] | None:
        produced = old.produce_once(topic, batch)
        passes = produced.error_code in PASSES_PRODUCE
        return None if passes else (produced.exchange, item_codes(produced.exchange.response))

    return run.session.until(ask, "a Produce of a fenced producer is answered for good")


def _administration(run: Run, topic: Topic) -> Iterator[Condition]:
    missing = run.name("missing")
    run.session.metadata([])
    controller = run.session.controller_id if run.session.controller_id >= 0 else None
    leader = run.session.leader(topic)

    def ask(request: Message, node: int | None = controller) -> tuple[Exchange, list[int]]:
        return _sent(run, request, run.session.version(request), node)

    def metadata(name: str) -> tuple[Exchange, list[int]]:
        request = m.MetadataRequest([MetadataRequestTopic(name=name)], allow_auto_topic_creation=False)
        exchange = run.session.call(request, version=run.session.version("Metadata", at_least=4))
        assert isinstance(exchange.response, m.MetadataResponse)
        return exchange, [one.error_code for one in exchange.response.topics]

    def alter(name: str, key: str, value: str) -> tuple[Exchange, list[int]]:
        resource = AlterConfigsResource(TOPIC, name, [AlterableConfig(key, 0, value)])
        return ask(m.IncrementalAlterConfigsRequest([resource]))

    def describe(kind: int, name: str) -> tuple[Exchange, list[int]]:
        return ask(m.DescribeConfigsRequest([DescribeConfigsResource(kind, name, None)]))

    def grow(name: str, count: int) -> tuple[Exchange, list[int]]:
        return ask(m.CreatePartitionsRequest([CreatePartitionsTopic(name, count, None)], 5_000))

    def delete_records(offset: int) -> tuple[Exchange, list[int]]:
        part = DeleteRecordsTopic(topic.name, [DeleteRecordsPartition(0, offset)])
        return ask(m.DeleteRecordsRequest([part], 5_000), leader)

    yield Condition("Metadata of an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: metadata(missing))
    yield Condition("Metadata of a name that is none", E.INVALID_TOPIC_EXCEPTION, lambda: metadata(f"{missing} x"))
    yield Condition("CreatePartitions of an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: grow(missing, 3))
    yield Condition("CreatePartitions to as many as there are", E.INVALID_PARTITIONS, lambda: grow(topic.name, 1))
    yield Condition("IncrementalAlterConfigs with retention.ms=soon", E.INVALID_CONFIG,
                    lambda: alter(topic.name, "retention.ms", "soon"))  # fmt: skip
    yield Condition("IncrementalAlterConfigs of an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION,
                    lambda: alter(missing, "retention.ms", "1000"))  # fmt: skip
    yield Condition(
        "DescribeConfigs of an unknown topic", E.UNKNOWN_TOPIC_OR_PARTITION, lambda: describe(TOPIC, missing)
    )
    yield Condition("DescribeConfigs of an unknown kind", E.INVALID_REQUEST, lambda: describe(UNKNOWN_RESOURCE, "x"))
    yield Condition("DeleteRecords above the log", E.OFFSET_OUT_OF_RANGE, lambda: delete_records(FAR))


def _by_name(run: Run, api: str, *, at_least: int = 0) -> int:
    """The highest version that names topics, not ids."""
    return run.session.version(api, at_least=at_least, at_most=12)


def _sent(run: Run, request: Message, version: int, node: int | None) -> tuple[Exchange, list[int]]:
    exchange = run.session.call(request, version=version, node=node)
    return exchange, item_codes(exchange.response)


def _coordinated(run: Run, key_type: int, key: str, request: Message, version: int) -> tuple[Exchange, list[int]]:
    exchange = run.session.call_coordinator(key_type, key, request, version=version)
    return exchange, item_codes(exchange.response)
