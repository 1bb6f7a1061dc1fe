"""The group coordinator: who is in which group, and how far each group has read.

    request ──▶ group or offsets of the table ──▶ append to `__consumer_offsets` ──▶ answer, now or later

    load        replay the log; members come back with their sessions begun anew, in the generation last written
    join … leave            joins.py, membership.py, rebalance.py
    commit, stage, fetch …  offset_requests.py
    sweep       every offsets.retention.check.interval.ms, forget what nobody needs (expiry.py)
    log fails   its groups are forgotten and nobody is told of them any more: what was not written may be lost
    topic gone  its offsets are forgotten at once, for a topic of the same name is another one (KIP-516)

A request that is refused changes nothing; in particular it makes no group. (Kafka keeps an empty group after a
first JoinGroup that names no protocol.)

Sources: `GroupCoordinatorService.java`, `GroupCoordinatorShard.java`, `GroupMetadataManager.java`.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Iterable, Sequence

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.journal import Journal
from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.topics import CONSUMER_OFFSETS, Topic, Topics
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest
from nilometer_reference.wire.messages.join_group import JoinGroupRequest, JoinGroupResponse
from nilometer_reference.wire.messages.leave_group import MemberIdentity, MemberResponse
from nilometer_reference.wire.messages.sync_group import SyncGroupRequest, SyncGroupResponse
from nilometer_reference.wire.messages.txn_offset_commit import TxnOffsetCommitRequest, TxnOffsetCommitResponse
from nilometer_reference.wire.uuids import ZERO_UUID

from .classic_group import ClassicGroup
from .expiry import sweep
from .group_records import GroupLog, empty_group_record
from .group_table import GroupTable
from .joins import Joins
from .members import UNKNOWN_MEMBER_ID
from .membership import Membership
from .offset_requests import OffsetRequests
from .rebalance import Rebalances
from .reply import Reply

logger = logging.getLogger(__name__)

MINUTE_MS = 60_000
REFUSES_THE_MEMBER = frozenset(
    {
        ErrorCode.INVALID_GROUP_ID,
        ErrorCode.INVALID_SESSION_TIMEOUT,
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.FENCED_INSTANCE_ID,
    }
)
"""Errors of JoinGroup that give the member its id back."""


class GroupCoordinator:
    """See the module's drawing. `offsets` takes the requests about committed offsets."""

    def __init__(
        self,
        config: BrokerConfig,
        journal: Journal,
        timers: Timers,
        topics: Topics,
        *,
        chance: Callable[[int], bytes],
    ) -> None:
        log = GroupLog(journal)
        self._config = config
        self._timers = timers
        self._topics = topics
        self._table = GroupTable(log)
        self._rebalances = Rebalances(config, timers, log)
        self._joins = Joins(self._rebalances, chance)
        self._membership = Membership(self._rebalances)
        self.offsets = OffsetRequests(self._table, topics, self._rebalances, config.offset_metadata_max_bytes)
        topics.on_delete.append(self._topic_deleted)

    def load(self, now_ms: int) -> None:
        """Read the log back, and begin to wait for members and for the next sweep. Once, after the topics."""
        assert not self._table.groups
        journal = self._table.log.journal
        for log_partition in range(journal.partition_count):
            for record in journal.replay(log_partition):
                try:
                    self._table.apply(log_partition, record)
                except (ValueError, struct.error) as damage:
                    # Whoever may write to the topic may write anything; it must not cost the next start.
                    logger.error("a record of groups is passed over, %d@%d: %s", log_partition, record.offset, damage)
        self._forget_offsets(self._is_of_a_topic_that_is_gone, now_ms)
        for group in self.groups():
            for member in group.members.values():
                self._rebalances.restart_session(group, member, now_ms)
            if len(group.members) > self._config.group_max_size:
                self._rebalances.prepare(group, now_ms)
        self._sweep_later(now_ms)

    # Members

    def join(self, request: JoinGroupRequest, context: RequestContext, reply: Reply[JoinGroupResponse]) -> None:
        """Answered now or when the join phase is over."""
        try:
            self._joins.check_limits(request)
            group = self._group_to_join(request, context.now_ms)
            try:
                self._joins.check_group(group, request)
            except KafkaError as error:
                if error.code is ErrorCode.GROUP_MAX_SIZE_REACHED:
                    self._joins.turn_away(group, request.member_id, context.now_ms)
                raise
            self._joins.join(group, request, context, reply)
        except KafkaError as error:
            member_id = request.member_id if error.code in REFUSES_THE_MEMBER else UNKNOWN_MEMBER_ID
            reply.answer(JoinGroupResponse(error_code=error.code, member_id=member_id))

    def _group_to_join(self, request: JoinGroupRequest, now_ms: int) -> ClassicGroup:
        """A group comes into being with a join that nothing is wrong with and that brings no member id."""
        group = self._table.get(request.group_id)
        if group is not None:
            return group
        if request.member_id != UNKNOWN_MEMBER_ID:
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, f"no group {request.group_id!r}")
        self._joins.check_group(ClassicGroup(request.group_id), request)
        self._table.write(request.group_id, [empty_group_record(request.group_id, now_ms)], now_ms)
        return self._table.groups[request.group_id]

    def sync(self, request: SyncGroupRequest, now_ms: int, reply: Reply[SyncGroupResponse]) -> None:
        """Answered now or when the leader's assignment is known."""
        try:
            group = self._group_of_members(request.group_id)
            self._membership.sync(group, request, now_ms, reply)
        except KafkaError as error:
            reply.answer(SyncGroupResponse(error_code=error.code))

    def heartbeat(self, request: HeartbeatRequest, now_ms: int) -> ErrorCode:
        """NONE, REBALANCE_IN_PROGRESS, or why it is refused."""
        try:
            return self._membership.heartbeat(self._group_of_members(request.group_id), request, now_ms)
        except KafkaError as error:
            return error.code

    def leave(self, group_id: str, identities: Sequence[MemberIdentity], now_ms: int) -> list[MemberResponse]:
        """One result a member. Raises INVALID_GROUP_ID (24), NOT_COORDINATOR (16)."""
        try:
            group = self._group_of_members(group_id)
        except KafkaError as error:
            if error.code is not ErrorCode.UNKNOWN_MEMBER_ID:
                raise
            return [
                MemberResponse(identity.member_id, identity.group_instance_id, error.code) for identity in identities
            ]
        return self._membership.leave(group, identities, now_ms)

    def _group_of_members(self, group_id: str) -> ClassicGroup:
        if not group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID, "the group id is empty")
        group = self._table.get(group_id)
        if group is None:
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, f"no group {group_id!r}")
        return group

    # Groups

    def groups(self) -> Iterable[ClassicGroup]:
        """All groups, oldest first. The list is a copy: groups may come and go while it is read."""
        return list(self._table.groups.values())

    def find(self, group_id: str) -> ClassicGroup:
        """Raises GROUP_ID_NOT_FOUND (69), NOT_COORDINATOR (16)."""
        return self._table.find(group_id)

    def delete_group(self, group_id: str, now_ms: int) -> None:
        """The group and its offsets. Raises GROUP_ID_NOT_FOUND (69), NON_EMPTY_GROUP (68)."""
        self._table.find(group_id).check_delete()
        self._table.delete_group(group_id, now_ms)

    # Transactions

    def stage_offsets(
        self, request: TxnOffsetCommitRequest, now_ms: int, check_transaction: Callable[[], None]
    ) -> TxnOffsetCommitResponse:
        """TxnOffsetCommit. `check_transaction` asks the coordinator of the transaction, and raises KafkaError;
        it is called if there is something to stage, before the group is asked (KIP-447)."""
        return self.offsets.stage(request, now_ms, check_transaction)

    def end_transaction(self, log_partition: int, producer_id: int, *, commit: bool) -> None:
        """A marker of the producer now stands in that partition of `__consumer_offsets`."""
        self._table.end_transaction(log_partition, producer_id, commit=commit)

    # Time and topics

    def _sweep_later(self, now_ms: int) -> None:
        self._timers.at(now_ms + self._config.offsets_retention_check_interval_ms, self._sweep)

    def _sweep(self, now_ms: int) -> None:
        self._sweep_later(now_ms)
        sweep(self._table, self._config.offsets_retention_minutes * MINUTE_MS, now_ms)

    def log_failed(self, log_partition: int) -> None:
        """A partition of `__consumer_offsets` could not be written. Until a restart its groups have no coordinator."""
        self._table.failed_log_partitions.add(log_partition)
        self._table.unload([each for each in self._table.groups if self._table.log.partition(each) == log_partition])

    def _topic_deleted(self, topic: Topic, now_ms: int) -> None:
        if topic.name == CONSUMER_OFFSETS:
            self._table.unload(list(self._table.groups))
            self._table.failed_log_partitions.clear()
            return
        self._forget_offsets(
            lambda name, topic_id: name == topic.name and topic_id in (topic.topic_id, ZERO_UUID), now_ms
        )

    def _is_of_a_topic_that_is_gone(self, name: str, topic_id: bytes) -> bool:
        """Deleted in the moment in which the broker stopped: the offsets may have stayed."""
        topic = self._topics.get(name)
        return topic is None or topic_id not in (topic.topic_id, ZERO_UUID)

    def _forget_offsets(self, is_meant: Callable[[str, bytes], bool], now_ms: int) -> None:
        """`is_meant(topic name, topic id)`. Pending ones too."""
        meant: dict[str, dict[tuple[str, int], None]] = {}
        for group_id, partition, offset in self._table.offsets.all():
            if is_meant(partition[0], offset.topic_id):
                meant.setdefault(group_id, {})[partition] = None
        for group_id, partitions in meant.items():
            try:
                self._table.delete_offsets(group_id, partitions, now_ms)
            except KafkaError:
                # They must not be seen again all the same; what the log still has is looked at in the next `load`.
                self._table.forget_offsets(group_id, partitions)
