import pytest

from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.join_group import JoinGroupResponse
from nilometer_reference.wire.messages.leave_group import MemberIdentity

from .kit import Groups

NOBODY = JoinGroupResponse(generation_id=1, member_id="nobody")

# SyncGroup


def test_every_member_gets_its_bytes_and_who_was_left_out_gets_none() -> None:
    groups = Groups()
    leader = groups.first_member(client="c0")
    second, third = groups.new_member(client="c1"), groups.new_member(client="c2")
    leader = groups.join(leader.member_id).response
    blob = bytes(range(256)) * 100
    waiting = [groups.sync(each.response) for each in (second, third)]
    assert all(each.waits for each in waiting)
    given = {leader.member_id: b"", second.response.member_id: blob, "stranger": b"x"}
    assert groups.sync(leader, given).response.assignment == b""
    assert [each.response.assignment for each in waiting] == [blob, b""]
    assert groups.state is GroupState.STABLE


def test_a_stable_group_answers_at_once_as_often_as_it_is_asked() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    for _ in range(2):
        assert groups.sync(follower).response.assignment == b"c1"
        assert groups.sync(leader, {follower.member_id: b"another"}).response.assignment == b"c0"
    assert groups.sync(follower).response.assignment == b"c1"


def test_the_answer_names_type_and_protocol() -> None:
    groups = Groups()
    joined = groups.first_member()
    response = groups.sync(joined, {}, protocol_type="consumer", protocol_name="range").response
    assert (response.protocol_type, response.protocol_name) == ("consumer", "range")


def test_a_second_sync_of_a_member_answers_the_first_with_27() -> None:
    groups = Groups()
    leader = groups.first_member(client="c0")
    second = groups.new_member(client="c1")
    leader = groups.join(leader.member_id).response
    first, again = groups.sync(second.response), groups.sync(second.response)
    assert first.code is ErrorCode.REBALANCE_IN_PROGRESS
    groups.sync(leader, {second.response.member_id: b"x"})
    assert again.response.assignment == b"x"


def test_a_sync_that_waits_is_told_of_the_next_rebalance() -> None:
    groups = Groups()
    leader = groups.first_member(client="c0")
    second = groups.new_member(client="c1")
    leader = groups.join(leader.member_id).response
    waiting = groups.sync(second.response)
    groups.new_member(client="c2")
    assert waiting.code is ErrorCode.REBALANCE_IN_PROGRESS
    assert waiting.response.assignment == b""
    assert groups.sync(leader, {}).code is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_sync_of_a_member_that_is_removed_is_answered() -> None:
    groups = Groups()
    leader = groups.first_member(client="c0")
    second = groups.new_member(client="c1")
    leader = groups.join(leader.member_id).response
    waiting = groups.sync(second.response)
    assert groups.leave(second.response) == [ErrorCode.NONE]
    assert waiting.code is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.sync(leader).code is ErrorCode.REBALANCE_IN_PROGRESS


