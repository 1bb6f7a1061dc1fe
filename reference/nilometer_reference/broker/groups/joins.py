"""JoinGroup: who gets in, under which member id, and whether the group has to rebalance for it.

    request                             group                            answer
    no member id, dynamic, v4+          any                              79 with a new member id, at once (KIP-394)
    no member id, dynamic, v0-3         any                              a new member, rebalance
    no member id, new instance id       any                              a new member, rebalance
    no member id, known instance id     Stable, same protocol chosen     new member id, present generation (KIP-345)
                                        Stable, protocol changes         new member id, rebalance
                                        CompletingRebalance              new member id, rebalance (KAFKA-9801)
                                        PreparingRebalance               new member id, takes part
    pending member id                   any                              a new member, rebalance
    member id                           PreparingRebalance               takes part
                                        CompletingRebalance              present generation, or rebalance if changed
                                        Stable                           the same for followers; the leader always
                                                                         starts a rebalance
                                        Empty                            25
    unknown member id                   any                              25, or 82 if its instance has another one
    other type, no common protocol      not Empty                        23

Checked in this order: group id 24, session timeout 26, group 25, size 81, protocols 23, member 25 or 82.
A second JoinGroup of a member answers its first one, whose connection is most likely gone, with 27.

Source: `GroupMetadataManager.classicGroupJoin`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.join_group import JoinGroupRequest, JoinGroupResponse
from nilometer_reference.wire.messages.sync_group import SyncGroupResponse

from .classic_group import ClassicGroup, GroupState
from .group_records import group_record
from .members import UNKNOWN_MEMBER_ID, Member, new_member_id, protocols_of, select_protocol
from .rebalance import NEW_MEMBER_JOIN_TIMEOUT_MS, Rebalances, joined
from .reply import Reply

FIRST_VERSION_WITH_MEMBER_ID_ROUND = 4
FIRST_VERSION_WITH_SKIP_ASSIGNMENT = 9

JoinReply = Reply[JoinGroupResponse]


@dataclass(frozen=True, slots=True)
class Joins:
    rebalances: Rebalances
    chance: Callable[[int], bytes]

    def check_limits(self, request: JoinGroupRequest) -> None:
        """What can be refused without looking at the group."""
        config = self.rebalances.config
        if not request.group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID, "the group id is empty")
        if not (
            config.group_min_session_timeout_ms <= request.session_timeout_ms <= config.group_max_session_timeout_ms
        ):
            raise KafkaError(
                ErrorCode.INVALID_SESSION_TIMEOUT,
                f"{request.session_timeout_ms=} is outside {config.group_min_session_timeout_ms} to "
                f"{config.group_max_session_timeout_ms}",
            )

    def check_group(self, group: ClassicGroup, request: JoinGroupRequest) -> None:
        """Size and protocols; for known ids also whether they are members."""
        self._check_size(group, request.member_id)
        names = [protocol.name for protocol in request.protocols]
        if not group.supports(request.protocol_type, names):
            raise KafkaError(
                ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
                f"{request.protocol_type!r} with {names}, the group is {group.protocol_type!r}",
            )
        if request.member_id in group.pending_members:
            if request.group_instance_id is not None:
                # Such ids are made for dynamic members. Kafka's code is kept: it trips over an assertion.
                raise KafkaError(ErrorCode.UNKNOWN_SERVER_ERROR, f"{request.member_id!r} is no static member's id")
        elif request.member_id != UNKNOWN_MEMBER_ID:
            group.check_member(request.member_id, request.group_instance_id)
            if group.state is GroupState.EMPTY:
                raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, f"group {group.group_id!r} is empty")

    def turn_away(self, group: ClassicGroup, member_id: str, now_ms: int) -> None:
        """Forget the id of a member that found the group full, so that nobody waits for it."""
        group.remove(member_id)
        self.rebalances.complete_if_all_joined(group, now_ms)

    def _check_size(self, group: ClassicGroup, member_id: str) -> None:
        """GROUP_MAX_SIZE_REACHED (81). While a group prepares, those that have joined count, not the old members."""
        size_max = self.rebalances.config.group_max_size
        member = group.members.get(member_id)
        if group.state is GroupState.PREPARING_REBALANCE:
            is_accepted = (member is not None and member.join_reply is not None) or (
                group.awaiting_join_count < size_max
            )
        else:
            is_accepted = group.state is GroupState.EMPTY or member is not None or len(group.members) < size_max
        if not is_accepted:
            raise KafkaError(ErrorCode.GROUP_MAX_SIZE_REACHED, f"{len(group.members)} members, {size_max=}")

    def join(self, group: ClassicGroup, request: JoinGroupRequest, context: RequestContext, reply: JoinReply) -> None:
        """A join that passed the checks. Raises KafkaError if the log refuses a record."""
        if request.member_id in group.pending_members:
            self._add(group, request, context, request.member_id, reply)
        elif request.member_id != UNKNOWN_MEMBER_ID:
            self._rejoin(group, group.members[request.member_id], request, context.now_ms, reply)
        elif request.group_instance_id is not None:
            member_id = new_member_id(request.group_instance_id, self.chance)
            if request.group_instance_id in group.static_members:
                self._return(group, request, context, member_id, reply)
            else:
                self._add(group, request, context, member_id, reply)
        else:
            member_id = new_member_id(context.client_id or "", self.chance)
            if context.api_version < FIRST_VERSION_WITH_MEMBER_ID_ROUND:
                self._add(group, request, context, member_id, reply)
                return
            self.rebalances.add_pending(group, member_id, request.session_timeout_ms, context.now_ms)
            reply.answer(JoinGroupResponse(error_code=ErrorCode.MEMBER_ID_REQUIRED, member_id=member_id))

    def _add(
        self,
        group: ClassicGroup,
        request: JoinGroupRequest,
        context: RequestContext,
        member_id: str,
        reply: JoinReply,
    ) -> None:
        member = Member(
            member_id=member_id,
            group_instance_id=request.group_instance_id,
            client_id=context.client_id or "",
            client_host=f"/{context.client_host}",  # as java.net.InetAddress prints it
            rebalance_timeout_ms=request.rebalance_timeout_ms,
            session_timeout_ms=request.session_timeout_ms,
            protocols=protocols_of(request.protocols),
            is_new=True,
            join_reply=reply,
        )
        if group.state is GroupState.PREPARING_REBALANCE and group.previous_state is GroupState.EMPTY:
            group.new_member_added = True
        group.add(member, request.protocol_type)
        self.rebalances.restart_session(group, member, context.now_ms, NEW_MEMBER_JOIN_TIMEOUT_MS)
        self.rebalances.prepare_or_complete(group, context.now_ms)

    def _rejoin(
        self, group: ClassicGroup, member: Member, request: JoinGroupRequest, now_ms: int, reply: JoinReply
    ) -> None:
        is_changed = member.protocols != protocols_of(request.protocols)
        leads_stable = group.state is GroupState.STABLE and group.leader_id == member.member_id
        if group.state is GroupState.PREPARING_REBALANCE or is_changed or leads_stable:
            _update(member, request, reply)
            self.rebalances.prepare_or_complete(group, now_ms)
        else:
            reply.answer(joined(group, member))

    def _return(
        self,
        group: ClassicGroup,
        request: JoinGroupRequest,
        context: RequestContext,
        member_id: str,
        reply: JoinReply,
    ) -> None:
        """A static member comes back under a new member id; the old one is fenced from now on."""
        assert request.group_instance_id is not None
        old = group.members[group.static_members[request.group_instance_id]]
        old_leader_id = group.leader_id
        member = replace(
            old,
            member_id=member_id,
            protocols=protocols_of(request.protocols),
            rebalance_timeout_ms=request.rebalance_timeout_ms,
            session_timeout_ms=request.session_timeout_ms,
            is_new=False,
            join_reply=None,
            sync_reply=None,
            session_timer=None,
        )
        stays_stable = self._write_return(group, old, member, context.now_ms)
        _fence(old)
        group.replace_static(old.member_id, member)
        self.rebalances.restart_session(group, member, context.now_ms)
        if not stays_stable:
            member.join_reply = reply
            self.rebalances.prepare_or_complete(group, context.now_ms)
        elif context.api_version >= FIRST_VERSION_WITH_SKIP_ASSIGNMENT:
            # The leader learns the members again but must not assign anew (KIP-814).
            reply.answer(joined(group, member, skip_assignment=group.leader_id == member_id))
        else:
            # The former leader id keeps a returning leader from assigning anew, and so does the empty list.
            reply.answer(replace(joined(group, member), leader=old_leader_id or "", members=[]))

    def _write_return(self, group: ClassicGroup, old: Member, member: Member, now_ms: int) -> bool:
        """Does the stable group stay as it is but for the member id? Then that is written down first."""
        members = [member if other is old else other for other in group.members.values()]
        if group.state is not GroupState.STABLE or select_protocol(members) != group.protocol_name:
            return False
        assignments = {other.member_id: other.assignment for other in members}
        leader_id = member.member_id if group.leader_id == old.member_id else group.leader_id
        record = group_record(group, members, assignments, leader_id)
        self.rebalances.log.append(group.group_id, [record], now_ms)
        return True


def _update(member: Member, request: JoinGroupRequest, reply: JoinReply) -> None:
    member.answer_join(JoinGroupResponse(error_code=ErrorCode.REBALANCE_IN_PROGRESS, member_id=member.member_id))
    member.protocols = protocols_of(request.protocols)
    member.rebalance_timeout_ms = request.rebalance_timeout_ms
    member.session_timeout_ms = request.session_timeout_ms
    member.join_reply = reply


def _fence(member: Member) -> None:
    member.answer_join(JoinGroupResponse(error_code=ErrorCode.FENCED_INSTANCE_ID, member_id=member.member_id))
    member.answer_sync(SyncGroupResponse(error_code=ErrorCode.FENCED_INSTANCE_ID))
