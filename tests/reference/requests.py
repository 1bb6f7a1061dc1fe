"""Short ways to write the requests of the data path in tests, and to ask for one partition at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nilometer_reference.wire.chunks import RecordChunks, Records, join
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchRequest, FetchTopic, PartitionData
from nilometer_reference.wire.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from nilometer_reference.wire.messages.metadata import MetadataRequest, MetadataRequestTopic
from nilometer_reference.wire.messages.produce import (
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    TopicProduceData,
)
from nilometer_reference.wire.record_encoding import Record, decode_records, encode_batch
from nilometer_reference.wire.records import Batch, split_batches
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import START_MS, Client, Harness

PRODUCE_VERSION_WITH_IDS = 13
FETCH_VERSION_WITH_IDS = 13


def batch(count: int = 1, *, timestamp: int = START_MS, key: bytes | None = None, **fields: Any) -> bytes:
    """A batch of small records, with the fields of `encode_batch`."""
    return encode_batch([Record(-1, timestamp, key, b"value") for _ in range(count)], **fields)


def make_topic(harness: Harness, name: str = "t", partitions: int = 1, **configs: str) -> bytes:
    """A topic as an administrator would create it; answers its id. Settings with `_` for `.`."""
    named = {key.replace("_", "."): value for key, value in configs.items()}
    topic = harness.broker.topics.create(name, partitions, configs=named, now_ms=harness.now_ms)
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    return topic.topic_id


def produce_request(
    *sets: tuple[str, int, Records | None],
    acks: int = -1,
    transactional_id: str | None = None,
    topic_ids: dict[str, bytes] | None = None,
) -> ProduceRequest:
    """(topic, partition, record set) each."""
    ids = topic_ids or {}
    return ProduceRequest(
        transactional_id=transactional_id,
        acks=acks,
        timeout_ms=1000,
        topic_data=[
            TopicProduceData(topic, ids.get(topic, ZERO_UUID), [PartitionProduceData(index, records)])
            for topic, index, records in sets
        ],
    )


def produce(
    client: Client,
    records: Records | None,
    *,
    topic: str = "t",
    index: int = 0,
    version: int = 9,
    acks: int = -1,
    transactional_id: str | None = None,
    topic_id: bytes = ZERO_UUID,
) -> PartitionProduceResponse:
    """Produce one record set."""
    request = produce_request(
        (topic, index, records), acks=acks, transactional_id=transactional_id, topic_ids={topic: topic_id}
    )
    answer: PartitionProduceResponse = client.ask(request, version).responses[0].partition_responses[0]
    assert answer.index == index
    return answer


def fetch_request(
    *positions: tuple[str | bytes, int, int],
    max_wait_ms: int = 0,
    min_bytes: int = 1,
    max_bytes: int = 1 << 25,
    partition_max_bytes: int = 1 << 20,
    leader_epoch: int = -1,
    last_fetched_epoch: int = -1,
    **fields: Any,
) -> FetchRequest:
    """(topic name or id, partition, offset) each."""
    return FetchRequest(
        max_wait_ms=max_wait_ms,
        min_bytes=min_bytes,
        max_bytes=max_bytes,
        topics=[
            FetchTopic(
                **({"topic": topic} if isinstance(topic, str) else {"topic_id": topic}),
                partitions=[
                    FetchPartition(
                        partition=index,
                        fetch_offset=offset,
                        partition_max_bytes=partition_max_bytes,
                        current_leader_epoch=leader_epoch,
                        last_fetched_epoch=last_fetched_epoch,
                    )
                ],
            )
            for topic, index, offset in positions
        ],
        **fields,
    )


def fetch(
    client: Client, offset: int, *, topic: str | bytes = "t", index: int = 0, version: int = 12, **fields: Any
) -> PartitionData:
    """Fetch one partition."""
    response = client.ask(fetch_request((topic, index, offset), **fields), version)
    assert response.error_code == 0
    answer: PartitionData = response.responses[0].partitions[0]
    assert answer.partition_index == index
    return answer


def batches_of(data: PartitionData) -> list[Batch]:
    """The whole batches that a fetch gave."""
    assert data.records is not None
    records = join(data.records.chunks) if isinstance(data.records, RecordChunks) else data.records
    return list(split_batches(records, drop_partial_tail=True))


def offsets_of(data: PartitionData) -> list[int]:
    """Offsets of the records that a fetch gave, control records too."""
    return [record.offset for one in batches_of(data) for record in decode_records(one)]


def list_offset(
    client: Client,
    timestamp: int,
    *,
    topic: str = "t",
    index: int = 0,
    version: int = 11,
    isolation_level: int = 0,
    leader_epoch: int = -1,
    replica_id: int = -1,
) -> ListOffsetsPartitionResponse:
    """Ask for one offset."""
    request = ListOffsetsRequest(
        replica_id=replica_id,
        isolation_level=isolation_level,
        topics=[ListOffsetsTopic(topic, [ListOffsetsPartition(index, leader_epoch, timestamp)])],
    )
    answer: ListOffsetsPartitionResponse = client.ask(request, version).topics[0].partitions[0]
    return answer


def metadata_request(*topics: str | bytes, **fields: Any) -> MetadataRequest:
    """Topics by name or by id."""
    return MetadataRequest(
        topics=[
            MetadataRequestTopic(name=topic) if isinstance(topic, str) else MetadataRequestTopic(topic, None)
            for topic in topics
        ],
        **fields,
    )


def error_codes(answers: Sequence[PartitionProduceResponse]) -> list[int]:
    return [answer.error_code for answer in answers]
