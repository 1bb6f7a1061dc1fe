import pytest

from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.join_group import JoinGroupResponse
from nilometer_reference.wire.messages.leave_group import MemberIdentity

from .kit import DEFAULT_PROTOCOLS, REBALANCE_MS, SESSION_MS, Groups

BOTH = {"range": b"r", "sticky": b"s"}


# Refusals, in the order in which they are looked for


@pytest.mark.parametrize("member_id", ["", "somebody"])
def test_an_empty_group_id_comes_before_everything(member_id: str) -> None:
    asked = Groups().join(member_id, group="", session_ms=1, protocols={})
    assert asked.response == JoinGroupResponse(error_code=ErrorCode.INVALID_GROUP_ID, member_id=member_id)


@pytest.mark.parametrize("session_ms", [-1, 0, 5_999, 1_800_001])
def test_a_session_timeout_outside_the_limits_is_refused(session_ms: int) -> None:
    asked = Groups().join("somebody", session_ms=session_ms)
    assert (asked.code, asked.response.member_id) == (ErrorCode.INVALID_SESSION_TIMEOUT, "somebody")


@pytest.mark.parametrize("session_ms", [6_000, 1_800_000])
def test_the_limits_of_the_session_timeout_are_allowed_themselves(session_ms: int) -> None:
    assert Groups().join(session_ms=session_ms).code is ErrorCode.MEMBER_ID_REQUIRED


def test_a_member_of_no_group_is_unknown_and_makes_none() -> None:
    groups = Groups()
    assert groups.join("somebody").code is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.coordinator.groups() == []
    assert not groups.journal.records()


@pytest.mark.parametrize(("protocol_type", "protocols"), [("", DEFAULT_PROTOCOLS), ("consumer", {})])
def test_a_first_member_without_type_or_protocols_is_refused_and_makes_no_group(
    protocol_type: str, protocols: dict[str, bytes]
) -> None:
    groups = Groups()
    asked = groups.join(protocol_type=protocol_type, protocols=protocols)
    assert asked.code is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert groups.coordinator.groups() == []


@pytest.mark.parametrize("version", [3, 9])
@pytest.mark.parametrize(("protocol_type", "protocols"), [("connect", DEFAULT_PROTOCOLS), ("consumer", {"other": b""})])
def test_another_type_or_no_protocol_in_common_is_refused(
    version: int, protocol_type: str, protocols: dict[str, bytes]
) -> None:
    groups = Groups()
    (member,) = groups.stable()
    for member_id in ("", "stranger", member.member_id):
        asked = groups.join(member_id, protocol_type=protocol_type, protocols=protocols, version=version)
        assert (asked.code, asked.response.member_id) == (ErrorCode.INCONSISTENT_GROUP_PROTOCOL, member_id)
    assert groups.state is GroupState.STABLE
    assert len(groups.group().members) == 1


def test_an_unknown_member_of_a_group_is_refused_with_25_and_a_superseded_instance_with_82() -> None:
    groups = Groups()
    first = groups.join(instance="i")
    groups.advance(0)
    assert groups.join("stranger").code is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.join("stranger", instance="j").code is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.join(first.response.member_id, instance="j").code is ErrorCode.UNKNOWN_MEMBER_ID
    fenced = groups.join("stranger", instance="i")
    assert (fenced.code, fenced.response.member_id) == (ErrorCode.FENCED_INSTANCE_ID, "stranger")


def test_a_member_of_an_empty_group_is_unknown() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.leave(member)
    assert groups.state is GroupState.EMPTY
    assert groups.join(member.member_id).code is ErrorCode.UNKNOWN_MEMBER_ID


# Member ids (KIP-394)


