"""SyncGroup, Heartbeat and LeaveGroup of a classic group.

    state                  SyncGroup                        Heartbeat    LeaveGroup
    Empty                  25                               25           25 per member
    PreparingRebalance     27                               27           completes the rebalance if it was the last
    CompletingRebalance    waits; the leader's ends it      0            rebalance
    Stable                 the assignment                   0            rebalance

Checked in this order: group id 24 (v5+ of SyncGroup: both protocol fields 23, before it), group 25, instance 82
or 25, member 25, generation 22, protocol 23.

Sources: `GroupMetadataManager.classicGroupSync`, `classicGroupHeartbeat`, `classicGroupLeave`; KIP-345, KIP-559.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest
from nilometer_reference.wire.messages.leave_group import MemberIdentity, MemberResponse
from nilometer_reference.wire.messages.sync_group import SyncGroupRequest, SyncGroupResponse

from .classic_group import ClassicGroup, GroupState
from .members import UNKNOWN_MEMBER_ID
from .rebalance import Rebalances, synced
from .reply import Reply


@dataclass(frozen=True, slots=True)
class Membership:
    rebalances: Rebalances

    def sync(
        self, group: ClassicGroup, request: SyncGroupRequest, now_ms: int, reply: Reply[SyncGroupResponse]
    ) -> None:
        """Raises KafkaError and changes nothing if the request is refused."""
        member = group.check_member(request.member_id, request.group_instance_id)
        group.check_generation(request.generation_id)
        _check_protocol(request.protocol_type, group.protocol_type)
        _check_protocol(request.protocol_name, group.protocol_name)
        if group.state is GroupState.PREPARING_REBALANCE:
            raise KafkaError(ErrorCode.REBALANCE_IN_PROGRESS, f"group {group.group_id!r} is rebalancing")
        self.rebalances.note_sync(group, member.member_id)
        if group.state is GroupState.STABLE:
            reply.answer(synced(group, member))
            return
        # A second SyncGroup of a member: the connection of the first one is most likely gone.
        member.answer_sync(SyncGroupResponse(error_code=ErrorCode.REBALANCE_IN_PROGRESS))
        member.sync_reply = reply
        if group.leader_id == member.member_id:
            assignments = {given.member_id: bytes(given.assignment) for given in request.assignments}
            self.rebalances.assign(group, assignments, now_ms)

    def heartbeat(self, group: ClassicGroup, request: HeartbeatRequest, now_ms: int) -> ErrorCode:
        """Raises KafkaError if refused; REBALANCE_IN_PROGRESS (27) still keeps the session alive."""
        member = group.check_member(request.member_id, request.group_instance_id)
        group.check_generation(request.generation_id)
        self.rebalances.restart_session(group, member, now_ms)
        if group.state is GroupState.PREPARING_REBALANCE:
            return ErrorCode.REBALANCE_IN_PROGRESS
        return ErrorCode.NONE

    def leave(self, group: ClassicGroup, identities: Sequence[MemberIdentity], now_ms: int) -> list[MemberResponse]:
        """Each member has its own result; one rebalance for all that left."""
        responses = [
            MemberResponse(
                member_id=identity.member_id,
                group_instance_id=identity.group_instance_id,
                error_code=self._leave_one(group, identity),
            )
            for identity in identities
        ]
        if any(response.error_code == ErrorCode.NONE for response in responses):
            if group.state in (GroupState.STABLE, GroupState.COMPLETING_REBALANCE):
                self.rebalances.prepare(group, now_ms)
            else:
                self.rebalances.complete_if_all_joined(group, now_ms)
        return responses

    def _leave_one(self, group: ClassicGroup, identity: MemberIdentity) -> ErrorCode:
        """By member id, or by instance id alone (administrators remove static members so)."""
        member_id = identity.member_id
        if member_id in group.pending_members:
            group.remove(member_id)
            return ErrorCode.NONE
        if member_id == UNKNOWN_MEMBER_ID:
            member_id = group.static_members.get(identity.group_instance_id or "", UNKNOWN_MEMBER_ID)
        try:
            member = group.check_member(member_id, identity.group_instance_id)
        except KafkaError as error:
            return error.code
        self.rebalances.remove_member(group, member)
        return ErrorCode.NONE


def _check_protocol(requested: str | None, of_group: str | None) -> None:
    """A SyncGroup that names a protocol must name the group's (KIP-559)."""
    if requested is not None and of_group is not None and requested != of_group:
        raise KafkaError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, f"{requested=}, the group has {of_group!r}")
