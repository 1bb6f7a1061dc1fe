"""How a group gets from one generation to the next, and what happens to members that do not keep up.

    prepare           waiting SyncGroups are told 27; a new group waits group.initial.rebalance.delay.ms for more
                      members, any other until all have joined, at most its rebalance timeout
    complete_join     members that did not join are removed (static ones stay), a leader and a protocol chosen,
                      every waiting JoinGroup answered
    await the syncs   the rebalance timeout again; who has not sent SyncGroup by then is removed
    session ends      a member that is silent for its session timeout is removed; one whose JoinGroup or SyncGroup
                      waits at the broker is not silent

Times are spans from the present instant. Sources: `GroupMetadataManager.java`; KIP-62, KIP-134, KIP-394.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.timers import Timers
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.join_group import JoinGroupResponse, JoinGroupResponseMember
from nilometer_reference.wire.messages.sync_group import SyncGroupResponse

from .classic_group import ClassicGroup, GroupEvent, GroupState
from .group_records import GroupLog, group_record
from .members import UNKNOWN_MEMBER_ID, Member

NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000
"""How long the first JoinGroup of a member may wait (`CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS`)."""


@dataclass(frozen=True, slots=True)
class Rebalances:
    config: BrokerConfig
    timers: Timers
    log: GroupLog

    # The join phase

    def prepare_or_complete(self, group: ClassicGroup, now_ms: int) -> None:
        """After a member came or changed: begin a rebalance, or see whether the one under way is complete."""
        if group.can_rebalance:
            self.prepare(group, now_ms)
        else:
            self.complete_if_all_joined(group, now_ms)

    def prepare(self, group: ClassicGroup, now_ms: int) -> None:
        if group.state is GroupState.COMPLETING_REBALANCE:
            self.withdraw_assignment(group, ErrorCode.REBALANCE_IN_PROGRESS, now_ms)
        group.pending_sync.clear()
        if group.sync_timer is not None:
            group.sync_timer.cancel()
        is_initial = group.state is GroupState.EMPTY
        group.apply(GroupEvent.PREPARE_REBALANCE, now_ms)
        if is_initial:
            group.new_member_added = False
            delay_ms = self.config.group_initial_rebalance_delay_ms
            self._wait_for_more(group, delay_ms, max(group.rebalance_timeout_ms - delay_ms, 0), now_ms)
        elif group.has_all_members_joined:
            self.complete_join(group, now_ms)
        else:
            self._set_join_timer(
                group, group.rebalance_timeout_ms, lambda now_ms: self.complete_join(group, now_ms), now_ms
            )

    def complete_if_all_joined(self, group: ClassicGroup, now_ms: int) -> None:
        """Not for a new group: that one waits for its initial delay."""
        is_waiting = group.state is GroupState.PREPARING_REBALANCE and group.previous_state is not GroupState.EMPTY
        if is_waiting and group.has_all_members_joined:
            self.complete_join(group, now_ms)

    def _wait_for_more(self, group: ClassicGroup, delay_ms: int, remaining_ms: int, now_ms: int) -> None:
        """Each delay in which somebody joined is followed by another, up to the rebalance timeout (KIP-134)."""

        def after_delay(now_ms: int) -> None:
            if group.new_member_added and remaining_ms:
                group.new_member_added = False
                next_delay_ms = min(self.config.group_initial_rebalance_delay_ms, remaining_ms)
                self._wait_for_more(group, next_delay_ms, max(remaining_ms - delay_ms, 0), now_ms)
            else:
                self.complete_join(group, now_ms)

        self._set_join_timer(group, delay_ms, after_delay, now_ms)

    def _set_join_timer(self, group: ClassicGroup, delay_ms: int, callback: Callable[[int], None], now_ms: int) -> None:
        if group.join_timer is not None:
            group.join_timer.cancel()
        group.join_timer = self.timers.at(now_ms + delay_ms, callback)

    def complete_join(self, group: ClassicGroup, now_ms: int) -> None:
        if group.join_timer is not None:
            group.join_timer.cancel()
        if group.state is not GroupState.PREPARING_REBALANCE:
            return
        for member in list(group.members.values()):
            if member.join_reply is None and not member.is_static:
                group.remove(member.member_id)
        if not group.elect_joined_leader() and group.members:
            # Only static members, and none of them here: give them one more rebalance timeout.
            self._set_join_timer(
                group, group.rebalance_timeout_ms, lambda now_ms: self.complete_join(group, now_ms), now_ms
            )
            return
        group.begin_next_generation(now_ms)
        if not group.members:
            self._write_empty(group, now_ms)
            return
        for member in group.members.values():
            member.answer_join(joined(group, member))
            member.is_new = False
            group.pending_sync.add(member.member_id)
            self.restart_session(group, member, now_ms)
        group.sync_timer = self.timers.at(
            now_ms + group.rebalance_timeout_ms,
            lambda now_ms: self.expire_pending_sync(group, now_ms),
        )

    def _write_empty(self, group: ClassicGroup, now_ms: int) -> None:
        try:
            self.log.append(group.group_id, [group_record(group, [], {}, None)], now_ms)
        except KafkaError:
            # The group is empty all the same; after a restart its last members lapse with their sessions.
            return

    # The sync phase

    def assign(self, group: ClassicGroup, assignments: dict[str, bytes], now_ms: int) -> None:
        """Write down the leader's assignment, then hand it out; who is not in it gets empty bytes."""
        complete = {member_id: assignments.get(member_id, b"") for member_id in group.members}
        record = group_record(group, group.members.values(), complete, group.leader_id)
        try:
            self.log.append(group.group_id, [record], now_ms)
        except KafkaError as error:
            self.withdraw_assignment(group, error.code, now_ms)
            self.prepare(group, now_ms)
            return
        group.apply(GroupEvent.ASSIGNED, now_ms)
        for member in group.members.values():
            member.assignment = complete[member.member_id]
            if member.answer_sync(synced(group, member)):
                self.restart_session(group, member, now_ms)

    def withdraw_assignment(self, group: ClassicGroup, code: ErrorCode, now_ms: int) -> None:
        for member in group.members.values():
            member.assignment = b""
            if member.answer_sync(SyncGroupResponse(error_code=code)):
                self.restart_session(group, member, now_ms)

    def note_sync(self, group: ClassicGroup, member_id: str) -> None:
        group.pending_sync.discard(member_id)
        if not group.pending_sync and group.sync_timer is not None:
            group.sync_timer.cancel()

    def expire_pending_sync(self, group: ClassicGroup, now_ms: int) -> None:
        """Remove the members that joined the generation but never asked for its assignment."""
        assert group.state in (GroupState.COMPLETING_REBALANCE, GroupState.STABLE), "a rebalance cancels this timer"
        late = list(group.pending_sync)
        assert late, "the last SyncGroup cancels this timer"
        for member_id in late:
            group.remove(member_id)
        self.prepare(group, now_ms)

    # Sessions

    def restart_session(self, group: ClassicGroup, member: Member, now_ms: int, timeout_ms: int | None = None) -> None:
        member.cancel_session()
        deadline_ms = now_ms + (member.session_timeout_ms if timeout_ms is None else timeout_ms)
        member.session_timer = self.timers.at(deadline_ms, lambda now_ms: self._end_session(group, member, now_ms))

    def _end_session(self, group: ClassicGroup, member: Member, now_ms: int) -> None:
        if group.members.get(member.member_id) is member and not member.keeps_its_session:
            self.remove_member(group, member)
            self.after_removal(group, now_ms)

    def remove_member(self, group: ClassicGroup, member: Member) -> None:
        """Its waiting requests are told UNKNOWN_MEMBER_ID, so that a live client joins again."""
        member.answer_join(JoinGroupResponse(error_code=ErrorCode.UNKNOWN_MEMBER_ID, member_id=UNKNOWN_MEMBER_ID))
        # Kafka leaves a waiting SyncGroup of a removed member without an answer; we do not.
        member.answer_sync(SyncGroupResponse(error_code=ErrorCode.UNKNOWN_MEMBER_ID))
        group.remove(member.member_id)

    def after_removal(self, group: ClassicGroup, now_ms: int) -> None:
        if group.state in (GroupState.STABLE, GroupState.COMPLETING_REBALANCE):
            self.prepare(group, now_ms)
        elif group.state is GroupState.PREPARING_REBALANCE and group.has_all_members_joined:
            self.complete_join(group, now_ms)

    def add_pending(self, group: ClassicGroup, member_id: str, session_timeout_ms: int, now_ms: int) -> None:
        """A member id that was handed out lapses if it is not used within the session timeout (KIP-394)."""

        def lapse(now_ms: int) -> None:
            group.drop_pending(member_id)
            if group.state is GroupState.PREPARING_REBALANCE and group.has_all_members_joined:
                self.complete_join(group, now_ms)

        group.pending_members[member_id] = self.timers.at(now_ms + session_timeout_ms, lapse)


def joined(group: ClassicGroup, member: Member, *, skip_assignment: bool = False) -> JoinGroupResponse:
    """The answer to a join of the present generation; only the leader sees the members and their metadata."""
    assert group.protocol_name is not None
    is_leader = group.leader_id == member.member_id
    members = [
        JoinGroupResponseMember(
            member_id=other.member_id,
            group_instance_id=other.group_instance_id,
            metadata=other.metadata(group.protocol_name),
        )
        for other in (group.members.values() if is_leader else ())
    ]
    return JoinGroupResponse(
        generation_id=group.generation_id,
        protocol_type=group.protocol_type,
        protocol_name=group.protocol_name,
        leader=group.leader_id or "",
        skip_assignment=skip_assignment,
        member_id=member.member_id,
        members=members,
    )


def synced(group: ClassicGroup, member: Member) -> SyncGroupResponse:
    return SyncGroupResponse(
        protocol_type=group.protocol_type, protocol_name=group.protocol_name, assignment=member.assignment
    )