def test_a_dynamic_member_is_given_an_id_first_and_then_joins_with_it() -> None:
    groups = Groups()
    asked = groups.join(client="my-client")
    assert asked.code is ErrorCode.MEMBER_ID_REQUIRED
    assert asked.response.member_id.startswith("my-client-")
    assert asked.response.generation_id == -1
    assert groups.state is GroupState.EMPTY
    joined = groups.join(asked.response.member_id)
    assert joined.waits
    groups.advance(0)
    assert joined.response.member_id == asked.response.member_id
    assert (joined.response.generation_id, joined.response.leader) == (1, joined.response.member_id)


def test_members_of_old_versions_and_static_ones_join_at_once() -> None:
    groups = Groups()
    old = groups.join(version=3, client="old")
    static = groups.join(instance="i", client="c")
    groups.advance(0)
    assert old.response.member_id.startswith("old-")
    assert static.response.member_id.startswith("i-")
    assert {old.code, static.code} == {ErrorCode.NONE}


def test_a_client_without_a_name_gets_an_id_all_the_same() -> None:
    assert Groups().join(client=None).response.member_id.startswith("-")


def test_every_id_that_is_asked_for_is_another() -> None:
    groups = Groups()
    assert len({groups.join().response.member_id for _ in range(20)}) == 20


def test_an_id_that_is_not_used_lapses_with_its_session_timeout() -> None:
    groups = Groups()
    asked = groups.join(session_ms=SESSION_MS)
    groups.advance(SESSION_MS)
    assert groups.join(asked.response.member_id).code is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_rebalance_waits_for_ids_that_were_handed_out_until_they_lapse() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.join(client="never comes", session_ms=SESSION_MS)
    again = groups.join(member.member_id, session_ms=60_000)
    assert again.waits
    groups.advance(SESSION_MS - 1)
    assert again.waits
    groups.advance(1)
    assert again.response.generation_id == 2
    assert len(again.response.members) == 1


def test_an_id_that_was_handed_out_is_not_for_static_members() -> None:
    groups = Groups()
    asked = groups.join()
    refused = groups.join(asked.response.member_id, instance="i")
    assert (refused.code, refused.response.member_id) == (ErrorCode.UNKNOWN_SERVER_ERROR, "")
    assert groups.join(asked.response.member_id).waits


# Members that join again


def test_a_follower_with_the_same_protocols_is_told_the_present_generation() -> None:
    groups = Groups()
    _, follower = groups.stable(2)
    again = groups.join(follower.member_id)
    assert again.response.generation_id == follower.generation_id
    assert again.response.members == []
    assert groups.state is GroupState.STABLE


def test_a_follower_with_other_protocols_starts_a_rebalance() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    again = groups.join(follower.member_id, protocols={"range": b"other"})
    assert again.waits
    assert groups.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS
    leading = groups.join(leader.member_id)
    assert [member.metadata for member in leading.response.members] == [DEFAULT_PROTOCOLS["range"], b"other"]


def test_the_leader_of_a_stable_group_always_starts_a_rebalance() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    again = groups.join(leader.member_id)
    assert again.waits
    assert groups.join(follower.member_id).response.generation_id == 3
    assert again.response.generation_id == 3


def test_while_the_assignment_is_awaited_the_same_join_is_answered_again() -> None:
    groups = Groups()
    leader = groups.first_member()
    again = groups.join(leader.member_id)
    assert again.response == leader
    assert groups.state is GroupState.COMPLETING_REBALANCE


def test_while_the_assignment_is_awaited_other_protocols_start_a_rebalance() -> None:
    groups = Groups()
    leader = groups.first_member()
    again = groups.join(leader.member_id, protocols={"range": b"other"})
    assert (again.response.generation_id, again.response.members[0].metadata) == (2, b"other")


def test_a_second_join_of_a_member_answers_the_first_with_27() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    first = groups.join(follower.member_id, protocols={"range": b"other"})
    second = groups.join(follower.member_id)
    assert first.code is ErrorCode.REBALANCE_IN_PROGRESS
    assert first.response.member_id == follower.member_id
    assert second.waits
    assert groups.join(leader.member_id).code is ErrorCode.NONE
    assert second.code is ErrorCode.NONE


