import logging
from dataclasses import replace

import pytest

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.stores import MemoryStores
from nilometer_reference.broker.topics import CLUSTER_METADATA, CONSUMER_OFFSETS, TRANSACTION_STATE
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.record_encoding import Record, encode_batch
from tests.reference.harness import START_MS, Harness
from tests.reference.requests import batch, fetch, make_topic, offsets_of, produce


@pytest.fixture
def harness() -> Harness:
    return Harness()


def test_partitions_are_found_by_name_and_by_id(harness: Harness) -> None:
    topic_id = make_topic(harness, "t", 2)
    broker = harness.broker
    assert broker.partition("t", 1) is broker.partition_by_id(topic_id, 1)
    assert [(partition.topic, partition.index) for partition in broker.partitions()] == [("t", 0), ("t", 1)]


@pytest.mark.parametrize(("topic", "index"), [("nowhere", 0), ("t", 1), ("t", -1), (CLUSTER_METADATA, 0)])
def test_an_unknown_name_or_index_is_refused(harness: Harness, topic: str, index: int) -> None:
    make_topic(harness)
    with pytest.raises(KafkaError) as refused:
        harness.broker.partition(topic, index)
    assert refused.value.code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_an_unknown_id_is_told_from_an_unknown_index(harness: Harness) -> None:
    topic_id = make_topic(harness)
    for asked, index, code in ((b"\1" * 16, 0, 100), (topic_id, 1, 3)):
        with pytest.raises(KafkaError) as refused:
            harness.broker.partition_by_id(asked, index)
        assert refused.value.code == code


def test_each_start_is_a_new_leader_epoch_and_topics_of_any_age_share_it(harness: Harness) -> None:
    make_topic(harness, "old")
    assert harness.broker.partition("old", 0).leader_epoch == 0
    harness.restart()
    make_topic(harness, "new")
    assert [harness.broker.partition(name, 0).leader_epoch for name in ("old", "new")] == [1, 1]


@pytest.mark.parametrize("how", ["stop", "kill", "crash"])
def test_no_leader_epoch_is_given_twice_however_the_broker_ended(harness: Harness, how: str) -> None:
    epochs = []
    for _ in range(4):
        epochs.append(harness.broker.leader_epoch)
        getattr(harness, how)()
        harness.restart()
    assert epochs == [0, 1, 2, 3]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_topics_records_and_ids_survive(harness: Harness, how: str) -> None:
    topic_id = make_topic(harness, "t", 2, retention_ms="5000")
    produce(harness.client(), batch(3), index=1)
    getattr(harness, how)()
    harness.restart()
    topic = harness.broker.topics.get("t")
    assert topic is not None
    assert (topic.topic_id, topic.settings.retention_ms, len(topic.partitions)) == (topic_id, 5000, 2)
    assert offsets_of(fetch(harness.client(), 0, index=1)) == [0, 1, 2]


def test_a_changed_setting_of_a_topic_reaches_its_logs(harness: Harness) -> None:
    make_topic(harness, "t", 2)
    harness.broker.topics.set_topic_configs("t", {"max.message.bytes": "7"}, START_MS)
    assert [partition.log.config.max_message_bytes for partition in harness.broker.partitions()] == [7, 7]


def test_a_changed_setting_of_the_broker_reaches_logs_that_have_none_of_their_own(harness: Harness) -> None:
    make_topic(harness, "a")
    make_topic(harness, "b", 1, retention_ms="5")
    harness.broker.topics.set_broker_configs("", {"log.retention.ms": "77"}, START_MS)
    assert [harness.broker.partition(name, 0).log.config.retention_ms for name in ("a", "b")] == [77, 5]


def test_defaults_given_at_the_start_reach_logs() -> None:
    harness = Harness(BrokerConfig(topic_defaults={"log.retention.ms": "99"}))
    make_topic(harness)
    assert harness.broker.partition("t", 0).log.config.retention_ms == 99


def test_a_removed_topic_leaves_no_store_behind(harness: Harness) -> None:
    make_topic(harness)
    assert ("t", 0) in harness.stores.names()
    harness.broker.topics.delete("t", START_MS)
    assert ("t", 0) not in harness.stores.names()
    assert harness.broker.partitions() == []


def test_an_orderly_end_makes_the_next_start_trust_what_it_finds(harness: Harness) -> None:
    make_topic(harness)
    produce(harness.client(), batch(3))
    harness.stop()
    assert "clean-shutdown" in harness.stores.stores["t", 0].names()
    harness.restart()
    assert "clean-shutdown" not in harness.stores.stores["t", 0].names()
    assert harness.broker.partition("t", 0).log_end_offset == 3


def test_an_orderly_end_survives_a_loss_of_power(harness: Harness) -> None:
    make_topic(harness)
    produce(harness.client(), batch(3))
    harness.stop()
    harness.crash()
    harness.restart()
    assert offsets_of(fetch(harness.client(), 0)) == [0, 1, 2]


def test_one_broken_log_does_not_stop_the_others_from_ending_in_order(harness: Harness) -> None:
    make_topic(harness, "a")
    make_topic(harness, "b")
    produce(harness.client(), batch(), topic="b")
    harness.stores.stores["a", 0].failing = True
    harness.stop()
    assert "clean-shutdown" in harness.stores.stores["b", 0].names()


def test_a_broker_that_cannot_remember_its_start_does_not_start() -> None:
    stores = MemoryStores()
    stores.open(CLUSTER_METADATA, 0).failing = True
    with pytest.raises(KafkaStorageError):
        Broker(BrokerConfig(), stores, chance=bytes, now_ms=START_MS)


