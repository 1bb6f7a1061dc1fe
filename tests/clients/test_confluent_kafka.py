"""confluent-kafka (librdkafka): produce, consume, groups, transactions, administration."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING,
    TIMESTAMP_CREATE_TIME,
    TIMESTAMP_LOG_APPEND_TIME,
    Consumer,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from tests.waiting import eventually

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
PATIENCE_S = 30.0
Name = Callable[[str], str]


@pytest.fixture
def admin(bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap})


@pytest.fixture
def topic(admin: AdminClient, name: Name) -> str:
    return create(admin, name("topic"))


def create(admin: AdminClient, topic: str, partitions: int = 1, **config: str) -> str:
    settings = {key.replace("_", "."): value for key, value in config.items()}
    admin.create_topics([NewTopic(topic, partitions, 1, config=settings)])[topic].result(PATIENCE_S)
    return topic


def produce(bootstrap: str, topic: str, values: list[bytes], **config: object) -> list[Message]:
    """Produce them to partition 0 and return the delivery reports, in order."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, **dotted(config)})
    reports: list[Message] = []

    def delivered(error: KafkaError | None, message: Message) -> None:
        assert error is None, error
        reports.append(message)

    for value in values:
        producer.produce(topic, value, partition=0, on_delivery=delivered)
    assert producer.flush(PATIENCE_S) == 0
    return reports


def dotted(config: dict[str, object]) -> dict[str, object]:
    return {key.replace("_", "."): value for key, value in config.items()}


@contextmanager
def consumer(bootstrap: str, group: str, **config: object) -> Iterator[Consumer]:
    made = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            **dotted(config),
        }
    )
    try:
        yield made
    finally:
        made.close()


def take(source: Consumer, count: int) -> list[Message]:
    """The next `count` messages."""
    found: list[Message] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} messages after {PATIENCE_S} s"
        for message in source.consume(count - len(found), 0.2):
            assert message.error() is None, message.error()
            found.append(message)
    return found


def read(bootstrap: str, topic: str, count: int, name: Name, **config: object) -> list[Message]:
    with consumer(bootstrap, name("reader"), **config) as source:
        source.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        return take(source, count)


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_produced_with_a_codec_is_consumed(bootstrap: str, topic: str, name: Name, codec: str) -> None:
    values = [f"{codec} {number}".encode() * 20 for number in range(300)]
    reports = produce(bootstrap, topic, values, compression_type=codec)
    assert [report.offset() for report in reports] == list(range(300))
    assert [message.value() for message in read(bootstrap, topic, 300, name)] == values


def test_keys_headers_and_timestamps_come_back_as_they_went(bootstrap: str, topic: str, name: Name) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    headers = [("a", b"1"), ("a", b""), ("b", None)]
    producer.produce(topic, b"", key=None, headers=headers, timestamp=1_700_000_000_123, partition=0)
    producer.produce(topic, None, key=b"", timestamp=1_700_000_000_124, partition=0)
    assert producer.flush(PATIENCE_S) == 0
    first, second = read(bootstrap, topic, 2, name)
    assert (first.key(), first.value(), first.headers()) == (None, b"", headers)
    assert first.timestamp() == (TIMESTAMP_CREATE_TIME, 1_700_000_000_123)
    assert (second.key(), second.value(), second.headers()) == (b"", None, None)


def test_log_append_time_is_the_time_of_the_broker(bootstrap: str, admin: AdminClient, name: Name) -> None:
    topic = create(admin, name("topic"), message_timestamp_type="LogAppendTime")
    before_ms = int(time.time() * 1000) - 1000
    produce(bootstrap, topic, [b"x"])
    kind, timestamp = read(bootstrap, topic, 1, name)[0].timestamp()
    assert kind == TIMESTAMP_LOG_APPEND_TIME
    assert before_ms <= timestamp <= int(time.time() * 1000) + 1000


def test_an_idempotent_producer_keeps_order_without_duplicates(bootstrap: str, topic: str, name: Name) -> None:
    values = [str(number).encode() for number in range(5000)]
    produce(bootstrap, topic, values, enable_idempotence=True, batch_num_messages=50)
    assert [message.value() for message in read(bootstrap, topic, 5000, name)] == values


