"""`_schemas` on any Kafka-compatible broker: one partition, compacted, written with acks=all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from nilometer_reference.registry.kafka import BrokerGone, BrokerRefused, Cluster
from nilometer_reference.wire.chunks import RecordChunks, join
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_topics import CreatableTopic, CreatableTopicConfig, CreateTopicsRequest
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from nilometer_reference.wire.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from nilometer_reference.wire.record_encoding import Record, decode_records, encode_batch
from nilometer_reference.wire.records import split_batches

TOPIC: Final = "_schemas"
POLL_MS: Final = 500
FETCH_BYTES: Final = 1 << 22
CREATE_TIMEOUT_MS: Final = 15_000
REPLICAS_MAX: Final = 3


class TopicUnusable(Exception):
    """The topic is there, and not as it has to be."""


class Entry(NamedTuple):
    """A record of the topic."""

    offset: int
    key: bytes | None
    value: bytes | None


class SchemasTopic:
    """Reads and writes; each side has connections of its own, so that a long poll holds up no write."""

    def __init__(self, bootstrap: str, name: str = TOPIC) -> None:
        self.name = name
        self._reader = Cluster(bootstrap)
        self._writer = Cluster(bootstrap)

    def prepare(self) -> None:
        """Make the topic if it is not there. Raises TopicUnusable, BrokerGone, BrokerRefused."""
        answer = self._writer.metadata(self.name)
        (found,) = answer.topics
        if found.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            self._create(min(REPLICAS_MAX, len(answer.brokers)))
        elif found.error_code:
            raise BrokerRefused(f"Metadata of {self.name}", found.error_code)
        elif len(found.partitions) != 1:
            raise TopicUnusable(f"{self.name} has {len(found.partitions)} partitions; a registry needs exactly one")

    def _create(self, replicas: int) -> None:
        configs = [CreatableTopicConfig("cleanup.policy", "compact")]
        request = CreateTopicsRequest([CreatableTopic(self.name, 1, replicas, configs=configs)], CREATE_TIMEOUT_MS)
        (made,) = self._writer.any().call(request, 6).topics
        if made.error_code not in (0, ErrorCode.TOPIC_ALREADY_EXISTS):
            raise BrokerRefused(f"CreateTopics of {self.name}", made.error_code)

    def append(self, writes: Sequence[tuple[bytes, bytes | None]]) -> int:
        """One batch, all or nothing; the offset of its last record. Raises BrokerGone, BrokerRefused."""
        now_ms = int(time.time() * 1000)
        batch = encode_batch([Record(-1, now_ms, key, value) for key, value in writes])
        part = PartitionProduceData(0, batch)
        request = ProduceRequest(acks=-1, timeout_ms=CREATE_TIMEOUT_MS, topic_data=[TopicProduceData(self.name)])
        request.topic_data[0].partition_data = [part]
        try:
            answer = self._writer.leader(self.name).call(request, 9)
        except BrokerGone:
            self._writer.forget()
            raise
        (written,) = answer.responses[0].partition_responses
        if written.error_code:
            self._writer.forget()
            raise BrokerRefused(f"Produce to {self.name}", written.error_code)
        last: int = written.base_offset + len(writes) - 1
        return last

    def read(self, offset: int) -> tuple[list[Entry], int, int]:
        """Records from an offset on, the next offset, and the high watermark; waits a moment if there are none.

        Raises BrokerGone, BrokerRefused.
        """
        request = FetchRequest(
            max_wait_ms=POLL_MS, min_bytes=1, max_bytes=FETCH_BYTES,
            topics=[FetchTopic(topic=self.name, partitions=[
                FetchPartition(0, fetch_offset=offset, partition_max_bytes=FETCH_BYTES)])],
        )  # fmt: skip
        try:
            answer = self._reader.leader(self.name).call(request, 12)
        except BrokerGone:
            self._reader.forget()
            raise
        if answer.error_code:
            raise BrokerRefused(f"Fetch of {self.name}", answer.error_code)
        (part,) = answer.responses[0].partitions
        if part.error_code:
            self._reader.forget()
            raise BrokerRefused(f"Fetch of {self.name} at {offset}", part.error_code)
        data = part.records
        found = join(data.chunks) if isinstance(data, RecordChunks) else data or b""
        entries, following = [], offset
        for batch in split_batches(found, drop_partial_tail=True):
            following = batch.header.next_offset
            if not batch.header.is_control:
                entries += [Entry(one.offset, one.key, one.value) for one in decode_records(batch)]
        return [entry for entry in entries if entry.offset >= offset], following, part.high_watermark

    def close(self) -> None:
        """No connection stays open."""
        self._reader.forget()
        self._writer.forget()
