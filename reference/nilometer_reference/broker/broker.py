"""One broker, whole: settings, time, chance, topics, coordinators and sessions, wired together.

Broker
├─ timers            everything that waits
├─ topics            names, ids, settings, partitions          (broker/topics.py)
├─ metadata_journal  where `topics` and settings are kept      (partition 0 of `__cluster_metadata`)
├─ groups            group coordinator, on `__consumer_offsets`
├─ transactions      transaction coordinator, on `__transaction_state`
├─ producer_ids      the next producer id
├─ fetch_sessions    KIP-227
└─ housekeeping      retention, compaction, flushes, at their intervals

    for its driver     unpersisted      logs that must be written before what is answered leaves
                       changed          partitions that requests may wait for; `wake_waiters` lets them look

Starting counts as a change of leader: the leader epoch of every partition is the number of earlier starts, so
that what a loss of power took is seen by consumers that had read it (KIP-320).
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Mapping
from typing import Final

from nilometer_reference.broker import tracing
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.fetch_sessions import FetchSessions
from nilometer_reference.broker.groups.coordinator import GroupCoordinator
from nilometer_reference.broker.housekeeping import Housekeeping
from nilometer_reference.broker.journal import Journal
from nilometer_reference.broker.log_configs import log_config
from nilometer_reference.broker.partition import Partition, Touched
from nilometer_reference.broker.partition_journal import (
    MetadataJournal,
    PartitionJournal,
    append_records,
    replay_records,
)
from nilometer_reference.broker.stores import Stores
from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.topic_configs import TopicSettings
from nilometer_reference.broker.topics import CLUSTER_METADATA, CONSUMER_OFFSETS, TRANSACTION_STATE, Topic, Topics
from nilometer_reference.broker.transactions.coordinator import TransactionCoordinator
from nilometer_reference.broker.transactions.producer_ids import JournaledBlocks, ProducerIds
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.log import Log
from nilometer_reference.wire.errors import ErrorCode, KafkaError

logger = logging.getLogger(__name__)

METADATA_TOPIC_ID: Final = bytes(15) + b"\x01"
"""Kafka's reserved id of `__cluster_metadata` (`Uuid.METADATA_TOPIC_ID`)."""

METADATA_CONFIGS: Final = {
    "cleanup.policy": "compact",
    "flush.messages": "1",  # what is decided here must not be decided again otherwise
    "max.message.bytes": "2147483647",
    "segment.bytes": "16777216",
}

_STARTS_KEY: Final = b"starts"
_STARTS: Final = struct.Struct(">q")


