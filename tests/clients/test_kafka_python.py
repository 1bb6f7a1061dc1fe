"""kafka-python: produce, consume, groups, transactions, administration."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.structs import OffsetAndMetadata

from tests.waiting import eventually

CODECS = [None, "gzip", "snappy", "lz4", "zstd"]
PATIENCE_S = 30.0
Name = Callable[[str], str]


@pytest.fixture
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield client
    client.close()


@pytest.fixture
def topic(admin: KafkaAdminClient, name: Name) -> str:
    return create(admin, name("topic"))


def create(admin: KafkaAdminClient, topic: str, partitions: int = 1, **config: str) -> str:
    settings = {key.replace("_", "."): value for key, value in config.items()}
    admin.create_topics([NewTopic(topic, num_partitions=partitions, replication_factor=1, topic_configs=settings)])
    return topic


@contextmanager
def producer(bootstrap: str, **config: Any) -> Iterator[KafkaProducer]:
    made = KafkaProducer(bootstrap_servers=bootstrap, **config)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def consumer(bootstrap: str, **config: Any) -> Iterator[KafkaConsumer]:
    made = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, **config)
    try:
        yield made
    finally:
        made.close()


def take(source: KafkaConsumer, count: int) -> list[Any]:
    """The next `count` records."""
    found: list[Any] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} records after {PATIENCE_S} s"
        for records in source.poll(timeout_ms=200, max_records=count - len(found)).values():
            found += records
    return found


def read(bootstrap: str, topic: str, count: int, **config: Any) -> list[Any]:
    with consumer(bootstrap, **config) as source:
        source.assign([TopicPartition(topic, 0)])
        source.seek_to_beginning()
        return take(source, count)


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_produced_with_a_codec_is_consumed(bootstrap: str, topic: str, codec: str | None) -> None:
    values = [f"{codec} {number}".encode() * 20 for number in range(200)]
    with producer(bootstrap, compression_type=codec, linger_ms=5) as sink:
        sent = [sink.send(topic, value, partition=0) for value in values]
        assert [future.get(PATIENCE_S).offset for future in sent] == list(range(200))
    assert [record.value for record in read(bootstrap, topic, 200)] == values


def test_keys_headers_and_timestamps_come_back_as_they_went(bootstrap: str, topic: str) -> None:
    headers = [("a", b"1"), ("a", b"")]
    with producer(bootstrap) as sink:
        sink.send(topic, b"", key=b"k", headers=headers, timestamp_ms=1_700_000_000_123, partition=0).get(PATIENCE_S)
        sink.send(topic, None, key=b"", partition=0).get(PATIENCE_S)
    first, second = read(bootstrap, topic, 2)
    assert (first.key, first.value, list(first.headers), first.timestamp) == (b"k", b"", headers, 1_700_000_000_123)
    assert (second.key, second.value) == (b"", None)


@pytest.mark.parametrize("acks", [0, 1, "all"])
def test_every_level_of_acks_delivers(bootstrap: str, topic: str, acks: int | str) -> None:
    with producer(bootstrap, acks=acks, enable_idempotence=acks == "all") as sink:
        for value in (b"a", b"b"):
            sink.send(topic, value, partition=0)
        sink.flush(PATIENCE_S)
    assert [record.value for record in read(bootstrap, topic, 2)] == [b"a", b"b"]


def test_seek_ends_and_times(bootstrap: str, topic: str) -> None:
    with producer(bootstrap) as sink:
        for number in range(10):
            sink.send(topic, str(number).encode(), partition=0, timestamp_ms=1_700_000_000_000 + 1000 * number)
        sink.flush(PATIENCE_S)
    at = TopicPartition(topic, 0)
    with consumer(bootstrap) as source:
        source.assign([at])
        assert source.beginning_offsets([at]) == {at: 0}
        assert source.end_offsets([at]) == {at: 10}
        found = source.offsets_for_times({at: 1_700_000_004_500})[at]
        assert (found.offset, found.timestamp) == (5, 1_700_000_005_000)
        source.seek(at, 8)
        assert [record.value for record in take(source, 2)] == [b"8", b"9"]


def test_a_group_shares_partitions_and_goes_on_at_its_committed_offsets(
    bootstrap: str, admin: KafkaAdminClient, name: Name
) -> None:
    topic, group = create(admin, name("topic"), 4), name("group")
    with producer(bootstrap) as sink:
        for partition in range(4):
            sink.send(topic, str(partition).encode(), partition=partition)
        sink.flush(PATIENCE_S)
    config = {"group_id": group, "session_timeout_ms": 6000, "heartbeat_interval_ms": 300}
    with consumer(bootstrap, **config) as first, consumer(bootstrap, **config) as second:
        first.subscribe([topic])
        assert len(take(first, 4)) == 4
        first.commit({TopicPartition(topic, 0): OffsetAndMetadata(1, "seen", -1)})
        second.subscribe([topic])
        deadline = time.monotonic() + PATIENCE_S
        while not (len(first.assignment()) == len(second.assignment()) == 2):
            first.poll(timeout_ms=50)
            second.poll(timeout_ms=50)
            assert time.monotonic() < deadline
        owned = {partition.partition for member in (first, second) for partition in member.assignment()}
        assert owned == {0, 1, 2, 3}
        assert first.committed(TopicPartition(topic, 0)) == 1


def test_transactions_are_all_or_nothing(bootstrap: str, topic: str, name: Name) -> None:
    with producer(bootstrap, transactional_id=name("id")) as sink:
        sink.init_transactions()
        for value, commits in ((b"a", True), (b"b", False), (b"c", True)):
            sink.begin_transaction()
            sink.send(topic, value, partition=0).get(PATIENCE_S)
            (sink.commit_transaction if commits else sink.abort_transaction)()
    committed = read(bootstrap, topic, 2, isolation_level="read_committed")
    assert [(record.value, record.offset) for record in committed] == [(b"a", 0), (b"c", 4)]
    assert [record.value for record in read(bootstrap, topic, 3)] == [b"a", b"b", b"c"]


def test_an_administrator_sees_and_changes_topics_and_groups(
    bootstrap: str, admin: KafkaAdminClient, name: Name
) -> None:
    topic = create(admin, name("topic"), 3, cleanup_policy="compact")
    eventually(lambda: topic in admin.list_topics())
    described = admin.describe_topics([topic])[0]
    assert len(described["partitions"]) == 3
    configs = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    assert "compact" in str(configs)
    group = name("group")
    with consumer(bootstrap, group_id=group) as source:
        source.assign([TopicPartition(topic, 0)])
        source.commit({TopicPartition(topic, 0): OffsetAndMetadata(7, "", -1)})
    assert group in str(admin.list_groups())
    admin.delete_groups([group])
    assert group not in str(admin.list_groups())
    admin.delete_topics([topic])
    eventually(lambda: topic not in admin.list_topics())