def test_the_leader_alone_is_told_the_members_with_their_metadata_byte_for_byte() -> None:
    groups = Groups()
    blob = bytes(range(256)) * 40
    leader = groups.first_member(protocols={"range": b""})
    other = groups.new_member(protocols={"range": blob})
    static = groups.join(instance="i", protocols={"range": b"\x00"})
    leading = groups.join(leader.member_id, protocols={"range": b""})
    told = {member.member_id: (member.metadata, member.group_instance_id) for member in leading.response.members}
    assert told == {
        leader.member_id: (b"", None),
        other.response.member_id: (blob, None),
        static.response.member_id: (b"\x00", "i"),
    }
    assert other.response.members == static.response.members == []
    assert {asked.response.leader for asked in (leading, other, static)} == {leader.member_id}


def test_a_protocol_is_elected_again_in_every_generation() -> None:
    groups = Groups()
    leader = groups.first_member(protocols=BOTH)
    assert leader.protocol_name == "range"
    other = groups.new_member(protocols={"sticky": b"only"})
    leading = groups.join(leader.member_id, protocols=BOTH)
    assert leading.response.protocol_name == other.response.protocol_name == "sticky"
    assert [member.metadata for member in leading.response.members] == [b"s", b"only"]


# Size (KIP-389)


def test_the_member_above_the_limit_is_refused_while_the_group_is_stable() -> None:
    groups = Groups(group_max_size=2)
    groups.stable(2)
    for version in (3, 9):
        refused = groups.join(version=version)
        assert (refused.code, refused.response.member_id) == (ErrorCode.GROUP_MAX_SIZE_REACHED, "")
    assert groups.state is GroupState.STABLE


def test_members_of_a_full_group_may_join_again() -> None:
    groups = Groups(group_max_size=2)
    leader, follower = groups.stable(2)
    assert groups.join(follower.member_id).code is ErrorCode.NONE
    again = groups.join(leader.member_id)
    assert groups.join(follower.member_id).code is ErrorCode.NONE
    assert again.code is ErrorCode.NONE


def test_while_a_group_prepares_those_that_have_joined_count() -> None:
    groups = Groups(group_max_size=2)
    leader, follower = groups.stable(2)
    late = groups.join(leader.member_id)
    newcomer = groups.join(version=3)  # in the place of the follower, who has not joined yet
    assert newcomer.waits
    refused = groups.join(follower.member_id)
    assert (refused.code, refused.response.member_id) == (ErrorCode.GROUP_MAX_SIZE_REACHED, "")
    assert {member.member_id for member in late.response.members} == {
        leader.member_id,
        newcomer.response.member_id,
    }


def test_an_id_above_the_limit_lets_nobody_wait() -> None:
    groups = Groups(group_max_size=1)
    (member,) = groups.stable()
    groups.leave(member)
    one, two = groups.join(client="one"), groups.join(client="two")
    joined = groups.join(one.response.member_id)
    assert groups.join(two.response.member_id).code is ErrorCode.GROUP_MAX_SIZE_REACHED
    groups.advance(0)
    assert joined.code is ErrorCode.NONE


# Static members (KIP-345, KIP-814)


def static_pair(groups: Groups) -> tuple[JoinGroupResponse, JoinGroupResponse]:
    """A stable group of a static leader "i" and a dynamic follower."""
    leader = groups.join(instance="i")
    groups.advance(0)
    follower = groups.new_member(client="d")
    again = groups.join(leader.response.member_id, instance="i")
    groups.settle([again.response, follower.response])
    return again.response, follower.response


