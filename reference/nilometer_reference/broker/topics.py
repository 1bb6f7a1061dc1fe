"""Topics: their names, ids, settings and partitions, and how all that survives the process.

    create     plan ─> record {id, partitions, configs} ─> open the logs
    alter      decide ─> record ─> new settings in force, in the same `TopicSettings`
    delete     record "deleting", durable ─> remove the logs ─> record's tombstone
    load       replay the records ─> open the logs; then `finish_deletions` of what was cut short

What is recorded counts: a crash between a record and the logs leaves logs to be opened empty, or removed,
at load, so that a topic of the same name never inherits anything (KIP-516). What cannot be opened is taken back,
record and all: an error means that nothing has happened. The records are `topic_records.py`'s, in partition 0 of a
compacted journal.

Sources: `ReplicationControlManager.java`, `Uuid.java`; KIP-516.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from nilometer_reference.broker import topic_records
from nilometer_reference.broker.broker_configs import BrokerConfigs
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.config_keys import Value
from nilometer_reference.broker.internal_topics import internal_topic
from nilometer_reference.broker.journal import Journal
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.topic_configs import TopicSettings, check_topic_configs, is_topic_config
from nilometer_reference.broker.topic_names import (
    CLUSTER_METADATA,
    CONSUMER_OFFSETS,
    INTERNAL,
    TRANSACTION_STATE,
    check_topic_name,
    metric_name,
)
from nilometer_reference.broker.topic_records import TopicRecord, broker_entry, topic_entry
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.uuids import ZERO_UUID, uuid_text

__all__ = [
    "CLUSTER_METADATA",
    "CONSUMER_OFFSETS",
    "INTERNAL",
    "PARTITIONS_MAX",
    "RECORDS_MAX",
    "TRANSACTION_STATE",
    "NewTopic",
    "Topic",
    "Topics",
    "check_size_of_request",
    "check_topic_name",
    "random_topic_id",
]

logger = logging.getLogger(__name__)

PARTITIONS_MAX: Final = 10_000
"""Most partitions that one request may ask for (Kafka: MAX_PARTITIONS_PER_BATCH)."""

RECORDS_MAX: Final = 10_000
"""Most metadata records of Kafka that one request may make: one for each topic, partition and setting
(MAX_RECORDS_PER_USER_OP). Ours are fewer; the limit is what a client sees."""

OpenPartition = Callable[[str, bytes, int, Mapping[str, str], int], Partition]
"""(topic, topic id, index, settings in force, now_ms): open the log, new or as it was left. The mapping is
the topic's `TopicSettings`: it stays the same object while its values change."""
RemovePartition = Callable[[Partition, int], None]
"""(partition, now_ms): delete the log and answer who waits for it."""


