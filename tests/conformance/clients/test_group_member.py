"""Raw members of a classic group, on the reference broker."""

from __future__ import annotations

import time

import pytest

from nilometer.clients.group_member import WAITS_S, GroupMember, JoinRefused, assemble, gather
from nilometer.clients.session import Session
from nilometer.settings import Settings
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import subject
from tests.conftest import shared_broker


@pytest.fixture
def session(tmp_path_factory: pytest.TempPathFactory):
    with subject(shared_broker("reference:tcp", tmp_path_factory)).session(Settings()) as made:
        yield made


def test_three_members_meet_in_one_generation_and_get_what_was_assigned(session: Session, name) -> None:
    group = name("group")
    members = [GroupMember(session, group) for _ in range(3)]
    leader = gather(members, {0: b"0", 1: b"1", 2: b"2"})
    assert len({member.generation_id for member in members}) == 1
    assert sum(member.leads for member in members) == 1
    assert leader.answer is not None
    assert len(leader.answer.members) == 3
    assert [bytes(member.exchanges[-1].response.assignment) for member in members] == [b"0", b"1", b"2"]
    assert [member.heartbeat() for member in members] == [0, 0, 0]
    assert members[1].leave() == 0
    assert members[1].heartbeat() == ErrorCode.UNKNOWN_MEMBER_ID


def test_members_that_join_again_begin_a_new_generation(session: Session, name) -> None:
    members = [GroupMember(session, name("group"))]
    gather(members)
    before = members[0].generation_id
    members[0].protocols = [("range", b"other")]
    assemble(members)
    assert members[0].generation_id > before


def test_a_static_member_comes_back_under_another_id(session: Session, name) -> None:
    group = name("group")
    first = GroupMember(session, group, instance="i")
    gather([first])
    second = GroupMember(session, group, instance="i")
    second.join()
    assert second.member_id != first.member_id
    assert first.heartbeat() == ErrorCode.FENCED_INSTANCE_ID
    assert second.leave(by_instance=True) == 0


def test_who_is_refused_is_named(session: Session, name) -> None:
    group = name("group")
    gather([GroupMember(session, group)])
    stranger = GroupMember(session, group, protocols=[("other", b"")])
    with pytest.raises(JoinRefused, match="INCONSISTENT_GROUP_PROTOCOL") as refused:
        stranger.ask_to_join()
    assert refused.value.member is stranger
    assert not refused.value.forgets_the_member
    lost = GroupMember(session, group)
    lost.member_id = "nobody-that-the-broker-knows"
    with pytest.raises(JoinRefused, match="UNKNOWN_MEMBER_ID") as unknown:
        assemble([lost])
    assert unknown.value.forgets_the_member


def test_a_refusal_is_not_waited_for_until_the_others_are_let_in(session: Session, name) -> None:
    """The members that join wait for the one that the broker does not know and that is refused at once."""
    group = name("group")
    members = [GroupMember(session, group) for _ in range(2)]
    gather(members)
    began = time.monotonic()
    members[1].member_id = "nobody-that-the-broker-knows"
    members[0].protocols = [("range", b"other")]
    with pytest.raises(JoinRefused, match="UNKNOWN_MEMBER_ID") as refused:
        assemble(members)
    assert refused.value.member is members[1]
    assert time.monotonic() - began < WAITS_S / 2