def test_a_static_member_that_returns_to_a_stable_group_gets_its_assignment_and_disturbs_nobody() -> None:
    groups = Groups()
    leader, follower = static_pair(groups)
    again = groups.join(instance="i").response
    assert again.error_code == 0
    assert again.member_id != leader.member_id
    assert again.generation_id == leader.generation_id
    assert groups.state is GroupState.STABLE
    assert groups.sync(again, instance="i").response.assignment == b"c0"
    assert groups.heartbeat(follower) is ErrorCode.NONE


def test_a_leader_that_returns_learns_the_members_and_is_told_not_to_assign() -> None:
    groups = Groups()
    _, follower = static_pair(groups)
    again = groups.join(instance="i", version=9).response
    assert again.skip_assignment
    assert again.leader == again.member_id
    assert {member.member_id for member in again.members} == {again.member_id, follower.member_id}


def test_a_leader_that_returns_in_an_older_version_is_made_to_believe_that_another_leads() -> None:
    groups = Groups()
    leader, _ = static_pair(groups)
    again = groups.join(instance="i", version=8).response
    assert not again.skip_assignment
    assert again.leader == leader.member_id != again.member_id
    assert again.members == []


def test_a_follower_that_returns_is_told_who_leads() -> None:
    groups = Groups()
    leader = groups.first_member()
    static = groups.join(instance="i")
    leading = groups.join(leader.member_id)
    groups.settle([leading.response, static.response])
    for version in (5, 9):
        again = groups.join(instance="i", version=version).response
        assert again.leader == leader.member_id
        assert not again.skip_assignment
        assert again.members == []


@pytest.mark.parametrize("state", [GroupState.STABLE, GroupState.PREPARING_REBALANCE, GroupState.COMPLETING_REBALANCE])
def test_who_returned_fences_its_former_self_in_every_state(state: GroupState) -> None:
    """B077: also while the group rebalances."""
    groups = Groups()
    leader, follower = static_pair(groups)
    if state is not GroupState.STABLE:
        groups.join(follower.member_id, protocols={"range": b"changed"})
    if state is GroupState.COMPLETING_REBALANCE:
        leader = groups.join(leader.member_id, instance="i").response
    assert groups.state is state
    groups.join(instance="i")
    for instance, expected in (("i", ErrorCode.FENCED_INSTANCE_ID), (None, ErrorCode.UNKNOWN_MEMBER_ID)):
        assert groups.heartbeat(leader, instance=instance) is expected
        assert groups.sync(leader, instance=instance).code is expected
        assert groups.join(leader.member_id, instance=instance).code is expected
        assert groups.commit(joined=leader, group_instance_id=instance) is expected
        assert groups.stage(1, producer_id=7, generation_id=leader.generation_id, member_id=leader.member_id,
                            group_instance_id=instance) is expected  # fmt: skip
        assert groups.leave(MemberIdentity(leader.member_id, instance)) == [expected]
    assert len(groups.group().members) == 2


def test_requests_of_the_former_self_that_wait_are_answered_with_82() -> None:
    groups = Groups()
    leader, follower = static_pair(groups)
    groups.join(follower.member_id, protocols={"range": b"changed"})
    joining = groups.join(instance="j")
    returned = groups.join(instance="j")
    assert joining.code is ErrorCode.FENCED_INSTANCE_ID
    leading = groups.join(leader.member_id, instance="i")
    syncing = groups.sync(returned.response, instance="j")
    assert syncing.waits
    groups.join(instance="j")
    assert syncing.code is ErrorCode.FENCED_INSTANCE_ID
    assert leading.code is ErrorCode.NONE


def test_a_static_member_that_returns_while_the_assignment_is_awaited_starts_a_rebalance() -> None:
    """B078: the leader assigns to the former id, so that the new one would get nothing."""
    groups = Groups()
    leader, follower = static_pair(groups)
    again = groups.join(follower.member_id, protocols={"range": b"changed"})
    leader = groups.join(leader.member_id, instance="i").response
    assert groups.state is GroupState.COMPLETING_REBALANCE
    returned = groups.join(instance="i")
    assert groups.state is GroupState.PREPARING_REBALANCE
    assert groups.sync(again.response).code is ErrorCode.REBALANCE_IN_PROGRESS
    last = groups.join(follower.member_id)
    groups.settle([returned.response, last.response])
    assert groups.sync(returned.response).response.assignment == b"c0"


