"""A member of a classic group, as much of it as a transaction with group metadata needs."""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.clients.observations import named
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, Session
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.join_group import JoinGroupRequestProtocol
from nilometer_reference.wire.messages.leave_group import MemberIdentity
from nilometer_reference.wire.messages.sync_group import SyncGroupRequestAssignment

STATIC = 5
"""The first version of JoinGroup with group_instance_id."""


@dataclass(frozen=True)
class Member:
    """What a member signs its commits with."""

    member_id: str
    generation_id: int
    group_instance_id: str | None = None


def join(
    session: Session, group: str, *, member_id: str = "", group_instance_id: str | None = None, metadata: bytes = b"m"
) -> Member:
    """Join (again) as the only member, and take the assignment; NotObservable if that is refused.

    A join with other metadata than before begins a new generation.
    """
    version = session.version("JoinGroup", at_least=STATIC if group_instance_id is not None else 1)
    while True:
        request = m.JoinGroupRequest(
            group_id=group, session_timeout_ms=30_000, rebalance_timeout_ms=30_000, member_id=member_id,
            group_instance_id=group_instance_id, protocol_type="consumer",
            protocols=[JoinGroupRequestProtocol("range", metadata)],
        )  # fmt: skip
        response = _call(session, group, request, version)
        assert isinstance(response, m.JoinGroupResponse)
        if response.error_code != ErrorCode.MEMBER_ID_REQUIRED:
            break
        member_id = response.member_id
    if response.error_code != 0:
        raise NotObservable(Reason.REFUSED, f"JoinGroup: {named(response.error_code)}")
    member = Member(response.member_id, response.generation_id, group_instance_id)
    leads = response.leader == response.member_id
    _sync(session, group, member, leads)
    return member


def _sync(session: Session, group: str, member: Member, leads: bool) -> None:
    request = m.SyncGroupRequest(
        group_id=group, generation_id=member.generation_id, member_id=member.member_id,
        group_instance_id=member.group_instance_id, protocol_type="consumer", protocol_name="range",
        assignments=[SyncGroupRequestAssignment(member.member_id, b"a")] if leads else [],
    )  # fmt: skip
    version = session.version("SyncGroup", at_least=3 if member.group_instance_id is not None else 0)
    if version < 5:
        request.protocol_type = request.protocol_name = None
    response = _call(session, group, request, version)
    assert isinstance(response, m.SyncGroupResponse)
    if response.error_code != 0:
        raise NotObservable(Reason.REFUSED, f"SyncGroup: {named(response.error_code)}")


def leave(session: Session, group: str, member: Member) -> None:
    """So that the group can be deleted; whatever the answer is."""
    version = session.version("LeaveGroup")
    request = m.LeaveGroupRequest(group_id=group)
    if version >= 3:
        request.members = [MemberIdentity(member.member_id, member.group_instance_id)]
    else:
        request.member_id = member.member_id
    _call(session, group, request, version)


def _call(session: Session, group: str, request: Message, version: int) -> Message:
    def ask() -> Message | None:
        response = session.call(request, node=session.coordinator(GROUP, group), version=version).response
        assert response is not None
        return None if getattr(response, "error_code", 0) in COORDINATOR_ERRORS else response

    return session.until(ask, f"the coordinator of {group} answers {type(request).__name__}")
