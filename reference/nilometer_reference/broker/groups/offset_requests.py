"""OffsetCommit, TxnOffsetCommit, OffsetFetch and OffsetDelete: who may, which partitions, and what is written.

    check                                commit                 transaction            delete
    topic id unknown                     100 per partition      -                      -
    topic or partition unknown           3 per partition        3 per partition        3 per partition
    nothing left                         answer                 answer                 go on
    the transaction                      -                      as its coordinator     -
    group id empty                       allowed                24                     24
    group unknown                        69 if it gives a       69 if it gives a       69
                                         generation, else made  generation, else made
    member, generation (check_commit)    25, 82, 22, 27         25, 82, 22             68 not empty, not consumers
    metadata above the limit             12 per partition       12 per partition       -
    topic is subscribed to               -                      -                      86 per partition
    append fails                         each remaining one     each remaining one     the request

An error of one partition does not stop the others. A commit of a member is also a heartbeat, in Stable and in
PreparingRebalance. In a fetch what is not known is -1, without an error, and 88 while a transaction holds the
partition and the client wants stable offsets only.

Sources: `KafkaApis.scala`, `OffsetMetadataManager.java`, `GroupCoordinatorService.java`; KIP-98, KIP-447, KIP-496,
KIP-516, KIP-709, KIP-848.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from nilometer_reference.broker.topics import Topic, Topics
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.coordinator_records import OffsetCommitValue
from nilometer_reference.wire.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from nilometer_reference.wire.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequestTopics,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)
from nilometer_reference.wire.uuids import ZERO_UUID

from .classic_group import ClassicGroup, GroupState
from .group_records import Record, offset_key, offset_value
from .group_table import GroupTable
from .offsets import CommittedOffset, TopicPartition
from .rebalance import Rebalances

NO_OFFSET = -1
NO_EPOCH = -1


class CommitPartition(Protocol):
    """What the partitions of OffsetCommit and TxnOffsetCommit have in common."""

    partition_index: int
    committed_offset: int
    committed_leader_epoch: int
    committed_metadata: str | None


@dataclass(slots=True)
class Verdicts:
    """One result for each partition of a request, in the order of the request."""

    codes: list[ErrorCode] = field(default_factory=list)
    writable: list[tuple[int, Topic, CommitPartition]] = field(default_factory=list)
    """(position in `codes`, topic, partition) of those that nothing is wrong with so far."""

    def refuse_the_rest(self, code: ErrorCode) -> None:
        for position, _, _ in self.writable:
            self.codes[position] = code
        self.writable = []


@dataclass(frozen=True, slots=True)
class OffsetRequests:
    table: GroupTable
    topics: Topics
    rebalances: Rebalances
    metadata_bytes_max: int
    """offset.metadata.max.bytes; Kafka compares it with the length of a Java string: UTF-16 units, not bytes."""

    # OffsetCommit and TxnOffsetCommit

    def commit(self, request: OffsetCommitRequest, now_ms: int) -> OffsetCommitResponse:
        """Topics are looked up by id where the request gives one, by name otherwise."""
        verdicts = Verdicts()
        names = []
        for wanted in request.topics:
            topic, code = self._known_topic(wanted.name, wanted.topic_id)
            names.append(wanted.name if topic is None else topic.name)
            _judge(verdicts, topic, code, wanted.partitions)
        expire_timestamp_ms = -1 if request.retention_time_ms == -1 else now_ms + request.retention_time_ms
        try:
            if verdicts.writable:
                group = self._group_for_commit(request.group_id, request.generation_id_or_member_epoch)
                if group is not None:
                    self._check_plain_commit(group, request, now_ms)
                self._write(verdicts, request.group_id, now_ms, expire_timestamp_ms=expire_timestamp_ms)
        except KafkaError as error:
            verdicts.refuse_the_rest(error.code)
        codes = iter(verdicts.codes)
        return OffsetCommitResponse(
            topics=[
                OffsetCommitResponseTopic(
                    name=name,
                    topic_id=wanted.topic_id,
                    partitions=[
                        OffsetCommitResponsePartition(partition_index=each.partition_index, error_code=next(codes))
                        for each in wanted.partitions
                    ],
                )
                for name, wanted in zip(names, request.topics, strict=True)
            ]
        )

    def stage(
        self, request: TxnOffsetCommitRequest, now_ms: int, check_transaction: Callable[[], None]
    ) -> TxnOffsetCommitResponse:
        """Offsets that take effect when their transaction commits. `check_transaction` asks the coordinator of
        the transaction, and raises KafkaError; it is called if there is something to stage."""
        verdicts = Verdicts()
        for wanted in request.topics:
            _judge(verdicts, *self._known_topic(wanted.name, ZERO_UUID), wanted.partitions)
        try:
            if verdicts.writable:
                if not request.group_id:
                    raise KafkaError(ErrorCode.INVALID_GROUP_ID, "the group id is empty")
                check_transaction()
                group = self._group_for_commit(request.group_id, request.generation_id)
                if group is not None:
                    group.check_commit(
                        request.member_id, request.group_instance_id, request.generation_id, transactional=True
                    )
                self._write(
                    verdicts,
                    request.group_id,
                    now_ms,
                    producer_id=request.producer_id,
                    producer_epoch=request.producer_epoch,
                )
        except KafkaError as error:
            verdicts.refuse_the_rest(error.code)
        codes = iter(verdicts.codes)
        return TxnOffsetCommitResponse(
            topics=[
                TxnOffsetCommitResponseTopic(
                    name=wanted.name,
                    partitions=[
                        TxnOffsetCommitResponsePartition(partition_index=each.partition_index, error_code=next(codes))
                        for each in wanted.partitions
                    ],
                )
                for wanted in request.topics
            ]
        )

    def _known_topic(self, name: str, topic_id: bytes) -> tuple[Topic | None, ErrorCode]:
        """By id if there is one; a request with neither id nor name means an id that it does not know."""
        if topic_id != ZERO_UUID or not name:
            return self.topics.by_id(topic_id), ErrorCode.UNKNOWN_TOPIC_ID
        return self.topics.get(name), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

    def _group_for_commit(self, group_id: str, generation_id: int) -> ClassicGroup | None:
        """None for a group that comes into being with the commit. Raises GROUP_ID_NOT_FOUND."""
        group = self.table.get(group_id)
        if group is None and generation_id >= 0:
            return self.table.find(group_id)
        return group

    def _check_plain_commit(self, group: ClassicGroup, request: OffsetCommitRequest, now_ms: int) -> None:
        group.check_commit(
            request.member_id,
            request.group_instance_id,
            request.generation_id_or_member_epoch,
            transactional=False,
        )
        if group.state in (GroupState.STABLE, GroupState.PREPARING_REBALANCE):
            self.rebalances.restart_session(group, group.members[request.member_id], now_ms)

    def _write(
        self,
        verdicts: Verdicts,
        group_id: str,
        now_ms: int,
        *,
        expire_timestamp_ms: int = -1,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> None:
        records: list[Record] = []
        writable = []
        for position, topic, wanted in verdicts.writable:
            metadata = wanted.committed_metadata or ""
            if len(metadata.encode("utf-16-be")) // 2 > self.metadata_bytes_max:
                verdicts.codes[position] = ErrorCode.OFFSET_METADATA_TOO_LARGE
                continue
            writable.append((position, topic, wanted))
            value = OffsetCommitValue(
                offset=wanted.committed_offset,
                leader_epoch=wanted.committed_leader_epoch,
                metadata=metadata,
                commit_timestamp=now_ms,
                expire_timestamp=expire_timestamp_ms,
                topic_id=topic.topic_id,
            )
            records.append((offset_key(group_id, topic.name, wanted.partition_index), offset_value(value)))
        verdicts.writable = writable
        if records:
            self.table.write(group_id, records, now_ms, producer_id=producer_id, producer_epoch=producer_epoch)

    # OffsetFetch

    def fetch(
        self, group_id: str, topics: list[OffsetFetchRequestTopics] | None, *, require_stable: bool
    ) -> OffsetFetchResponseGroup:
        """The committed offsets of these partitions, or all (None). Raises NOT_COORDINATOR (16)."""
        self.table.get(group_id)
        answered = self._all_topics(group_id, require_stable) if topics is None else []
        for wanted in topics or []:
            topic, code = self._known_topic(wanted.name, wanted.topic_id)
            if topic is None and code is ErrorCode.UNKNOWN_TOPIC_ID:
                partitions = [_no_offset(index, code) for index in wanted.partition_indexes]
            else:
                name = wanted.name if topic is None else topic.name
                partitions = [
                    self._fetch_one(group_id, (name, index), require_stable, wanted.topic_id)
                    for index in wanted.partition_indexes
                ]
            answered.append(OffsetFetchResponseTopics(wanted.name, wanted.topic_id, partitions))
        return OffsetFetchResponseGroup(group_id=group_id, topics=answered)

    def _all_topics(self, group_id: str, require_stable: bool) -> list[OffsetFetchResponseTopics]:
        found: dict[str, OffsetFetchResponseTopics] = {}
        for name, index in self.table.offsets.committed.get(group_id, {}):
            if name not in found:
                topic = self.topics.get(name)
                found[name] = OffsetFetchResponseTopics(name, ZERO_UUID if topic is None else topic.topic_id)
            found[name].partitions.append(self._fetch_one(group_id, (name, index), require_stable, ZERO_UUID))
        return list(found.values())

    def _fetch_one(
        self, group_id: str, partition: TopicPartition, require_stable: bool, topic_id: bytes
    ) -> OffsetFetchResponsePartitions:
        offset = self.table.offsets.get(group_id, partition)
        if require_stable and self.table.offsets.is_pending(group_id, partition):
            return _no_offset(partition[1], ErrorCode.UNSTABLE_OFFSET_COMMIT)
        if offset is None or not _is_of_topic(offset, topic_id):
            return _no_offset(partition[1], ErrorCode.NONE)
        return OffsetFetchResponsePartitions(partition[1], offset.offset, offset.leader_epoch, offset.metadata)

    # OffsetDelete

    def delete(self, request: OffsetDeleteRequest, now_ms: int) -> OffsetDeleteResponse:
        """Raises KafkaError if the request is refused as a whole."""
        if not request.group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID, "the group id is empty")
        group = self.table.find(request.group_id)
        group.check_offset_delete()
        to_delete: dict[TopicPartition, None] = {}
        answered = []
        known = set(self.table.offsets.partitions(request.group_id))
        for wanted in request.topics:
            topic = self.topics.get(wanted.name)
            partitions = []
            for index in (each.partition_index for each in wanted.partitions):
                code = ErrorCode.NONE
                if topic is None or topic.partition(index) is None:
                    code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                elif group.is_subscribed(wanted.name):
                    code = ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
                elif (wanted.name, index) in known:
                    to_delete[wanted.name, index] = None
                partitions.append(OffsetDeleteResponsePartition(index, code))
            answered.append(OffsetDeleteResponseTopic(wanted.name, partitions))
        self.table.delete_offsets(request.group_id, to_delete, now_ms)
        return OffsetDeleteResponse(topics=answered)


def _judge(verdicts: Verdicts, topic: Topic | None, unknown: ErrorCode, partitions: Iterable[CommitPartition]) -> None:
    for partition in partitions:
        if topic is None:
            verdicts.codes.append(unknown)
        elif topic.partition(partition.partition_index) is None:
            verdicts.codes.append(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        else:
            verdicts.writable.append((len(verdicts.codes), topic, partition))
            verdicts.codes.append(ErrorCode.NONE)


def _no_offset(index: int, code: ErrorCode) -> OffsetFetchResponsePartitions:
    return OffsetFetchResponsePartitions(index, NO_OFFSET, NO_EPOCH, "", code)


def _is_of_topic(offset: CommittedOffset, topic_id: bytes) -> bool:
    """A commit to another topic of that name is none; without an id on either side the name decides."""
    return ZERO_UUID in (offset.topic_id, topic_id) or offset.topic_id == topic_id