def test_a_static_member_that_returns_while_others_join_takes_part() -> None:
    groups = Groups()
    leader, follower = static_pair(groups)
    waiting = groups.join(follower.member_id, protocols={"range": b"changed"})
    returned = groups.join(instance="i")
    assert returned.response.generation_id == waiting.response.generation_id == leader.generation_id + 1
    assert returned.response.leader == returned.response.member_id


def test_a_static_member_that_returns_with_another_choice_of_protocol_starts_a_rebalance() -> None:
    groups = Groups()
    first = groups.join(instance="i", protocols=BOTH)
    groups.advance(0)
    groups.settle([first.response])
    again = groups.join(instance="i", protocols={"sticky": b"s", "range": b"r"}).response
    assert (again.generation_id, again.protocol_name) == (2, "sticky")
    assert groups.state is GroupState.COMPLETING_REBALANCE


def test_a_static_member_may_return_with_other_metadata_without_a_rebalance() -> None:
    groups = Groups()
    leader, _ = static_pair(groups)
    again = groups.join(instance="i", protocols={"range": b"other"}).response
    assert again.generation_id == leader.generation_id
    assert {member.metadata for member in again.members} == {b"other", DEFAULT_PROTOCOLS["range"]}


def test_the_session_of_who_returned_begins_anew_and_that_of_its_former_self_is_over() -> None:
    groups = Groups()
    leader, follower = static_pair(groups)
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(follower) is ErrorCode.NONE
    again = groups.join(instance="i").response
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(again, instance="i") is ErrorCode.NONE
    assert groups.heartbeat(follower) is ErrorCode.NONE
    assert groups.heartbeat(leader, instance="i") is ErrorCode.FENCED_INSTANCE_ID


def test_who_returned_and_falls_silent_is_removed() -> None:
    groups = Groups()
    _, follower = static_pair(groups)
    again = groups.join(instance="i").response
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(follower) is ErrorCode.NONE
    groups.advance(1)
    assert again.member_id not in groups.group().members


def test_a_return_that_cannot_be_written_has_not_happened() -> None:
    groups = Groups()
    leader, _ = static_pair(groups)
    groups.journal.refuses = ErrorCode.NOT_ENOUGH_REPLICAS
    refused = groups.join(instance="i")
    assert (refused.code, refused.response.member_id) == (ErrorCode.COORDINATOR_NOT_AVAILABLE, "")
    assert groups.heartbeat(leader, instance="i") is ErrorCode.NONE


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
    ],
)
def test_a_group_that_cannot_be_written_does_not_come_into_being(refusal: ErrorCode, told: ErrorCode) -> None:
    groups = Groups()
    groups.journal.refuses = refusal
    refused = groups.join("")
    assert (refused.code, refused.response.member_id) == (told, "")
    assert groups.coordinator.groups() == []


def test_a_member_keeps_what_it_said_of_itself() -> None:
    groups = Groups()
    joined = groups.first_member(client="its-client", host="10.1.2.3", session_ms=7_000, rebalance_ms=8_000)
    member = groups.group().members[joined.member_id]
    assert (member.client_id, member.client_host) == ("its-client", "/10.1.2.3")
    assert (member.session_timeout_ms, member.rebalance_timeout_ms) == (7_000, 8_000)
    groups.join(joined.member_id, session_ms=SESSION_MS, rebalance_ms=REBALANCE_MS, protocols={"range": b"x"})
    assert (member.session_timeout_ms, member.rebalance_timeout_ms) == (SESSION_MS, REBALANCE_MS)
