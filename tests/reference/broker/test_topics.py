"""Topics on a whole broker in memory: what is created, changed and deleted, and what a crash leaves of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.stores import MemoryStores
from nilometer_reference.broker.topics import (
    CLUSTER_METADATA,
    CONSUMER_OFFSETS,
    RECORDS_MAX,
    TRANSACTION_STATE,
    Topic,
    Topics,
    random_topic_id,
)
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.record_encoding import Record, encode_batch
from nilometer_reference.wire.uuids import ZERO_UUID, uuid_text
from tests.reference.harness import Harness


class BadDisks(MemoryStores):
    """Stores of which some cannot be opened, and some not deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.unopenable: set[tuple[str, int]] = set()
        self.undeletable: set[tuple[str, int]] = set()

    def open(self, topic: str, index: int) -> MemoryStore:
        if (topic, index) in self.unopenable:
            raise KafkaStorageError(f"no room for {topic}-{index}")
        return super().open(topic, index)

    def delete(self, topic: str, index: int) -> None:
        if (topic, index) in self.undeletable:
            raise KafkaStorageError(f"{topic}-{index} is stuck")
        super().delete(topic, index)


@pytest.fixture
def harness() -> Harness:
    return Harness()


def refusal(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(KafkaError) as refused:
        call()
    return refused.value.code


def create(harness: Harness, name: str, partitions: int = 1, **configs: str) -> Topic:
    own = {key.replace("_", "."): text for key, text in configs.items()}
    topic = harness.broker.topics.create(name, partitions, configs=own, now_ms=harness.now_ms)
    harness.broker.persist()
    return topic


def append(harness: Harness, topic: str, index: int = 0) -> int:
    batch = encode_batch([Record(-1, harness.now_ms, b"k", b"v")])
    offset = harness.broker.partition(topic, index).append(batch, harness.now_ms).base_offset
    harness.broker.persist()
    return offset


@dataclass
class Picture:
    """What can be seen of all topics."""

    topics: dict[str, tuple[bytes, int, dict[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, topics: Topics) -> Picture:
        return cls({t.name: (t.topic_id, len(t.partitions), dict(t.configs)) for t in topics.all()})


def picture(harness: Harness) -> Picture:
    return Picture.of(harness.broker.topics)


# Creating


def test_a_topic_is_found_by_name_and_by_id_with_its_partitions(harness: Harness) -> None:
    topic = create(harness, "a", 3, retention_ms="5")
    topics = harness.broker.topics
    assert topics.get("a") is topics.by_id(topic.topic_id) is topic
    assert [partition.index for partition in topic.partitions] == [0, 1, 2]
    assert topic.partition(2) is topic.partitions[2]
    assert topic.partition(3) is topic.partition(-1) is None
    assert topic.settings.retention_ms == 5
    assert not topic.is_internal


def test_topics_are_listed_by_name(harness: Harness) -> None:
    for name in ("b", "c", "a"):
        create(harness, name)
    assert [topic.name for topic in harness.broker.topics.all()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "configs", "code"),
    [
        ("a", {}, ErrorCode.TOPIC_ALREADY_EXISTS),
        ("a", {"no.such": "1"}, ErrorCode.TOPIC_ALREADY_EXISTS),
        ("x.y", {}, ErrorCode.TOPIC_ALREADY_EXISTS),
        ("x_y", {}, ErrorCode.INVALID_TOPIC_EXCEPTION),
        ("x_y", {"no.such": "1"}, ErrorCode.INVALID_TOPIC_EXCEPTION),
        ("", {}, ErrorCode.INVALID_TOPIC_EXCEPTION),
        ("a b", {"no.such": "1"}, ErrorCode.INVALID_TOPIC_EXCEPTION),
        (CLUSTER_METADATA, {}, ErrorCode.INVALID_REQUEST),
        ("new", {"no.such": "1"}, ErrorCode.INVALID_CONFIG),
        ("new", {"retention.ms": "soon"}, ErrorCode.INVALID_CONFIG),
    ],
)
def test_a_topic_that_may_not_be_is_refused_and_nothing_changes(
    harness: Harness, name: str, configs: dict[str, str], code: ErrorCode
) -> None:
    create(harness, "a")
    create(harness, "x.y")
    before, stores = picture(harness), harness.stores.names()
    topics = harness.broker.topics
    assert refusal(lambda: topics.check_new(name, configs)) == code
    assert refusal(lambda: topics.plan(name, configs)) == code
    assert refusal(lambda: topics.create(name, 1, configs=configs, now_ms=0)) == code
    assert (picture(harness), harness.stores.names()) == (before, stores)


@pytest.mark.parametrize(
    ("partitions", "code"),
    [
        (0, ErrorCode.INVALID_PARTITIONS),
        (-1, ErrorCode.INVALID_PARTITIONS),
        (RECORDS_MAX, ErrorCode.POLICY_VIOLATION),
    ],
)
def test_a_number_of_partitions_that_may_not_be_is_refused(harness: Harness, partitions: int, code: ErrorCode) -> None:
    assert refusal(lambda: create(harness, "a", partitions)) == code
    assert harness.broker.topics.get("a") is None


def test_a_plan_changes_nothing_and_keeps_its_id_when_it_is_carried_out(harness: Harness) -> None:
    before = picture(harness)
    new = harness.broker.topics.plan("a", {"retention.ms": "5"})
    assert picture(harness) == before
    topic = harness.broker.topics.add(new, 2, harness.now_ms)
    assert topic.topic_id == new.topic_id
    assert topic.configs == {"retention.ms": "5"}


def test_names_that_collide_may_be_planned_together_as_kafka_does(harness: Harness) -> None:
    topics = harness.broker.topics
    plans = [topics.plan("x.y", {}), topics.plan("x_y", {})]
    for plan in plans:
        topics.add(plan, 1, harness.now_ms)
    topics.delete("x.y", harness.now_ms)
    assert refusal(lambda: topics.check_new("x.y", {})) == ErrorCode.INVALID_TOPIC_EXCEPTION
    topics.delete("x_y", harness.now_ms)
    topics.check_new("x.y", {})


@given(st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=5))
def test_ids_are_version_4_uuids_that_tools_do_not_take_for_an_option(draws: list[bytes]) -> None:
    left = [*draws, bytes(16)]
    topic_id = random_topic_id(lambda _: left.pop(0))
    assert topic_id[6] >> 4 == 4
    assert topic_id[8] >> 6 == 2
    assert topic_id != ZERO_UUID
    assert not uuid_text(topic_id).startswith("-")


def test_internal_topics_come_into_being_at_their_first_use(harness: Harness) -> None:
    topics = harness.broker.topics
    for name in (CONSUMER_OFFSETS, TRANSACTION_STATE):
        assert topics.get(name) is None
        topic = topics.ensure_internal(name, harness.now_ms)
        assert topic.is_internal
        assert len(topic.partitions) == 4
        assert topics.ensure_internal(name, harness.now_ms) is topic


# Partitions


def test_partitions_are_added_and_the_old_ones_keep_their_records(harness: Harness) -> None:
    topic = create(harness, "a", 1)
    append(harness, "a")
    assert harness.broker.topics.check_add_partitions("a", 3) == 2
    assert len(topic.partitions) == 1
    harness.broker.topics.add_partitions("a", 3, harness.now_ms)
    assert [partition.log_end_offset for partition in topic.partitions] == [1, 0, 0]
    assert append(harness, "a", 2) == 0


@pytest.mark.parametrize(
    ("name", "count", "code"),
    [
        ("b", 5, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ("a", 2, ErrorCode.INVALID_PARTITIONS),
        ("a", 1, ErrorCode.INVALID_PARTITIONS),
        ("a", -1, ErrorCode.INVALID_PARTITIONS),
        ("a", RECORDS_MAX + 3, ErrorCode.POLICY_VIOLATION),
    ],
)
def test_partitions_only_grow(harness: Harness, name: str, count: int, code: ErrorCode) -> None:
    create(harness, "a", 2)
    before = picture(harness)
    assert refusal(lambda: harness.broker.topics.check_add_partitions(name, count)) == code
    assert refusal(lambda: harness.broker.topics.add_partitions(name, count, 0)) == code
    assert picture(harness) == before


# Settings


def test_settings_are_in_force_at_once_and_are_all_that_is_left(harness: Harness) -> None:
    topic = create(harness, "a", retention_ms="5", segment_ms="6")
    in_force = topic.settings
    harness.broker.topics.set_topic_configs("a", {"retention.ms": "7"}, harness.now_ms)
    assert topic.configs == {"retention.ms": "7"}
    assert topic.settings is in_force
    assert (in_force.retention_ms, in_force.segment_ms) == (7, 604_800_000)
    assert topic.partitions[0].log.config.retention_ms == 7


def test_wrong_settings_change_nothing_and_are_told_before_a_topic_that_is_not_there(harness: Harness) -> None:
    create(harness, "a", retention_ms="5")
    topics = harness.broker.topics
    before = picture(harness)
    for name in ("a", "b"):
        assert refusal(lambda name=name: topics.set_topic_configs(name, {"x": "1"}, 0)) == ErrorCode.INVALID_CONFIG
    assert refusal(lambda: topics.set_topic_configs("b", {}, 0)) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert picture(harness) == before


def test_settings_of_brokers_reach_every_topic_that_has_none_of_its_own(harness: Harness) -> None:
    a, b = create(harness, "a"), create(harness, "b", retention_ms="5")
    harness.broker.topics.set_broker_configs("", {"log.retention.ms": "9"}, harness.now_ms)
    assert (a.settings.retention_ms, b.settings.retention_ms) == (9, 5)
    harness.broker.topics.set_broker_configs("1", {"log.retention.ms": "8"}, harness.now_ms)
    assert (a.settings.retention_ms, b.settings.retention_ms) == (8, 5)
    assert create(harness, "c").settings.retention_ms == 8
    harness.broker.topics.set_broker_configs("1", {}, harness.now_ms)
    assert a.settings.retention_ms == 9


@pytest.mark.parametrize(
    "settings_of_broker",
    [
        {"log.retention.ms": "soon"},
        {"node.id": "5"},
        {"log.cleaner.min.compaction.lag.ms": "9", "log.cleaner.max.compaction.lag.ms": "8"},
        {"log.cleaner.min.compaction.lag.ms": "9"},
    ],
)
def test_settings_of_brokers_that_no_topic_could_live_with_change_nothing(
    harness: Harness, settings_of_broker: dict[str, str]
) -> None:
    topic = create(harness, "a", max_compaction_lag_ms="8")
    topics = harness.broker.topics
    before = dict(topic.settings)
    assert refusal(lambda: topics.check_broker_configs("", settings_of_broker)) == ErrorCode.INVALID_REQUEST
    assert refusal(lambda: topics.set_broker_configs("", settings_of_broker, 0)) == ErrorCode.INVALID_REQUEST
    assert dict(topic.settings) == before
    assert topics.broker_configs.dynamic.get("", {}) == {}


def test_settings_of_brokers_that_a_new_topic_could_not_live_with_are_refused_before_there_is_a_topic(
    harness: Harness,
) -> None:
    lags = {"log.cleaner.min.compaction.lag.ms": "9", "log.cleaner.max.compaction.lag.ms": "8"}
    topics = harness.broker.topics
    assert refusal(lambda: topics.set_broker_configs("", lags, 0)) == ErrorCode.INVALID_REQUEST
    create(harness, "a")


# Deleting


def test_a_deleted_topic_is_gone_and_a_new_one_of_its_name_inherits_nothing(harness: Harness) -> None:
    old = create(harness, "a", 2, retention_ms="5")
    append(harness, "a")
    told: list[str] = []
    harness.broker.topics.on_delete.append(lambda topic, _: told.append(topic.name))
    harness.broker.topics.delete("a", harness.now_ms)
    assert told == ["a"]
    assert harness.broker.topics.get("a") is harness.broker.topics.by_id(old.topic_id) is None
    assert [name for name, _ in harness.stores.names()] == [CLUSTER_METADATA]
    assert refusal(lambda: harness.broker.partition("a", 0)) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    new = create(harness, "a")
    assert new.topic_id != old.topic_id
    assert (len(new.partitions), new.configs, new.partitions[0].log_end_offset) == (1, {}, 0)


def test_a_topic_that_does_not_exist_cannot_be_deleted(harness: Harness) -> None:
    assert refusal(lambda: harness.broker.topics.delete("a", 0)) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


# Crashes and bad disks


@pytest.mark.parametrize("end", [Harness.stop, Harness.kill, Harness.crash])
def test_what_was_persisted_is_there_after_every_end(harness: Harness, end: Callable[[Harness], None]) -> None:
    create(harness, "a", 2, retention_ms="5")
    create(harness, "b")
    create(harness, "c")
    topics = harness.broker.topics
    topics.delete("b", harness.now_ms)
    topics.add_partitions("a", 3, harness.now_ms)
    topics.set_topic_configs("c", {"segment.ms": "6"}, harness.now_ms)
    topics.set_broker_configs("", {"log.retention.ms": "9"}, harness.now_ms)
    topics.set_broker_configs("1", {"message.max.bytes": "99"}, harness.now_ms)
    harness.broker.persist()
    before = picture(harness)
    end(harness)
    harness.restart()
    assert picture(harness) == before
    c = harness.broker.topics.get("c")
    assert c is not None
    assert (c.settings.segment_ms, c.settings.retention_ms, c.settings.max_message_bytes) == (6, 9, 99)
    assert refusal(lambda: create(harness, "a")) == ErrorCode.TOPIC_ALREADY_EXISTS


def test_a_deletion_that_a_crash_cut_short_is_finished_at_the_next_start() -> None:
    stores = BadDisks()
    harness = Harness(stores=stores)
    create(harness, "a", 2)
    append(harness, "a")
    stores.undeletable = {("a", 1)}
    harness.broker.topics.delete("a", harness.now_ms)
    harness.broker.persist()
    assert harness.broker.topics.get("a") is None
    assert refusal(lambda: create(harness, "a")) == ErrorCode.KAFKA_STORAGE_ERROR
    stores.undeletable = set()
    harness.kill()
    harness.restart()
    assert harness.broker.topics.get("a") is None
    assert [name for name, _ in stores.names()] == [CLUSTER_METADATA]
    assert create(harness, "a").partitions[0].log_end_offset == 0


def test_a_topic_keeps_its_records_if_its_deletion_cannot_be_recorded(harness: Harness) -> None:
    create(harness, "a")
    append(harness, "a")
    harness.stores.stores[CLUSTER_METADATA, 0].failing = True
    assert refusal(lambda: harness.broker.topics.delete("a", harness.now_ms)) == ErrorCode.KAFKA_STORAGE_ERROR
    assert harness.broker.topics.get("a") is not None
    harness.stores.stores[CLUSTER_METADATA, 0].failing = False
    harness.kill()
    harness.restart()
    assert harness.broker.partition("a", 0).log_end_offset == 1


def test_a_deletion_is_recorded_for_good_before_the_records_go() -> None:
    stores = BadDisks()
    harness = Harness(stores=stores)
    create(harness, "a")
    append(harness, "a")
    stores.undeletable = {("a", 0)}
    harness.broker.topics.delete("a", harness.now_ms)
    harness.crash()  # the driver has persisted nothing since
    harness.restart()
    assert harness.broker.topics.get("a") is None


def test_a_topic_whose_logs_cannot_be_opened_leaves_nothing_behind() -> None:
    stores = BadDisks()
    harness = Harness(stores=stores)
    stores.unopenable = {("a", 1)}
    assert refusal(lambda: create(harness, "a", 2)) == ErrorCode.KAFKA_STORAGE_ERROR
    harness.broker.persist()
    assert harness.broker.topics.get("a") is None
    assert [name for name, _ in stores.names()] == [CLUSTER_METADATA]
    stores.unopenable = set()
    harness.kill()
    harness.restart()
    assert harness.broker.topics.get("a") is None
    create(harness, "a", 2)


def test_partitions_that_cannot_be_opened_leave_nothing_behind() -> None:
    stores = BadDisks()
    harness = Harness(stores=stores)
    create(harness, "a", 1)
    append(harness, "a")
    stores.unopenable = {("a", 2)}
    before = picture(harness)
    topics = harness.broker.topics
    assert refusal(lambda: topics.add_partitions("a", 3, harness.now_ms)) == ErrorCode.KAFKA_STORAGE_ERROR
    harness.broker.persist()
    assert picture(harness) == before
    stores.unopenable = set()
    harness.kill()
    harness.restart()
    assert picture(harness) == before
    assert harness.broker.partition("a", 0).log_end_offset == 1


STEPS = st.one_of(
    st.tuples(st.just("create"), st.sampled_from("ab"), st.integers(1, 3)),
    st.tuples(st.just("grow"), st.sampled_from("ab"), st.integers(1, 4)),
    st.tuples(st.just("configure"), st.sampled_from("ab"), st.sampled_from([1, 2])),
    st.tuples(st.just("delete"), st.sampled_from("ab"), st.just(0)),
    st.tuples(st.just("restart"), st.just(""), st.sampled_from([0, 1])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_every_history_of_topics_survives_restarts_and_no_id_comes_twice(steps: list[tuple[str, str, int]]) -> None:
    harness = Harness(BrokerConfig())
    model: dict[str, tuple[bytes, int, dict[str, str]]] = {}
    used: set[bytes] = set()
    for step, name, number in steps:
        topics = harness.broker.topics
        try:
            if step == "create":
                topic_id = topics.create(name, number, now_ms=harness.now_ms).topic_id
                assert topic_id not in used
                used.add(topic_id)
                model[name] = (topic_id, number, {})
            elif step == "grow":
                topics.add_partitions(name, number, harness.now_ms)
                model[name] = (model[name][0], number, model[name][2])
            elif step == "configure":
                topics.set_topic_configs(name, {"retention.ms": str(number)}, harness.now_ms)
                model[name] = (*model[name][:2], {"retention.ms": str(number)})
            elif step == "delete":
                topics.delete(name, harness.now_ms)
                del model[name]
            else:
                harness.broker.persist()
                (harness.kill if number else harness.crash)()
                harness.restart()
        except KafkaError as refused:
            assert refused.code in {36, 3, 37}
        assert picture(harness).topics == model