@dataclass(eq=False, slots=True)
class Topic:
    """A topic that exists. `configs` are its own settings; `settings` are those in force."""

    name: str
    topic_id: bytes
    configs: Mapping[str, str]
    settings: TopicSettings
    partitions: list[Partition] = field(default_factory=list)

    @property
    def is_internal(self) -> bool:
        return self.name in INTERNAL

    def partition(self, index: int) -> Partition | None:
        """None if the topic has no partition of that index."""
        return self.partitions[index] if 0 <= index < len(self.partitions) else None


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic that may be created, as `Topics.plan` found: its own settings, and the values in force."""

    name: str
    topic_id: bytes
    configs: Mapping[str, str]
    values: Mapping[str, Value]

    def record_count(self, partition_count: int) -> int:
        """Metadata records that Kafka would write of it, see `RECORDS_MAX`."""
        return 1 + partition_count + len(self.configs)


def random_topic_id(chance: Callable[[int], bytes]) -> bytes:
    """A version 4 UUID that neither is reserved nor prints with a leading `-`, which tools take for an option."""
    while True:
        drawn = bytearray(chance(16))
        drawn[6] = drawn[6] & 0x0F | 0x40
        drawn[8] = drawn[8] & 0x3F | 0x80
        if not uuid_text(bytes(drawn)).startswith("-"):
            return bytes(drawn)


class Topics:
    """All topics of a broker, and the dynamic settings of brokers that stand behind theirs."""

    def __init__(
        self,
        config: BrokerConfig,
        journal: Journal,
        *,
        chance: Callable[[int], bytes],
        open_partition: OpenPartition,
        remove_partition: RemovePartition,
    ) -> None:
        """What `journal.append` has taken must survive a crash when it returns."""
        self.broker_configs = BrokerConfigs(config)
        self.on_delete: list[Callable[[Topic, int], None]] = []
        """Called with (topic, now_ms) when a topic and its logs are gone: offsets of groups must go too."""
        self._config = config
        self._journal = journal
        self._chance = chance
        self._open_partition = open_partition
        self._remove_partition = remove_partition
        self._by_name: dict[str, Topic] = {}
        self._by_id: dict[bytes, Topic] = {}
        self._by_metric_name: dict[str, dict[str, Topic]] = {}
        self._half_deleted: dict[str, Topic] = {}
        """Recorded as being deleted while their logs are still there: nobody may inherit them."""

    def get(self, name: str) -> Topic | None:
        return self._by_name.get(name)

    def by_id(self, topic_id: bytes) -> Topic | None:
        return self._by_id.get(topic_id)

    def all(self) -> Iterable[Topic]:
        """In the order of their names. The list is a copy: topics may come and go while it is read."""
        return [self._by_name[name] for name in sorted(self._by_name)]

    # Creating

    def check_new(self, name: str, configs: Mapping[str, str]) -> dict[str, Value]:
        """Whether `create` may, touching nothing: the settings that would be in force.

        Raises INVALID_REQUEST (42) for `__cluster_metadata`, TOPIC_ALREADY_EXISTS (36),
        INVALID_TOPIC_EXCEPTION (17), INVALID_CONFIG (40), in this order; and KAFKA_STORAGE_ERROR (56) where the logs
        of a former topic could not be deleted.
        """
        if name == CLUSTER_METADATA:
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Creation of internal topic {name} is prohibited.")
        if name in self._by_name:
            raise KafkaError(ErrorCode.TOPIC_ALREADY_EXISTS, f"Topic '{name}' already exists.")
        if name in self._half_deleted:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, f"The logs of a former topic '{name}' are still there.")
        check_topic_name(name)
        for other in self._by_metric_name.get(metric_name(name), ()):
            raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"Topic '{name}' collides with existing topic: {other}")
        return check_topic_configs(configs, self.broker_configs.value)

    def plan(self, name: str, configs: Mapping[str, str]) -> NewTopic:
        """What `add` would create, touching nothing. Raises what `check_new` raises."""
        values = self.check_new(name, configs)
        return NewTopic(name, self._new_id(), dict(configs), values)

    def add(self, new: NewTopic, partition_count: int, now_ms: int) -> Topic:
        """Create what was planned since the last change. Raises KafkaError if the storage fails; nothing is left."""
        assert 1 <= partition_count <= PARTITIONS_MAX
        assert new.name not in self._by_name
        assert new.topic_id not in self._by_id
        assert new.topic_id != ZERO_UUID
        topic = Topic(new.name, new.topic_id, new.configs, TopicSettings(new.values))
        self._record_topic(topic, partition_count, now_ms)
        try:
            self._open(topic, partition_count, now_ms)
        except KafkaError:
            self._remove(topic, now_ms)
            raise
        self._keep(topic)
        return topic

    def create(
        self, name: str, partition_count: int, *, configs: Mapping[str, str] | None = None, now_ms: int
    ) -> Topic:
        """`plan` and `add` in one. Raises what `check_new` raises, INVALID_PARTITIONS (37), POLICY_VIOLATION (44)."""
        new = self.plan(name, configs or {})
        if partition_count < 1:
            raise KafkaError(ErrorCode.INVALID_PARTITIONS, f"{partition_count=} of topic '{name}'")
        check_size_of_request(new.record_count(partition_count))
        return self.add(new, partition_count, now_ms)

    def ensure_internal(self, name: str, now_ms: int) -> Topic:
        """The internal topic of that name, created at its first use. Raises KafkaError."""
        topic = self._by_name.get(name)
        if topic is None:
            partition_count, configs = internal_topic(name, self._config)
            topic = self.create(name, partition_count, configs=configs, now_ms=now_ms)
        return topic

    # Changing and deleting

    def delete(self, name: str, now_ms: int) -> None:
        """Raises UNKNOWN_TOPIC_OR_PARTITION (3), and KAFKA_STORAGE_ERROR (56) if it cannot be recorded."""
        topic = self._known(name)
        # Durable before the logs go, else a crash could leave the topic, under its id, without its records.
        self._record_topic(topic, len(topic.partitions), now_ms, is_deleting=True)
        del self._by_name[name]
        del self._by_id[topic.topic_id]
        del self._by_metric_name[metric_name(name)][name]
        self._finish_deletion(topic, now_ms)

    def check_add_partitions(self, name: str, partition_count: int) -> int:
        """Whether the topic may have `partition_count` partitions in all, touching nothing: how many more that is.

        Raises UNKNOWN_TOPIC_OR_PARTITION (3), INVALID_PARTITIONS (37) if it has as many or more already, and
        POLICY_VIOLATION (44) if those are more than one request may create.
        """
        present = len(self._known(name).partitions)
        if partition_count <= present:
            raise KafkaError(
                ErrorCode.INVALID_PARTITIONS,
                f"Topic already has {present} partition(s)."
                if partition_count == present
                else f"The topic {name} currently has {present} partition(s); "
                f"{partition_count} would not be an increase.",
            )
        check_size_of_request(partition_count - present)
        return partition_count - present

    def add_partitions(self, name: str, partition_count: int, now_ms: int) -> None:
        """Let the topic have `partition_count` partitions in all. Raises what `check_add_partitions` raises, and
        KafkaError if the storage fails; nothing is left then."""
        self.check_add_partitions(name, partition_count)
        topic = self._known(name)
        present = len(topic.partitions)
        self._record_topic(topic, partition_count, now_ms)
        try:
            self._open(topic, partition_count, now_ms)
        except KafkaError:
            for partition in topic.partitions[present:]:
                self._remove_partition(partition, now_ms)
            del topic.partitions[present:]
            self._record_topic(topic, present, now_ms)
            raise

    def check_topic_configs(self, name: str, configs: Mapping[str, str]) -> dict[str, Value]:
        """Whether these may be all of the topic's own settings. Raises INVALID_CONFIG (40), then
        UNKNOWN_TOPIC_OR_PARTITION (3)."""
        values = check_topic_configs(configs, self.broker_configs.value)
        if name not in self._by_name:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"The topic '{name}' does not exist.")
        return values

    def set_topic_configs(self, name: str, configs: Mapping[str, str], now_ms: int) -> None:
        """Make these all of the topic's own settings; they are in force at once. Raises codes 40 and 3."""
        values = self.check_topic_configs(name, configs)
        topic = self._known(name)
        if dict(configs) == topic.configs:
            return
        replaced = Topic(name, topic.topic_id, dict(configs), topic.settings, topic.partitions)
        self._record_topic(replaced, len(topic.partitions), now_ms)
        topic.configs = replaced.configs
        topic.settings.replace(values)

    def check_broker_configs(self, resource: str, configs: Mapping[str, str]) -> dict[Topic, dict[str, Value]]:
        """Whether these may be all of the dynamic settings of a broker ("" for every broker): what would be in
        force of each topic. Raises INVALID_REQUEST (42), also if no topic could live with them (KAFKA-13609)."""
        self.broker_configs.check(configs)
        default = self.broker_configs.with_dynamic(resource, configs).value
        try:
            check_topic_configs({}, default)
            return {topic: check_topic_configs(topic.configs, default) for topic in self.all()}
        except KafkaError as error:
            raise KafkaError(ErrorCode.INVALID_REQUEST, error.message) from error

    def set_broker_configs(self, resource: str, configs: Mapping[str, str], now_ms: int) -> None:
        """Make these all of the dynamic settings of a broker, in force at once. Raises INVALID_REQUEST (42)."""
        values = self.check_broker_configs(resource, configs)
        self._journal.append(0, [broker_entry(resource, configs)], now_ms)
        self.broker_configs.dynamic[resource] = dict(configs)
        for topic, in_force in values.items():
            topic.settings.replace(in_force)

    # The records

    def load(self, now_ms: int) -> None:
        """Bring back what was recorded. Once, before anything else."""
        assert not self._by_name
        recorded = topic_records.read(self._journal.replay(0))
        self.broker_configs.dynamic.update(recorded.brokers)
        for name, record in recorded.topics.items():
            # A setting that this version no longer has is passed over, as Kafka does when it replays.
            configs = {key: text for key, text in record.configs.items() if is_topic_config(key)}
            settings = TopicSettings(check_topic_configs(configs, self.broker_configs.value))
            topic = Topic(name, record.topic_id, configs, settings)
            self._open(topic, record.partition_count, now_ms)
            if record.is_deleting:
                self._half_deleted[name] = topic
            else:
                self._keep(topic)

    def finish_deletions(self, now_ms: int) -> None:
        """Go on with deletions that a crash cut short. Once, when all is loaded that listens to `on_delete`."""
        for topic in list(self._half_deleted.values()):
            self._finish_deletion(topic, now_ms)

    def _record_topic(self, topic: Topic, partition_count: int, now_ms: int, *, is_deleting: bool = False) -> None:
        record = TopicRecord(topic.topic_id, partition_count, topic.configs, is_deleting)
        self._journal.append(0, [topic_entry(topic.name, record)], now_ms)

    def _keep(self, topic: Topic) -> None:
        self._by_name[topic.name] = self._by_id[topic.topic_id] = topic
        self._by_metric_name.setdefault(metric_name(topic.name), {})[topic.name] = topic

    def _open(self, topic: Topic, partition_count: int, now_ms: int) -> None:
        for index in range(len(topic.partitions), partition_count):
            topic.partitions.append(self._open_partition(topic.name, topic.topic_id, index, topic.settings, now_ms))

    def _finish_deletion(self, topic: Topic, now_ms: int) -> None:
        """The deletion is recorded: the topic is gone, whatever becomes of its files."""
        self._half_deleted[topic.name] = topic
        try:
            self._remove(topic, now_ms)
            del self._half_deleted[topic.name]
        except KafkaError:
            logger.exception("logs of %s are left for the next start to delete", topic.name)
        for call in self.on_delete:
            call(topic, now_ms)

    def _remove(self, topic: Topic, now_ms: int) -> None:
        for partition in topic.partitions:
            self._remove_partition(partition, now_ms)
        self._journal.append(0, [topic_entry(topic.name, None)], now_ms)

    def _known(self, name: str) -> Topic:
        topic = self._by_name.get(name)
        if topic is None:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.")
        return topic

    def _new_id(self) -> bytes:
        while True:
            topic_id = random_topic_id(self._chance)
            if topic_id not in self._by_id:
                return topic_id


def check_size_of_request(record_count: int) -> None:
    """Whether one request may make so many metadata records. Raises POLICY_VIOLATION (44)."""
    if record_count > RECORDS_MAX:
        raise KafkaError(
            ErrorCode.POLICY_VIOLATION,
            f"Excessively large number of partitions per request: {record_count=} of {RECORDS_MAX}.",
        )