class Broker:
    """See the module's drawing. Everything that it does at a moment gets that moment as `now_ms`."""

    def __init__(
        self,
        config: BrokerConfig,
        stores: Stores,
        *,
        chance: Callable[[int], bytes],
        now_ms: int,
        tracer: tracing.Tracer | None = None,
    ) -> None:
        """Start on what `stores` hold. `chance(n)` answers n random bytes. Raises KafkaStorageError."""
        self.config = config
        self.stores = stores
        self.chance = chance
        self.timers = Timers()
        self.touched = Touched(tracer=tracer)
        self.leader_epoch = 0
        self._partitions: dict[tuple[str, int], Partition] = {}
        self._by_log: dict[Log, Partition] = {}
        self.housekeeping = Housekeeping(self, now_ms)
        metadata = self._open_metadata(now_ms)
        self.metadata_journal: Journal = MetadataJournal(metadata)
        self.topics = Topics(
            config,
            self.metadata_journal,
            chance=chance,
            open_partition=self.open_partition,
            remove_partition=self.remove_partition,
        )
        self.topics.load(now_ms)
        self.producer_ids = ProducerIds(JournaledBlocks(self.metadata_journal))
        offsets = PartitionJournal(self.topics, CONSUMER_OFFSETS, config.offsets_topic_num_partitions)
        states = PartitionJournal(
            self.topics, TRANSACTION_STATE, config.transaction_state_log_num_partitions, writes_at_once=True
        )
        self.fetch_sessions = FetchSessions(config.max_incremental_fetch_session_cache_slots, chance)
        self.groups = GroupCoordinator(config, offsets, self.timers, self.topics, chance=chance)
        self.transactions = TransactionCoordinator(
            config,
            states,
            self.timers,
            self.producer_ids,
            self.write_transaction_marker,
            offsets_partition_count=lambda: offsets.partition_count,
            coordinator_epoch=lambda _partition: self.leader_epoch,
            tracer=tracer,
        )
        self.groups.load(now_ms)
        self.transactions.load(now_ms)
        self.transactions.end_hanging(self.partitions(), now_ms)
        self.topics.on_delete.append(self._topic_deleted)
        self.topics.finish_deletions(now_ms)
        self.persist()
        self._teller = tracing.GroupTeller()
        self.tell(is_loaded=True)

    # For the driver

    def tell(self, *, is_loaded: bool = False) -> None:
        """Tell the tracer, if there is one, of groups that have changed: after each request and each timer."""
        if self.touched.tracer is not None:
            self._teller.tell(self.touched.tracer, self.groups.groups(), is_loaded=is_loaded)

    @property
    def unpersisted(self) -> dict[Log, None]:
        """Logs that have taken in batches which are not written yet. Who writes them clears it."""
        return self.touched.unpersisted

    @property
    def changed(self) -> dict[Partition, None]:
        """Partitions that something has happened to since the last `wake_waiters`."""
        return self.touched.changed

    def wake_waiters(self, now_ms: int) -> None:
        """Let requests that wait for a changed partition look again."""
        changed = list(self.touched.changed)
        self.touched.changed.clear()
        for partition in changed:
            if partition.waiters:
                self._let_look(partition, now_ms)

    def storage_failed(self, log: Log, now_ms: int) -> None:
        """The log could not be written: it is offline from now on (it has noted so itself)."""
        partition = self._by_log.get(log)
        if partition is not None:
            if partition.topic == CONSUMER_OFFSETS:
                self.groups.log_failed(partition.index)
            self.touched.changed[partition] = None
            self.wake_waiters(now_ms)

    def persist(self) -> None:
        """Write every unpersisted log now: at the start, and for drivers without passes. Raises KafkaStorageError."""
        logs = list(self.touched.unpersisted)
        self.touched.unpersisted.clear()
        for log in logs:
            log.persist()

    def close(self) -> None:
        """An orderly end: every healthy log is flushed and marked as whole. The broker must not be used again."""
        for log in list(self._by_log):
            if log.offline is None:
                try:
                    log.close()
                except KafkaStorageError:
                    continue  # it will be recovered at the next start

    # Partitions

    def partition(self, topic: str, index: int) -> Partition:
        """Raises UNKNOWN_TOPIC_OR_PARTITION (3)."""
        try:
            return self._partitions[topic, index]
        except KeyError:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"{topic}-{index}") from None

    def partition_by_id(self, topic_id: bytes, index: int) -> Partition:
        """Raises UNKNOWN_TOPIC_ID (100), or UNKNOWN_TOPIC_OR_PARTITION for an index that the topic lacks."""
        topic = self.topics.by_id(topic_id)
        if topic is None:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_ID, topic_id.hex())
        return self.partition(topic.name, index)

    def partitions(self) -> list[Partition]:
        """Every partition of every topic, and no other."""
        return [self._partitions[name] for name in sorted(self._partitions)]

    def every_partition(self) -> list[Partition]:
        """The same, and that of `__cluster_metadata`."""
        return list(self._by_log.values())

    def open_partition(
        self, topic: str, topic_id: bytes, index: int, configs: Mapping[str, str], now_ms: int
    ) -> Partition:
        """Open the log of a partition, new or as it was left. `configs` is the topic's live `TopicSettings`: when
        they change, the log follows. Called by Topics."""
        assert isinstance(configs, TopicSettings)
        log = Log.open(self.stores.open(topic, index), log_config(configs, self.config), now_ms)
        partition = self._lead(topic, topic_id, index, log, configs)
        self._partitions[topic, index] = partition
        if self.touched.tracer is not None:
            tracing.opened(self.touched.tracer, partition)
        configs.on_change.append(lambda: self._follow_settings(partition))
        self.housekeeping.watch_flush(partition)
        return partition

    def remove_partition(self, partition: Partition, now_ms: int) -> None:
        """Delete the log; waiting fetches are answered. Called by Topics."""
        self._partitions.pop((partition.topic, partition.index), None)
        self._by_log.pop(partition.log, None)
        self.touched.unpersisted.pop(partition.log, None)
        self.touched.changed.pop(partition, None)
        partition.is_removed = True
        partition.log.offline = KafkaStorageError(f"{partition.topic}-{partition.index} was deleted")
        self._let_look(partition, now_ms)
        self.stores.delete(partition.topic, partition.index)

    def write_transaction_marker(
        self,
        topic: str,
        index: int,
        *,
        producer_id: int,
        producer_epoch: int,
        coordinator_epoch: int,
        commit: bool,
        transaction_version: int,
        now_ms: int,
    ) -> None:
        """Append a control batch and write it; for `__consumer_offsets` the group coordinator then applies its
        offsets. When this returns the marker outlives the process, so that the transaction may be called complete.

        Raises KafkaError.
        """
        partition = self.partition(topic, index)
        partition.write_marker(
            producer_id=producer_id,
            producer_epoch=producer_epoch,
            coordinator_epoch=coordinator_epoch,
            commit=commit,
            transaction_version=transaction_version,
            now_ms=now_ms,
        )
        partition.write_now()
        if topic == CONSUMER_OFFSETS:
            self.groups.end_transaction(index, producer_id, commit=commit)

    # Wiring

    def _topic_deleted(self, topic: Topic, now_ms: int) -> None:
        if topic.name == TRANSACTION_STATE:
            self.transactions.forget()
            self.transactions.end_hanging(self.partitions(), now_ms)

    @staticmethod
    def _let_look(partition: Partition, now_ms: int) -> None:
        for waiter in list(partition.waiters):
            try:
                waiter.look(partition, now_ms)
            except Exception:
                logger.exception("a request that waits for %s-%d failed", partition.topic, partition.index)
                partition.waiters.pop(waiter, None)

    def _follow_settings(self, partition: Partition) -> None:
        partition.log.configure(log_config(partition.settings, self.config))
        self.housekeeping.watch_flush(partition)

    def _lead(self, topic: str, topic_id: bytes, index: int, log: Log, settings: TopicSettings) -> Partition:
        node_id, epoch = self.config.node_id, self.leader_epoch
        partition = Partition(topic, topic_id, index, log, settings, self.touched, node_id, epoch, [node_id], [node_id])
        log.epochs.assign(epoch, log.log_end_offset)
        self._by_log[log] = partition
        return partition

    def _open_metadata(self, now_ms: int) -> Partition:
        """The partition in which the broker itself remembers. That it was started is remembered first."""
        settings = TopicSettings.of(METADATA_CONFIGS)
        log = Log.open(self.stores.open(CLUSTER_METADATA, 0), log_config(settings, self.config), now_ms)
        for record in replay_records(log):
            if record.key == _STARTS_KEY and record.value is not None:
                self.leader_epoch = _STARTS.unpack(record.value)[0]
        partition = self._lead(CLUSTER_METADATA, METADATA_TOPIC_ID, 0, log, settings)
        append_records(partition, [(_STARTS_KEY, _STARTS.pack(self.leader_epoch + 1))], now_ms)
        log.persist()
        return partition
