"""The Java client of Apache Kafka 4.x, driven through JPype: the newest version of everything, topic ids, TV2."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.jvm import start_jvm
from tests.waiting import eventually

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("jvm")]

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
PATIENCE_S = 30.0
BYTES = "org.apache.kafka.common.serialization.ByteArraySerializer"
Name = Callable[[str], str]


class Java:
    """Short names of the Java classes that the scenarios use."""

    def __init__(self) -> None:
        start_jvm()
        import jpype  # noqa: PLC0415  # loads native code: only tests that need a JVM pay for it

        self.jpype = jpype
        self.exception = jpype.JException
        self.byte_array = jpype.JArray(jpype.JByte)
        # The client looks up its own classes by name, with the class loader of its thread.
        thread = jpype.JClass("java.lang.Thread").currentThread()
        thread.setContextClassLoader(jpype.JClass("java.lang.ClassLoader").getSystemClassLoader())

    def __call__(self, name: str) -> Any:
        return self.jpype.JClass(f"org.apache.kafka.{name}")

    def config(self, **settings: object) -> Any:
        properties = self.jpype.JClass("java.util.HashMap")()
        for key, value in settings.items():
            properties.put(key.replace("_", "."), str(value))
        return properties

    def list(self, *items: Any) -> Any:
        made = self.jpype.JClass("java.util.ArrayList")()
        for item in items:
            made.add(item)
        return made

    def map(self, pairs: dict[Any, Any]) -> Any:
        made = self.jpype.JClass("java.util.HashMap")()
        for key, value in pairs.items():
            made.put(key, value)
        return made

    def bytes(self, value: bytes | None) -> Any:
        return None if value is None else self.byte_array(value)

    def seconds(self, seconds: float) -> Any:
        return self.jpype.JClass("java.time.Duration").ofMillis(int(seconds * 1000))

    def get(self, future: Any) -> Any:
        return future.get(int(PATIENCE_S), self.jpype.JClass("java.util.concurrent.TimeUnit").SECONDS)

    def partition(self, topic: str, index: int = 0) -> Any:
        return self("common.TopicPartition")(topic, index)


@pytest.fixture(scope="module")
def java() -> Java:
    return Java()


@pytest.fixture
def admin(java: Java, bootstrap: str) -> Iterator[Any]:
    client = java("clients.admin.Admin").create(java.config(bootstrap_servers=bootstrap))
    yield client
    client.close()


@pytest.fixture
def topic(java: Java, admin: Any, name: Name) -> str:
    return create(java, admin, name("topic"))


def create(java: Java, admin: Any, topic: str, partitions: int = 1, **config: str) -> str:
    new = java("clients.admin.NewTopic")(topic, partitions, java.jpype.JShort(1)).configs(java.config(**config))
    java.get(admin.createTopics(java.list(new)).all())
    return topic


@contextmanager
def producer(java: Java, bootstrap: str, **config: object) -> Iterator[Any]:
    made = java("clients.producer.KafkaProducer")(
        java.config(bootstrap_servers=bootstrap, key_serializer=BYTES, value_serializer=BYTES, **config)
    )
    try:
        yield made
    finally:
        made.close(java.seconds(5))


def record(java: Java, topic: str, value: bytes | None, key: bytes | None = None, partition: int = 0) -> Any:
    return java("clients.producer.ProducerRecord")(
        topic, java.jpype.JInt(partition), java.bytes(key), java.bytes(value)
    )


@contextmanager
def consumer(java: Java, bootstrap: str, **config: object) -> Iterator[Any]:
    deserializer = BYTES.replace("Serializer", "Deserializer")
    settings = {"auto_offset_reset": "earliest", "enable_auto_commit": "false", **config}
    made = java("clients.consumer.KafkaConsumer")(
        java.config(
            bootstrap_servers=bootstrap, key_deserializer=deserializer, value_deserializer=deserializer, **settings
        )
    )
    try:
        yield made
    finally:
        made.close()


def take(java: Java, source: Any, count: int) -> list[Any]:
    found: list[Any] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} records after {PATIENCE_S} s"
        found += list(source.poll(java.seconds(0.2)))
    return found


def read(java: Java, bootstrap: str, topic: str, count: int, **config: object) -> list[Any]:
    with consumer(java, bootstrap, **config) as source:
        source.assign(java.list(java.partition(topic)))
        source.seekToBeginning(source.assignment())
        return take(java, source, count)


def values(records: list[Any]) -> list[bytes | None]:
    return [None if one.value() is None else bytes(one.value()) for one in records]


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_produced_with_a_codec_is_consumed(java: Java, bootstrap: str, topic: str, codec: str) -> None:
    sent = [f"{codec} {number}".encode() * 20 for number in range(300)]
    with producer(java, bootstrap, compression_type=codec, linger_ms=5) as sink:
        futures = [sink.send(record(java, topic, value)) for value in sent]
        assert [int(java.get(future).offset()) for future in futures] == list(range(300))
    assert values(read(java, bootstrap, topic, 300)) == sent


def test_keys_headers_and_timestamps_come_back_as_they_went(java: Java, bootstrap: str, topic: str) -> None:
    with producer(java, bootstrap) as sink:
        headers = java.list(
            java("common.header.internals.RecordHeader")("a", java.bytes(b"1")),
            java("common.header.internals.RecordHeader")("a", java.bytes(b"")),
            java("common.header.internals.RecordHeader")("b", java.bytes(None)),
        )
        jint, jlong = java.jpype.JInt, java.jpype.java.lang.Long
        java.get(
            sink.send(
                java("clients.producer.ProducerRecord")(
                    topic, jint(0), jlong(1_700_000_000_123), java.bytes(None), java.bytes(b""), headers
                )
            )
        )
        java.get(sink.send(record(java, topic, None, b"")))
    first, second = read(java, bootstrap, topic, 2)
    assert first.key() is None
    assert bytes(first.value()) == b""
    assert int(first.timestamp()) == 1_700_000_000_123
    found = [(str(one.key()), None if one.value() is None else bytes(one.value())) for one in first.headers()]
    assert found == [("a", b"1"), ("a", b""), ("b", None)]
    assert (bytes(second.key()), second.value()) == (b"", None)


def test_seek_ends_and_times(java: Java, bootstrap: str, topic: str) -> None:
    with producer(java, bootstrap) as sink:
        for number in range(10):
            made = java("clients.producer.ProducerRecord")(
                topic, java.jpype.JInt(0), java.jpype.java.lang.Long(1_700_000_000_000 + 1000 * number),
                java.bytes(None), java.bytes(str(number).encode()),
            )  # fmt: skip
            java.get(sink.send(made))
    at = java.partition(topic)
    with consumer(java, bootstrap) as source:
        source.assign(java.list(at))
        assert int(source.beginningOffsets(java.list(at)).get(at)) == 0
        assert int(source.endOffsets(java.list(at)).get(at)) == 10
        when = java.map({at: java.jpype.java.lang.Long(1_700_000_004_500)})
        assert int(source.offsetsForTimes(when).get(at).offset()) == 5
        source.seek(at, 8)
        assert values(take(java, source, 2)) == [b"8", b"9"]


def settle(java: Java, members: list[Any], partitions: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        for member in members:
            member.poll(java.seconds(0.05))
        owned = [int(at.partition()) for member in members for at in member.assignment()]
        if sorted(owned) == list(range(partitions)) and all(member.assignment().size() for member in members):
            return
        assert time.monotonic() < deadline


@pytest.mark.parametrize("assignor", ["RangeAssignor", "CooperativeStickyAssignor"])
def test_a_group_shares_partitions_and_takes_over_when_one_leaves(
    java: Java, bootstrap: str, admin: Any, name: Name, assignor: str
) -> None:
    topic, group = create(java, admin, name("topic"), 6), name("group")
    config = {
        "group_id": group,
        "session_timeout_ms": 6000,
        "heartbeat_interval_ms": 300,
        "partition_assignment_strategy": f"org.apache.kafka.clients.consumer.{assignor}",
    }
    with consumer(java, bootstrap, **config) as first:
        first.subscribe(java.list(topic))
        settle(java, [first], 6)
        with consumer(java, bootstrap, **config) as second:
            second.subscribe(java.list(topic))
            settle(java, [first, second], 6)
        settle(java, [first], 6)


def test_a_static_member_that_comes_back_keeps_its_partitions(
    java: Java, bootstrap: str, admin: Any, name: Name
) -> None:
    topic, group = create(java, admin, name("topic"), 4), name("group")
    config = {"group_id": group, "session_timeout_ms": 6000, "heartbeat_interval_ms": 300}
    with consumer(java, bootstrap, group_instance_id="a", **config) as stays:
        stays.subscribe(java.list(topic))
        with consumer(java, bootstrap, group_instance_id="b", **config) as leaves:
            leaves.subscribe(java.list(topic))
            settle(java, [stays, leaves], 4)
            held = {int(at.partition()) for at in leaves.assignment()}
        generation = int(stays.groupMetadata().generationId())
        with consumer(java, bootstrap, group_instance_id="b", **config) as back:
            back.subscribe(java.list(topic))
            settle(java, [stays, back], 4)
            assert {int(at.partition()) for at in back.assignment()} == held
            assert int(stays.groupMetadata().generationId()) == generation


def test_transactions_of_the_second_version_are_all_or_nothing(
    java: Java, bootstrap: str, topic: str, name: Name
) -> None:
    with producer(java, bootstrap, transactional_id=name("id")) as sink:
        sink.initTransactions()
        for value, commits in ((b"a", True), (b"b", False), (b"c", True)):
            sink.beginTransaction()
            java.get(sink.send(record(java, topic, value)))
            (sink.commitTransaction if commits else sink.abortTransaction)()
    committed = read(java, bootstrap, topic, 2, isolation_level="read_committed")
    assert [(bytes(one.value()), int(one.offset())) for one in committed] == [(b"a", 0), (b"c", 4)]
    assert values(read(java, bootstrap, topic, 3)) == [b"a", b"b", b"c"]


def test_offsets_of_a_transaction_are_committed_with_it(java: Java, bootstrap: str, topic: str, name: Name) -> None:
    group, at = name("group"), java.partition(topic)
    with producer(java, bootstrap) as sink:
        for value in (b"0", b"1"):
            java.get(sink.send(record(java, topic, value)))
    with (
        consumer(java, bootstrap, group_id=group, max_poll_records=1) as source,
        producer(java, bootstrap, transactional_id=name("id")) as sink,
    ):
        source.subscribe(java.list(topic))
        sink.initTransactions()
        for commits in (False, True):
            taken = take(java, source, 1)[0]
            next_offset = java("clients.consumer.OffsetAndMetadata")(taken.offset() + 1)
            sink.beginTransaction()
            sink.sendOffsetsToTransaction(java.map({at: next_offset}), source.groupMetadata())
            (sink.commitTransaction if commits else sink.abortTransaction)()
        committed = source.committed(java.jpype.JClass("java.util.HashSet")(java.list(at))).get(at)
        assert int(committed.offset()) == 2


def test_a_newer_producer_fences_the_older_one(java: Java, bootstrap: str, topic: str, name: Name) -> None:
    transactional_id = name("id")
    fenced = java("common.errors.ProducerFencedException"), java("common.errors.InvalidProducerEpochException")
    with (
        producer(java, bootstrap, transactional_id=transactional_id) as old,
        producer(java, bootstrap, transactional_id=transactional_id) as new,
    ):
        old.initTransactions()
        old.beginTransaction()
        java.get(old.send(record(java, topic, b"zombie")))
        new.initTransactions()
        new.beginTransaction()
        java.get(new.send(record(java, topic, b"new")))
        new.commitTransaction()
        with pytest.raises(fenced):
            old.commitTransaction()
    assert values(read(java, bootstrap, topic, 1, isolation_level="read_committed")) == [b"new"]


def test_an_administrator_sees_and_changes_topics(java: Java, admin: Any, name: Name) -> None:
    topic = create(java, admin, name("topic"), 2, cleanup_policy="compact")
    described = java.get(admin.describeTopics(java.list(topic)).allTopicNames()).get(topic)
    assert described.partitions().size() == 2
    assert str(described.topicId()) != str(java("common.Uuid").ZERO_UUID)
    grown = java.map({topic: java("clients.admin.NewPartitions").increaseTo(5)})
    java.get(admin.createPartitions(grown).all())
    kind = java("common.config.ConfigResource$Type").TOPIC
    resource = java("common.config.ConfigResource")(kind, topic)
    config = java.get(admin.describeConfigs(java.list(resource)).all()).get(resource)
    assert str(config.get("cleanup.policy").value()) == "compact"
    assert str(config.get("cleanup.policy").source()) == "DYNAMIC_TOPIC_CONFIG"
    change = java("clients.admin.AlterConfigOp")(
        java("clients.admin.ConfigEntry")("retention.ms", "12345"), java("clients.admin.AlterConfigOp$OpType").SET
    )
    java.get(admin.incrementalAlterConfigs(java.map({resource: java.list(change)})).all())

    def retention() -> str:
        found = java.get(admin.describeConfigs(java.list(resource)).all()).get(resource)
        return str(found.get("retention.ms").value())

    eventually(lambda: retention() == "12345")
    java.get(admin.deleteTopics(java.list(topic)).all())
    eventually(lambda: topic not in {str(one) for one in java.get(admin.listTopics().names())})
    with pytest.raises(java.exception, match="UnknownTopicOrPartition"):
        java.get(admin.describeTopics(java.list(topic)).allTopicNames())


def test_an_administrator_sees_offsets_producers_and_transactions(
    java: Java, bootstrap: str, admin: Any, topic: str, name: Name
) -> None:
    at, transactional_id = java.partition(topic), name("id")
    spec = java("clients.admin.OffsetSpec")

    def transaction() -> Any:
        return java.get(admin.describeTransactions(java.list(transactional_id)).all()).get(transactional_id)

    with producer(java, bootstrap, transactional_id=transactional_id) as sink:
        sink.initTransactions()
        sink.beginTransaction()
        java.get(sink.send(record(java, topic, b"open")))
        latest = java.get(admin.listOffsets(java.map({at: spec.latest()})).all()).get(at)
        assert int(latest.offset()) == 1
        described = transaction()
        assert str(described.state()) == "Ongoing"
        assert [str(one) for one in described.topicPartitions()] == [f"{topic}-0"]
        listed = java.get(admin.listTransactions().all())
        assert transactional_id in {str(one.transactionalId()) for one in listed}
        producers = java.get(admin.describeProducers(java.list(at)).all()).get(at).activeProducers()
        assert [int(one.currentTransactionStartOffset().getAsLong()) for one in producers] == [0]
        sink.commitTransaction()
    # A commit is answered once it is decided; the markers follow.
    eventually(lambda: str(transaction().state()) == "CompleteCommit", "the transaction is complete")
    java.get(admin.deleteRecords(java.map({at: java("clients.admin.RecordsToDelete").beforeOffset(1)})).all())
    earliest = java.get(admin.listOffsets(java.map({at: spec.earliest()})).all()).get(at)
    assert int(earliest.offset()) == 1


def test_an_administrator_sees_and_deletes_groups(
    java: Java, bootstrap: str, admin: Any, topic: str, name: Name
) -> None:
    group, at = name("group"), java.partition(topic)
    with consumer(java, bootstrap, group_id=group) as source:
        source.subscribe(java.list(topic))
        settle(java, [source], 1)
        source.commitSync(java.map({at: java("clients.consumer.OffsetAndMetadata")(0, "m")}))
        described = java.get(admin.describeConsumerGroups(java.list(group)).all()).get(group)
        assert str(described.groupState()) == "Stable"
        assert described.members().size() == 1
    assert group in {str(one.groupId()) for one in java.get(admin.listGroups().all())}
    offsets = java.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
    assert str(offsets.get(at).metadata()) == "m"
    java.get(admin.deleteConsumerGroups(java.list(group)).all())
    assert group not in {str(one.groupId()) for one in java.get(admin.listGroups().all())}


def test_an_administrator_sees_the_cluster(java: Java, admin: Any) -> None:
    cluster = admin.describeCluster()
    assert str(java.get(cluster.clusterId()))
    assert java.get(cluster.nodes()).size() == 1
    assert java.get(cluster.controller()) is not None
