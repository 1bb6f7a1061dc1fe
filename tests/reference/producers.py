"""Transactional producers that speak bytes to a `Harness`, one for each of the two transaction protocols.

producer = Producer(cluster, "t", TV1)     adds partitions beforehand, one epoch for all transactions
producer = Producer(cluster, "t", TV2)     KIP-890: Produce and TxnOffsetCommit add, each EndTxn bumps the epoch
producer.init()                            the error codes of requests are answers, 0 is success
producer.send("topic", 0, b"value")
producer.commit()                          or abort()

`visible(cluster, "topic", 0)` is what a read_committed reader delivers of a partition.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nilometer_reference.broker.partition import IsolationLevel
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.messages.add_offsets_to_txn import AddOffsetsToTxnRequest
from nilometer_reference.wire.messages.add_partitions_to_txn import AddPartitionsToTxnRequest, AddPartitionsToTxnTopic
from nilometer_reference.wire.messages.end_txn import EndTxnRequest
from nilometer_reference.wire.messages.init_producer_id import InitProducerIdRequest
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from nilometer_reference.wire.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from nilometer_reference.wire.record_encoding import (
    EndTransactionMarker,
    Record,
    decode_control_record,
    decode_records,
    encode_batch,
)
from nilometer_reference.wire.records import Batch, split_batches
from tests.reference.harness import Client, Harness


@dataclass(frozen=True)
class Versions:
    """The versions of one kind of client. `adds` is false where Produce and TxnOffsetCommit do it."""

    name: str
    init: int
    add: int
    produce: int
    offset_commit: int
    end: int
    adds: bool


TV1 = Versions("TV1", 4, 3, 10, 3, 4, adds=True)
"""librdkafka, and Java before 4.0."""
TV2 = Versions("TV2", 5, 3, 12, 5, 5, adds=False)
"""Java from 4.0 on, and franz-go."""


class Producer:
    """One instance of a producer with a transactional id, which may be fenced by another one."""

    def __init__(self, cluster: Harness, transactional_id: str, versions: Versions, timeout_ms: int = 60_000) -> None:
        self._cluster = cluster
        self._client: Client | None = None
        self.transactional_id = transactional_id
        self.versions = versions
        self.timeout_ms = timeout_ms
        self.producer_id = -1
        self.producer_epoch = -1
        self.sequences: Counter[tuple[str, int]] = Counter()

    @property
    def client(self) -> Client:
        """Its connection, a new one if the broker has closed the last."""
        if self._client is None or self._client.is_closed:
            self._client = self._cluster.client()
        return self._client

    @property
    def identity(self) -> tuple[int, int]:
        return self.producer_id, self.producer_epoch

    def init(self, *, keep_identity: bool = False) -> int:
        """InitProducerId, with the present identity if it is to be kept (KIP-360)."""
        request = InitProducerIdRequest(self.transactional_id, self.timeout_ms)
        if keep_identity:
            request.producer_id, request.producer_epoch = self.identity
        response = self.client.ask(request, self.versions.init)
        if not response.error_code:
            self._take(response.producer_id, response.producer_epoch)
        return int(response.error_code)

    def _take(self, producer_id: int, producer_epoch: int) -> None:
        if (producer_id, producer_epoch) != self.identity:
            self.producer_id, self.producer_epoch = producer_id, producer_epoch
            self.sequences.clear()

    def add(self, topic: str, *indexes: int) -> int:
        """AddPartitionsToTxn; the code of the first partition."""
        request = AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self.transactional_id,
            v3_and_below_producer_id=self.producer_id,
            v3_and_below_producer_epoch=self.producer_epoch,
            v3_and_below_topics=[AddPartitionsToTxnTopic(topic, list(indexes))],
        )
        response = self.client.ask(request, self.versions.add)
        return int(response.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code)

    def batch(self, *values: bytes, base_sequence: int = 0) -> bytes:
        """A transactional batch with the present identity."""
        return encode_batch(
            [Record(-1, self._cluster.now_ms, None, value) for value in values],
            producer_id=self.producer_id,
            producer_epoch=self.producer_epoch,
            base_sequence=base_sequence,
            transactional=True,
        )

    def produce(self, topic: str, index: int, batch: bytes) -> int:
        """Produce, as it is."""
        request = ProduceRequest(
            self.transactional_id,
            -1,
            1_000,
            [TopicProduceData(topic, partition_data=[PartitionProduceData(index, batch)])],
        )
        response = self.client.ask(request, self.versions.produce)
        return int(response.responses[0].partition_responses[0].error_code)

    def send(self, topic: str, index: int, *values: bytes) -> int:
        """What a client does for the next records of a partition; the first code that is not 0."""
        if self.versions.adds and (code := self.add(topic, index)):
            return code
        sequence = self.sequences[topic, index]
        code = self.produce(topic, index, self.batch(*values, base_sequence=sequence))
        if not code:
            self.sequences[topic, index] = sequence + len(values)
        return code

    def add_offsets(self, group_id: str) -> int:
        """AddOffsetsToTxn."""
        request = AddOffsetsToTxnRequest(self.transactional_id, self.producer_id, self.producer_epoch, group_id)
        return int(self.client.ask(request, 3).error_code)

    def offset_commit(self, group_id: str, topic: str, index: int, offset: int, **member: object) -> int:
        """TxnOffsetCommit, as it is."""
        request = TxnOffsetCommitRequest(
            self.transactional_id,
            group_id,
            self.producer_id,
            self.producer_epoch,
            topics=[
                TxnOffsetCommitRequestTopic(topic, [TxnOffsetCommitRequestPartition(index, offset, -1, "")]),
            ],
            **member,  # type: ignore[arg-type]
        )
        response = self.client.ask(request, self.versions.offset_commit)
        return int(response.topics[0].partitions[0].error_code)

    def send_offset(self, group_id: str, topic: str, index: int, offset: int) -> int:
        """What a client does for an offset of its transaction; the first code that is not 0."""
        if self.versions.adds and (code := self.add_offsets(group_id)):
            return code
        return self.offset_commit(group_id, topic, index, offset)

    def end(self, *, commit: bool, identity: tuple[int, int] | None = None) -> int:
        """EndTxn, by default with the present identity, which may be another one afterwards."""
        producer_id, producer_epoch = identity or self.identity
        request = EndTxnRequest(self.transactional_id, producer_id, producer_epoch, commit)
        response = self.client.ask(request, self.versions.end)
        if not response.error_code and not self.versions.adds:
            self._take(response.producer_id, response.producer_epoch)
        return int(response.error_code)

    def commit(self) -> int:
        return self.end(commit=True)

    def abort(self) -> int:
        return self.end(commit=False)


def batches(
    cluster: Harness, topic: str, index: int, isolation_level: int = 0
) -> tuple[list[Batch], list[tuple[int, int]]]:
    """All batches that a reader of that isolation level is handed, and the aborted transactions beside them."""
    partition = cluster.broker.partition(topic, index)
    found: list[Batch] = []
    aborted: list[tuple[int, int]] = []
    offset = partition.log_start_offset
    while (result := partition.read(offset, 1 << 20, isolation_level)).size:
        data = join(result.records.chunks) if not isinstance(result.records, bytes) else result.records  # type: ignore[union-attr]
        found += split_batches(data)
        aborted += [each for each in result.aborted or () if each not in aborted]
        offset = found[-1].header.next_offset
    return found, aborted


def visible(cluster: Harness, topic: str, index: int) -> list[bytes | None]:
    """The values that a read_committed reader delivers, by the standard filter (KIP-98)."""
    found, aborted = batches(cluster, topic, index, IsolationLevel.READ_COMMITTED)
    waiting = sorted(aborted, key=lambda each: each[1])
    dropping: set[int] = set()
    values: list[bytes | None] = []
    for batch in found:
        header = batch.header
        while waiting and waiting[0][1] <= header.last_offset:
            dropping.add(waiting.pop(0)[0])
        if header.is_control:
            marker = decode_control_record(decode_records(batch)[0])
            if marker is not None and not marker.commit:
                dropping.discard(header.producer_id)
        elif not (header.is_transactional and header.producer_id in dropping):
            values += [record.value for record in decode_records(batch)]
    return values


def markers(cluster: Harness, topic: str, index: int) -> list[tuple[int, int, bool]]:
    """(producer id, epoch, commit) of every marker of a partition, in order."""
    found = []
    for batch in batches(cluster, topic, index)[0]:
        if batch.header.is_control:
            marker = decode_control_record(decode_records(batch)[0])
            assert isinstance(marker, EndTransactionMarker)
            found.append((batch.header.producer_id, batch.header.producer_epoch, marker.commit))
    return found


def committed_offset(
    cluster: Harness, group_id: str, topic: str, index: int, *, stable: bool = False
) -> tuple[int, int]:
    """(offset, error code) of OffsetFetch; offset -1 for none."""
    group = OffsetFetchRequestGroup(group_id, topics=[OffsetFetchRequestTopics(topic, partition_indexes=[index])])
    response = cluster.client().ask(OffsetFetchRequest(groups=[group], require_stable=stable), 8)
    found = response.groups[0].topics[0].partitions[0]
    return found.committed_offset, found.error_code
