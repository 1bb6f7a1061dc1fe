"""A group coordinator on its own, with a clock that stands still: for tests of everything below the APIs.

groups = Groups(group_max_size=2)
asked = groups.join(client="c")                JoinGroup 9; every request returns an `Asked`
asked.response, asked.waits                    its one answer; or not yet
groups.advance(500)                            time passes, timers run
groups.restart()                               a new coordinator on the same journal
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar, cast

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.groups.classic_group import ClassicGroup, GroupState
from nilometer_reference.broker.groups.coordinator import GroupCoordinator
from nilometer_reference.broker.groups.reply import Reply
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.topics import Topics
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest
from nilometer_reference.wire.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    JoinGroupResponse,
)
from nilometer_reference.wire.messages.leave_group import MemberIdentity, MemberResponse
from nilometer_reference.wire.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequestTopics
from nilometer_reference.wire.messages.sync_group import (
    SyncGroupRequest,
    SyncGroupRequestAssignment,
    SyncGroupResponse,
)
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from nilometer_reference.wire.uuids import ZERO_UUID

from .memory_journal import MemoryJournal

START_MS = 1_700_000_000_000
SESSION_MS = 10_000
REBALANCE_MS = 30_000
DEFAULT_PROTOCOLS: Mapping[str, bytes] = {"range": b"\x00\x00\x00\x00\x00\x01\x00\x01t\xff\xff\xff\xff"}
"""A consumer that is subscribed to the topic t."""

R = TypeVar("R", bound=Message)


class Asked(Generic[R]):
    """One request and its answers: one at most."""

    def __init__(self, version: int, client: str | None, now_ms: int, host: str) -> None:
        self.responses: list[R] = []
        self.context = RequestContext(
            1, version, 1, client, now_ms, lambda response: self.responses.append(cast(R, response)), host
        )
        self.reply: Reply[R] = Reply(self.context)

    def handled(self) -> Asked[R]:
        response = self.reply.end_of_handler()
        if response is not None:
            self.responses.append(response)
        return self

    @property
    def waits(self) -> bool:
        assert len(self.responses) <= 1, "a request has one answer"
        return not self.responses

    @property
    def response(self) -> R:
        assert not self.waits, "no answer yet"
        return self.responses[0]

    @property
    def code(self) -> ErrorCode:
        return ErrorCode(self.response.error_code)  # type: ignore[attr-defined]


Joined = Asked[JoinGroupResponse]
Synced = Asked[SyncGroupResponse]


class Groups:
    """See the module. The topics t (2 partitions) and u (1) exist."""

    def __init__(self, **config: int) -> None:
        self.config = BrokerConfig(**config)  # type: ignore[arg-type]
        self.journal = MemoryJournal()
        self.now_ms = START_MS
        self._topic_journal = MemoryJournal(1)
        self._drawn = 0
        self._start()
        self.topics.create("t", 2, now_ms=self.now_ms)
        self.topics.create("u", 1, now_ms=self.now_ms)

    def _start(self) -> None:
        self.topics = Topics(
            self.config,
            self._topic_journal,
            chance=self._chance,
            # The coordinator asks whether a partition exists, and nothing of it.
            open_partition=lambda *_: cast(Partition, object()),
            remove_partition=lambda *_: None,
        )
        self.topics.load(self.now_ms)
        self.timers = Timers()
        self.coordinator = GroupCoordinator(self.config, self.journal, self.timers, self.topics, chance=self._chance)
        self.coordinator.load(self.now_ms)

    def _chance(self, count: int) -> bytes:
        self._drawn += 1
        return self._drawn.to_bytes(count, "big")

    # Time

    def advance(self, span_ms: int) -> None:
        """Timers run at the instants at which they are due."""
        end_ms = self.now_ms + span_ms
        while (deadline_ms := self.timers.next_deadline_ms()) is not None and deadline_ms <= end_ms:
            self.now_ms = max(self.now_ms, deadline_ms)
            self.timers.run_due(self.now_ms)
        self.now_ms = end_ms

    def restart(self, **config: int) -> None:
        """A new coordinator on the same journal; who waited is not answered any more."""
        if config:
            self.config = BrokerConfig(**config)  # type: ignore[arg-type]
        self._start()

    # Requests

    def join(
        self,
        member_id: str = "",
        *,
        group: str = "g",
        client: str | None = "c",
        instance: str | None = None,
        protocols: Mapping[str, bytes] = DEFAULT_PROTOCOLS,
        protocol_type: str = "consumer",
        session_ms: int = SESSION_MS,
        rebalance_ms: int = REBALANCE_MS,
        version: int = 9,
        host: str = "127.0.0.1",
    ) -> Joined:
        asked: Joined = Asked(version, client, self.now_ms, host)
        request = JoinGroupRequest(
            group_id=group,
            session_timeout_ms=session_ms,
            rebalance_timeout_ms=rebalance_ms,
            member_id=member_id,
            group_instance_id=instance,
            protocol_type=protocol_type,
            protocols=[JoinGroupRequestProtocol(name, metadata) for name, metadata in protocols.items()],
        )
        self.coordinator.join(request, asked.context, asked.reply)
        return asked.handled()

    def sync(
        self,
        joined: JoinGroupResponse,
        assignments: Mapping[str, bytes] | None = None,
        *,
        group: str = "g",
        instance: str | None = None,
        generation: int | None = None,
        member_id: str | None = None,
        protocol_type: str | None = None,
        protocol_name: str | None = None,
    ) -> Synced:
        asked: Synced = Asked(5, "c", self.now_ms, "127.0.0.1")
        request = SyncGroupRequest(
            group_id=group,
            generation_id=joined.generation_id if generation is None else generation,
            member_id=joined.member_id if member_id is None else member_id,
            group_instance_id=instance,
            protocol_type=protocol_type,
            protocol_name=protocol_name,
            assignments=[SyncGroupRequestAssignment(to, data) for to, data in (assignments or {}).items()],
        )
        self.coordinator.sync(request, self.now_ms, asked.reply)
        return asked.handled()

    def heartbeat(
        self,
        joined: JoinGroupResponse,
        *,
        group: str = "g",
        instance: str | None = None,
        generation: int | None = None,
        member_id: str | None = None,
    ) -> ErrorCode:
        request = HeartbeatRequest(
            group_id=group,
            generation_id=joined.generation_id if generation is None else generation,
            member_id=joined.member_id if member_id is None else member_id,
            group_instance_id=instance,
        )
        return self.coordinator.heartbeat(request, self.now_ms)

    def leave(self, *members: JoinGroupResponse | MemberIdentity, group: str = "g") -> list[ErrorCode]:
        identities = [each if isinstance(each, MemberIdentity) else MemberIdentity(each.member_id) for each in members]
        results: list[MemberResponse] = self.coordinator.leave(group, identities, self.now_ms)
        return [ErrorCode(each.error_code) for each in results]

    def commit(
        self,
        offset: int = 5,
        *,
        joined: JoinGroupResponse | None = None,
        topic: str = "t",
        partition: int = 0,
        metadata: str | None = "",
        leader_epoch: int = -1,
        retention_ms: int = -1,
        **fields: object,
    ) -> ErrorCode:
        """One partition."""
        wanted = OffsetCommitRequestPartition(partition, offset, leader_epoch, metadata)
        given = {
            "group_id": "g",
            "generation_id_or_member_epoch": -1 if joined is None else joined.generation_id,
            "member_id": "" if joined is None else joined.member_id,
            "retention_time_ms": retention_ms,
            "topics": [OffsetCommitRequestTopic(topic, ZERO_UUID, [wanted])],
        }
        response = self.coordinator.offsets.commit(
            OffsetCommitRequest(**{**given, **fields}),  # type: ignore[arg-type]
            self.now_ms,
        )
        return ErrorCode(response.topics[0].partitions[0].error_code)

    def stage(
        self,
        offset: int,
        *,
        producer_id: int,
        topic: str = "t",
        partition: int = 0,
        **fields: object,
    ) -> ErrorCode:
        """TxnOffsetCommit of one partition in a transaction that its coordinator knows."""
        wanted = TxnOffsetCommitRequestPartition(partition, offset)
        given = {
            "transactional_id": f"t{producer_id}",
            "group_id": "g",
            "producer_id": producer_id,
            "topics": [TxnOffsetCommitRequestTopic(topic, [wanted])],
        }
        request = TxnOffsetCommitRequest(**{**given, **fields})  # type: ignore[arg-type]
        response = self.coordinator.stage_offsets(request, self.now_ms, lambda: None)
        return ErrorCode(response.topics[0].partitions[0].error_code)

    def end_transaction(self, producer_id: int, *, commit: bool) -> None:
        """The marker is written to every partition of the log, then each is applied, as a broker does."""
        for log_partition in range(self.journal.partition_count):
            self.journal.write_marker(log_partition, producer_id, commit=commit)
            self.coordinator.end_transaction(log_partition, producer_id, commit=commit)

    def fetch(
        self, topic: str = "t", partition: int = 0, *, group: str = "g", require_stable: bool = False
    ) -> tuple[int, str | None, int, ErrorCode]:
        """(offset, metadata, leader epoch, error) of one partition."""
        wanted = [OffsetFetchRequestTopics(topic, ZERO_UUID, [partition])]
        found = self.coordinator.offsets.fetch(group, wanted, require_stable=require_stable).topics[0].partitions[0]
        return (
            found.committed_offset, found.metadata, found.committed_leader_epoch, ErrorCode(found.error_code)
        )  # fmt: skip

    def committed(self, topic: str = "t", partition: int = 0, *, group: str = "g") -> int:
        return self.fetch(topic, partition, group=group)[0]

    def all_offsets(self, group: str = "g") -> dict[tuple[str, int], tuple[int, str | None, int]]:
        found = self.coordinator.offsets.fetch(group, None, require_stable=False)
        return {
            (topic.name, each.partition_index): (each.committed_offset, each.metadata, each.committed_leader_epoch)
            for topic in found.topics
            for each in topic.partitions
        }

    # Longer steps

    def group(self, group: str = "g") -> ClassicGroup:
        return self.coordinator.find(group)

    @property
    def state(self) -> GroupState:
        return self.group().state

    def new_member(self, *, client: str = "c", **fields: object) -> Joined:
        """Both rounds of a dynamic member; the answer may have to wait."""
        member_id = self.join(client=client, **fields).response.member_id  # type: ignore[arg-type]
        return self.join(member_id, client=client, **fields)  # type: ignore[arg-type]

    def first_member(self, **fields: object) -> JoinGroupResponse:
        """The group is in CompletingRebalance afterwards."""
        asked = self.new_member(**fields)  # type: ignore[arg-type]
        self.advance(self.config.group_initial_rebalance_delay_ms)
        return asked.response

    def stable(self, count: int = 1, **fields: object) -> list[JoinGroupResponse]:
        """That many dynamic members c0, c1, … in a stable group; the first leads. Each has its client id as
        assignment."""
        members = [self.first_member(client="c0", **fields)]
        asked = [self.new_member(client=f"c{number}", **fields) for number in range(1, count)]  # type: ignore[arg-type]
        if asked:
            first = self.join(members[0].member_id, **fields)  # type: ignore[arg-type]
            members = [first.response, *(each.response for each in asked)]
        self.settle(members)
        return members

    def stable_in(self, group: str, count: int) -> list[JoinGroupResponse]:
        """As `stable`, of another group."""
        asked = [self.new_member(client=f"c{number}", group=group) for number in range(count)]
        self.advance(self.config.group_initial_rebalance_delay_ms)
        members = [each.response for each in asked]
        self.settle(members, group)
        return members

    def settle(self, members: list[JoinGroupResponse], group: str = "g") -> None:
        """The first of these, the leader, assigns, and all of them ask."""
        waiting = [self.sync(each, group=group) for each in members[1:]]
        assignments = {each.member_id: f"c{number}".encode() for number, each in enumerate(members)}
        assert self.sync(members[0], assignments, group=group).code is ErrorCode.NONE
        assert all(each.code is ErrorCode.NONE for each in waiting)