SYNC_REFUSALS = [
    ({"group": ""}, ErrorCode.INVALID_GROUP_ID),
    ({"group": "", "member_id": "nobody", "generation": 9}, ErrorCode.INVALID_GROUP_ID),
    ({"group": "other"}, ErrorCode.UNKNOWN_MEMBER_ID),
    ({"member_id": "nobody", "generation": 9}, ErrorCode.UNKNOWN_MEMBER_ID),
    ({"instance": "i", "generation": 9}, ErrorCode.UNKNOWN_MEMBER_ID),
    ({"generation": 0}, ErrorCode.ILLEGAL_GENERATION),
    ({"generation": 2, "protocol_name": "other"}, ErrorCode.ILLEGAL_GENERATION),
    ({"protocol_name": "other"}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
    ({"protocol_type": "other"}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
]


@pytest.mark.parametrize(("changed", "expected"), SYNC_REFUSALS)
def test_a_sync_is_refused_for_the_first_thing_that_is_wrong_with_it_and_changes_nothing(
    changed: dict[str, str], expected: ErrorCode
) -> None:
    groups = Groups()
    joined = groups.first_member()
    assert groups.sync(joined, {joined.member_id: b"x"}, **changed).code is expected  # type: ignore[arg-type]
    assert groups.state is GroupState.COMPLETING_REBALANCE
    assert groups.sync(joined, {joined.member_id: b"y"}).response.assignment == b"y"


def test_nobody_syncs_with_an_empty_group() -> None:
    groups = Groups()
    groups.join()
    assert groups.state is GroupState.EMPTY
    assert groups.sync(NOBODY).code is ErrorCode.UNKNOWN_MEMBER_ID


# Heartbeat


def test_a_heartbeat_is_answered_as_the_state_says() -> None:
    groups = Groups()
    joined = groups.first_member()
    assert groups.heartbeat(joined) is ErrorCode.NONE  # CompletingRebalance
    groups.sync(joined)
    assert groups.heartbeat(joined) is ErrorCode.NONE  # Stable
    groups.new_member()
    assert groups.heartbeat(joined) is ErrorCode.REBALANCE_IN_PROGRESS
    groups.leave(joined)
    assert groups.heartbeat(joined) is ErrorCode.UNKNOWN_MEMBER_ID


HEARTBEAT_REFUSALS = [
    ({"group": "", "member_id": "nobody"}, ErrorCode.INVALID_GROUP_ID),
    ({"group": "other"}, ErrorCode.UNKNOWN_MEMBER_ID),
    ({"member_id": "nobody", "generation": 9}, ErrorCode.UNKNOWN_MEMBER_ID),
    ({"member_id": "", "generation": -1}, ErrorCode.UNKNOWN_MEMBER_ID),
    ({"instance": "i"}, ErrorCode.UNKNOWN_MEMBER_ID),
    ({"generation": 0}, ErrorCode.ILLEGAL_GENERATION),
    ({"generation": 2}, ErrorCode.ILLEGAL_GENERATION),
    ({"generation": -1}, ErrorCode.ILLEGAL_GENERATION),
]


@pytest.mark.parametrize(("changed", "expected"), HEARTBEAT_REFUSALS)
def test_a_heartbeat_is_refused_for_the_first_thing_that_is_wrong_with_it(
    changed: dict[str, str], expected: ErrorCode
) -> None:
    groups = Groups()
    (joined,) = groups.stable()
    assert groups.heartbeat(joined, **changed) is expected  # type: ignore[arg-type]


def test_an_id_that_was_only_handed_out_cannot_beat() -> None:
    groups = Groups()
    asked = groups.join()
    assert groups.heartbeat(asked.response) is ErrorCode.UNKNOWN_MEMBER_ID


# LeaveGroup


def test_who_leaves_starts_a_rebalance_at_once() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    assert groups.leave(follower) == [ErrorCode.NONE]
    assert groups.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS
    assert groups.heartbeat(follower) is ErrorCode.UNKNOWN_MEMBER_ID


def test_the_last_one_to_leave_leaves_an_empty_group() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.leave(member)
    assert groups.state is GroupState.EMPTY
    assert groups.group().generation_id == 2


def test_who_leaves_during_a_rebalance_holds_nobody_up() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    again = groups.join(leader.member_id)
    groups.leave(follower)
    assert [member.member_id for member in again.response.members] == [leader.member_id]


def test_a_join_of_a_member_that_leaves_is_answered() -> None:
    groups = Groups()
    leader, _ = groups.stable(2)
    again = groups.join(leader.member_id)
    groups.leave(leader)
    assert (again.code, again.response.member_id) == (ErrorCode.UNKNOWN_MEMBER_ID, "")


def test_leaving_a_new_group_does_not_cut_its_initial_delay_short() -> None:
    groups = Groups(group_initial_rebalance_delay_ms=3_000)
    first = groups.new_member(client="c0")
    second = groups.join(version=3, client="c1")
    groups.leave(MemberIdentity(next(m for m in groups.group().members if m.startswith("c1"))))
    assert second.code is ErrorCode.UNKNOWN_MEMBER_ID
    groups.advance(2_999)
    assert first.waits
    groups.advance(3_001)
    assert first.response.generation_id == 1


def test_each_member_has_its_own_result_and_one_rebalance_follows_for_all() -> None:
    groups = Groups()
    members = groups.stable(4)
    pending = groups.join().response
    results = groups.leave(
        MemberIdentity("stranger"), MemberIdentity(""), MemberIdentity("", "i"),
        MemberIdentity(members[1].member_id, "i"), members[2], members[2], pending, members[3],
    )  # fmt: skip
    unknown, none = ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.NONE
    assert results == [unknown, unknown, unknown, unknown, none, unknown, none, none]
    assert groups.heartbeat(members[0]) is ErrorCode.REBALANCE_IN_PROGRESS
    again = groups.join(members[1].member_id)
    groups.join(members[0].member_id)
    assert again.response.generation_id == members[0].generation_id + 1


def test_a_static_member_leaves_by_its_instance_id_alone() -> None:
    groups = Groups()
    asked = groups.join(instance="i")
    groups.advance(0)
    groups.settle([asked.response])
    assert groups.leave(MemberIdentity("somebody", "i")) == [ErrorCode.FENCED_INSTANCE_ID]
    assert groups.leave(MemberIdentity("", "i")) == [ErrorCode.NONE]
    assert groups.state is GroupState.EMPTY


def test_an_id_that_was_only_handed_out_may_be_given_back() -> None:
    groups = Groups()
    (member,) = groups.stable()
    pending = groups.join().response
    again = groups.join(member.member_id)
    assert again.waits
    assert groups.leave(pending) == [ErrorCode.NONE]
    assert again.code is ErrorCode.NONE
    assert groups.join(pending.member_id).code is ErrorCode.UNKNOWN_MEMBER_ID


def test_nobody_leaves_an_unknown_group_and_an_empty_id_is_none() -> None:
    groups = Groups()
    assert (
        groups.leave(MemberIdentity("a"), MemberIdentity("b", "i"), group="other") == [ErrorCode.UNKNOWN_MEMBER_ID] * 2
    )
    with pytest.raises(KafkaError) as error:
        groups.leave(MemberIdentity("a"), group="")
    assert error.value.code is ErrorCode.INVALID_GROUP_ID


def test_refused_leaves_start_no_rebalance() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.leave(MemberIdentity("stranger"))
    groups.leave()
    assert groups.heartbeat(member) is ErrorCode.NONE