@pytest.mark.parametrize("acks", ["0", "1", "all"])
def test_every_level_of_acks_delivers(bootstrap: str, topic: str, name: Name, acks: str) -> None:
    produce(bootstrap, topic, [b"a", b"b"], acks=acks)
    assert [message.value() for message in read(bootstrap, topic, 2, name)] == [b"a", b"b"]


def test_a_message_above_the_limit_is_refused_and_named(bootstrap: str, admin: AdminClient, name: Name) -> None:
    topic = create(admin, name("topic"), max_message_bytes="1000")
    producer = Producer({"bootstrap.servers": bootstrap})
    errors: list[KafkaError | None] = []
    producer.produce(topic, bytes(5000), partition=0, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(PATIENCE_S) == 0
    assert errors[0] is not None
    assert errors[0].code() == KafkaError.MSG_SIZE_TOO_LARGE


def test_seek_pause_watermarks_and_times(bootstrap: str, topic: str, name: Name) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(10):
        producer.produce(topic, str(number), partition=0, timestamp=1_700_000_000_000 + 1000 * number)
    assert producer.flush(PATIENCE_S) == 0
    with consumer(bootstrap, name("group")) as source:
        at = TopicPartition(topic, 0)
        assert source.get_watermark_offsets(at, timeout=PATIENCE_S) == (0, 10)
        when = [TopicPartition(topic, 0, 1_700_000_004_500)]
        assert source.offsets_for_times(when, timeout=PATIENCE_S)[0].offset == 5
        source.assign([TopicPartition(topic, 0, 3)])
        assert take(source, 1)[0].value() == b"3"
        source.seek(TopicPartition(topic, 0, 8))
        assert [message.value() for message in take(source, 2)] == [b"8", b"9"]
        source.pause([at])
        source.seek(TopicPartition(topic, 0, 1))
        assert source.poll(0.3) is None
        source.resume([at])
        assert take(source, 1)[0].value() == b"1"


def test_committed_offsets_carry_metadata_and_are_where_the_group_goes_on(
    bootstrap: str, topic: str, name: Name
) -> None:
    produce(bootstrap, topic, [b"0", b"1", b"2", b"3"])
    group = name("group")
    with consumer(bootstrap, group) as first:
        first.subscribe([topic])
        take(first, 2)
        first.commit(offsets=[TopicPartition(topic, 0, 2, metadata="half")], asynchronous=False)
        committed = first.committed([TopicPartition(topic, 0)], timeout=PATIENCE_S)[0]
        assert (committed.offset, committed.metadata) == (2, "half")
    with consumer(bootstrap, group) as second:
        second.subscribe([topic])
        assert [message.value() for message in take(second, 2)] == [b"2", b"3"]


class Member:
    """A consumer of a group, and what the rebalances told it."""

    def __init__(self, bootstrap: str, group: str, topic: str, **config: object) -> None:
        self.consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "session.timeout.ms": 6000,
                "heartbeat.interval.ms": 300,
                **dotted(config),
            }
        )
        self.revoked: set[int] = set()
        self.consumer.subscribe([topic], on_revoke=self._on_revoke)

    def _on_revoke(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self.revoked |= {partition.partition for partition in partitions}

    @property
    def owned(self) -> set[int]:
        return {partition.partition for partition in self.consumer.assignment()}


def settle(members: list[Member], partitions: int, *, all_own: bool = True) -> None:
    """Poll until every partition has exactly one owner."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        for member in members:
            member.consumer.poll(0.05)
        owned = [partition for member in members for partition in member.owned]
        if sorted(owned) == list(range(partitions)) and (not all_own or all(member.owned for member in members)):
            return
        assert time.monotonic() < deadline, f"owners: {[member.owned for member in members]}"


@pytest.mark.parametrize("strategy", ["range", "roundrobin", "cooperative-sticky"])
def test_a_group_shares_partitions_and_takes_over_when_one_leaves(
    bootstrap: str, admin: AdminClient, name: Name, strategy: str
) -> None:
    topic = create(admin, name("topic"), 6)
    group = name("group")
    config = {"partition_assignment_strategy": strategy}
    first = Member(bootstrap, group, topic, **config)
    settle([first], 6)
    second = Member(bootstrap, group, topic, **config)
    settle([first, second], 6)
    if strategy == "cooperative-sticky":
        assert first.revoked == second.owned, "only what moves is revoked"
    else:
        assert first.revoked == set(range(6)), "an eager rebalance revokes everything"
    second.consumer.close()
    settle([first], 6)
    first.consumer.close()


def test_a_static_member_comes_back_without_a_rebalance(bootstrap: str, admin: AdminClient, name: Name) -> None:
    topic = create(admin, name("topic"), 4)
    group = name("group")
    config = {"partition_assignment_strategy": "range"}
    stays = Member(bootstrap, group, topic, group_instance_id="a", **config)
    leaves = Member(bootstrap, group, topic, group_instance_id="b", **config)
    settle([stays, leaves], 4)
    stays.revoked.clear()
    held = leaves.owned
    leaves.consumer.close()  # a static member does not leave its group
    back = Member(bootstrap, group, topic, group_instance_id="b", **config)
    settle([stays, back], 4)
    assert back.owned == held
    assert not stays.revoked
    for member in (stays, back):
        member.consumer.close()


def transactional(bootstrap: str, transactional_id: str, **config: object) -> Producer:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id, **dotted(config)})
    producer.init_transactions(PATIENCE_S)
    return producer


def test_read_committed_sees_commits_and_read_uncommitted_sees_all(bootstrap: str, topic: str, name: Name) -> None:
    producer = transactional(bootstrap, name("id"))
    for value, commits in ((b"a", True), (b"b", False), (b"c", True)):
        producer.begin_transaction()
        producer.produce(topic, value, partition=0)
        assert producer.flush(PATIENCE_S) == 0  # an abort purges what was not sent
        (producer.commit_transaction if commits else producer.abort_transaction)(PATIENCE_S)
    produce(bootstrap, topic, [b"end"])
    committed = read(bootstrap, topic, 3, name, isolation_level="read_committed")
    assert [(message.value(), message.offset()) for message in committed] == [(b"a", 0), (b"c", 4), (b"end", 6)]
    everything = read(bootstrap, topic, 4, name, isolation_level="read_uncommitted")
    assert [message.offset() for message in everything] == [0, 2, 4, 6]


def test_an_open_transaction_holds_read_committed_readers_back(bootstrap: str, topic: str, name: Name) -> None:
    producer = transactional(bootstrap, name("id"))
    producer.begin_transaction()
    producer.produce(topic, b"open", partition=0)
    assert producer.flush(PATIENCE_S) == 0
    produce(bootstrap, topic, [b"plain"])
    with consumer(bootstrap, name("group"), isolation_level="read_committed") as source:
        source.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        assert source.poll(1.0) is None
        producer.commit_transaction(PATIENCE_S)
        assert [message.value() for message in take(source, 2)] == [b"open", b"plain"]


def test_a_newer_producer_fences_the_older_one(bootstrap: str, topic: str, name: Name) -> None:
    transactional_id = name("id")
    old = transactional(bootstrap, transactional_id)
    old.begin_transaction()
    old.produce(topic, b"zombie", partition=0)
    assert old.flush(PATIENCE_S) == 0
    new = transactional(bootstrap, transactional_id)
    new.begin_transaction()
    new.produce(topic, b"new", partition=0)
    new.commit_transaction(PATIENCE_S)
    with pytest.raises(KafkaException) as fenced:
        old.commit_transaction(PATIENCE_S)
    assert fenced.value.args[0].code() in (KafkaError._FENCED, KafkaError.PRODUCER_FENCED)
    messages = read(bootstrap, topic, 1, name, isolation_level="read_committed")
    assert [message.value() for message in messages] == [b"new"]


def test_offsets_of_a_transaction_are_committed_with_it(
    bootstrap: str, admin: AdminClient, topic: str, name: Name
) -> None:
    target, group = create(admin, name("target")), name("group")
    produce(bootstrap, topic, [b"0", b"1", b"2"])
    producer = transactional(bootstrap, name("id"))
    with consumer(bootstrap, group) as source:
        source.subscribe([topic])
        for commits, value in ((False, b"lost"), (True, b"kept")):
            taken = take(source, 1)[0]
            producer.begin_transaction()
            producer.produce(target, value, partition=0)
            next_offset = [TopicPartition(topic, 0, taken.offset() + 1)]
            producer.send_offsets_to_transaction(next_offset, source.consumer_group_metadata(), PATIENCE_S)
            (producer.commit_transaction if commits else producer.abort_transaction)(PATIENCE_S)
            committed = source.committed([TopicPartition(topic, 0)], timeout=PATIENCE_S)[0].offset
            assert committed == (taken.offset() + 1 if commits else -1001)
    messages = read(bootstrap, target, 1, name, isolation_level="read_committed")
    assert [message.value() for message in messages] == [b"kept"]


def test_an_administrator_sees_and_changes_topics(admin: AdminClient, name: Name) -> None:
    topic = create(admin, name("topic"), 2, cleanup_policy="compact")
    eventually(lambda: set(admin.list_topics(topic, timeout=PATIENCE_S).topics[topic].partitions) == {0, 1})
    found = admin.list_topics(topic, timeout=PATIENCE_S).topics[topic]
    assert all(partition.leader >= 0 and partition.isrs for partition in found.partitions.values())
    with pytest.raises(KafkaException) as twice:
        create(admin, topic)
    assert twice.value.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS
    admin.create_partitions([NewPartitions(topic, 5)])[topic].result(PATIENCE_S)
    resource = ConfigResource(ResourceType.TOPIC, topic)

    def settings() -> dict[str, ConfigEntry]:
        return admin.describe_configs([resource])[resource].result(PATIENCE_S)

    assert settings()["cleanup.policy"].value == "compact"
    change = ConfigResource(
        ResourceType.TOPIC,
        topic,
        incremental_configs=[
            ConfigEntry("retention.ms", "12345", incremental_operation=AlterConfigOpType.SET),
            ConfigEntry("cleanup.policy", "delete", incremental_operation=AlterConfigOpType.APPEND),
        ],
    )
    admin.incremental_alter_configs([change])[change].result(PATIENCE_S)
    wanted = {"retention.ms": "12345", "cleanup.policy": "compact,delete"}
    eventually(lambda: {key: settings()[key].value for key in wanted} == wanted)
    admin.delete_topics([topic])[topic].result(PATIENCE_S)
    eventually(lambda: topic not in admin.list_topics(timeout=PATIENCE_S).topics)


def test_an_administrator_deletes_records_and_lists_offsets(
    bootstrap: str, admin: AdminClient, topic: str, name: Name
) -> None:
    produce(bootstrap, topic, [str(number).encode() for number in range(10)])
    at = TopicPartition(topic, 0)
    deleted = admin.delete_records([TopicPartition(topic, 0, 4)])
    assert next(iter(deleted.values())).result(PATIENCE_S).low_watermark == 4
    for spec, offset in ((OffsetSpec.earliest(), 4), (OffsetSpec.latest(), 10)):
        listed = admin.list_offsets({at: spec}, isolation_level=IsolationLevel.READ_UNCOMMITTED)[at]
        assert listed.result(PATIENCE_S).offset == offset
    assert [message.offset() for message in read(bootstrap, topic, 6, name)] == list(range(4, 10))


def test_an_administrator_sees_and_deletes_groups(bootstrap: str, admin: AdminClient, topic: str, name: Name) -> None:
    group = name("group")
    produce(bootstrap, topic, [b"0"])
    with consumer(bootstrap, group) as source:
        source.subscribe([topic])
        take(source, 1)
        source.commit(asynchronous=False)
        listed = admin.list_consumer_groups().result(PATIENCE_S)
        assert group in {one.group_id for one in listed.valid}
        described = admin.describe_consumer_groups([group])[group].result(PATIENCE_S)
        assert described.state.name == "STABLE"
        assert [at.partition for at in described.members[0].assignment.topic_partitions] == [0]
        with pytest.raises(KafkaException) as busy:
            admin.delete_consumer_groups([group])[group].result(PATIENCE_S)
        assert busy.value.args[0].code() == KafkaError.NON_EMPTY_GROUP
    wanted = ConsumerGroupTopicPartitions(group)
    offsets = admin.list_consumer_group_offsets([wanted])[group].result(PATIENCE_S)
    assert [at.offset for at in offsets.topic_partitions] == [1]
    moved = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 0)])
    admin.alter_consumer_group_offsets([moved])[group].result(PATIENCE_S)
    admin.delete_consumer_groups([group])[group].result(PATIENCE_S)
    listed = admin.list_consumer_groups().result(PATIENCE_S)
    assert group not in {one.group_id for one in listed.valid}


def test_an_administrator_sees_the_cluster(admin: AdminClient) -> None:
    cluster = admin.describe_cluster().result(PATIENCE_S)
    assert cluster.cluster_id
    assert cluster.controller is not None
    assert len(cluster.nodes) == 1