def test_the_log_of_the_cluster_is_compacted_and_flushed_at_once(harness: Harness) -> None:
    (metadata,) = [one for one in harness.broker.every_partition() if one.topic == CLUSTER_METADATA]
    assert metadata.settings.is_compacted
    assert metadata.log.config.flush_messages == 1
    assert metadata.topic_id == bytes(15) + b"\1"


def test_a_topic_survives_a_loss_of_power_as_soon_as_it_was_answered(harness: Harness) -> None:
    topic_id = make_topic(harness)
    harness.crash()
    harness.restart()
    topic = harness.broker.topics.get("t")
    assert topic is not None
    assert topic.topic_id == topic_id


def test_producer_ids_are_never_given_twice_even_after_a_loss_of_power(harness: Harness) -> None:
    given = []
    for _ in range(3):
        given += [harness.broker.producer_ids.new(START_MS) for _ in range(3)]
        harness.crash()
        harness.restart()
    assert len(set(given)) == len(given)


class Clumsy:
    def look(self, _partition: Partition, _now_ms: int) -> None:
        raise ZeroDivisionError


class Watcher:
    def __init__(self) -> None:
        self.looks = 0

    def look(self, _partition: Partition, _now_ms: int) -> None:
        self.looks += 1


def test_a_waiter_that_fails_does_not_keep_the_others_from_looking(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    make_topic(harness)
    watcher = Watcher()
    partition = harness.broker.partition("t", 0)
    partition.waiters.update({Clumsy(): None, watcher: None})
    partition.append(batch(), START_MS)
    with caplog.at_level(logging.ERROR):
        harness.broker.wake_waiters(START_MS)
    assert watcher.looks == 1
    assert list(partition.waiters) == [watcher]
    assert "t-0" in caplog.text


def test_nobody_is_woken_twice_for_one_change(harness: Harness) -> None:
    make_topic(harness)
    watcher = Watcher()
    partition = harness.broker.partition("t", 0)
    partition.waiters[watcher] = None
    partition.append(batch(), START_MS)
    harness.broker.wake_waiters(START_MS)
    harness.broker.wake_waiters(START_MS)
    assert watcher.looks == 1


@pytest.mark.parametrize("commit", [True, False])
def test_a_marker_ends_the_transaction_in_its_partition(harness: Harness, commit: bool) -> None:
    make_topic(harness)
    partition = harness.broker.partition("t", 0)
    partition.append(batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True), START_MS)
    assert partition.last_stable_offset == 0
    harness.broker.write_transaction_marker(
        "t", 0, producer_id=7, producer_epoch=0, coordinator_epoch=0, commit=commit, transaction_version=1,
        now_ms=START_MS,
    )  # fmt: skip
    assert partition.last_stable_offset == 2
    assert len(partition.log.aborted_transactions(0, 2)) == (0 if commit else 1)


def test_a_marker_for_a_partition_that_is_not_there_is_refused(harness: Harness) -> None:
    with pytest.raises(KafkaError) as refused:
        harness.broker.write_transaction_marker(
            "gone", 0, producer_id=7, producer_epoch=0, coordinator_epoch=0, commit=True, transaction_version=1,
            now_ms=START_MS,
        )  # fmt: skip
    assert refused.value.code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_marker_in_the_offsets_topic_reaches_the_groups(harness: Harness) -> None:
    harness.broker.topics.ensure_internal(CONSUMER_OFFSETS, START_MS)
    ended: list[tuple[int, int, bool]] = []

    class Groups:
        def end_transaction(self, log_partition: int, producer_id: int, *, commit: bool) -> None:
            ended.append((log_partition, producer_id, commit))

    harness.broker.groups = Groups()  # type: ignore[assignment]  # it is asked this one thing
    harness.broker.write_transaction_marker(
        CONSUMER_OFFSETS, 2, producer_id=7, producer_epoch=0, coordinator_epoch=0, commit=True, transaction_version=1,
        now_ms=START_MS,
    )  # fmt: skip
    assert ended == [(2, 7, True)]


def test_settings_may_change_between_two_starts(harness: Harness) -> None:
    make_topic(harness)
    harness.stop()
    harness.restart(replace(harness.config, node_id=1, advertised_port=7000))
    assert harness.broker.config.advertised_port == 7000
    assert harness.broker.topics.get("t") is not None


@pytest.mark.parametrize("topic", [CONSUMER_OFFSETS, TRANSACTION_STATE])
@pytest.mark.parametrize(
    "key", [b"", b"\0", b"\0\0", b"\0\1\0\0", b"\0\2\0\5ab", b"\0\0\0\1a", b"\0\2\0\1a", b"\x7f\xff"]
)
@pytest.mark.parametrize("value", [None, b"", b"\0", b"\0\1\0", b"\0\0\xff", b"\x7f\xff" + bytes(100), bytes(100)])
def test_garbage_in_an_internal_topic_does_not_keep_the_broker_from_starting(
    harness: Harness, topic: str, key: bytes, value: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    harness.broker.topics.ensure_internal(topic, START_MS)
    caplog.set_level(logging.CRITICAL)
    tools = harness.client(client_id="__admin_client")
    assert produce(tools, encode_batch([Record(-1, START_MS, key, value)]), topic=topic).error_code == 0
    harness.restart()
    make_topic(harness)
    assert produce(harness.client(), batch()).error_code == 0
