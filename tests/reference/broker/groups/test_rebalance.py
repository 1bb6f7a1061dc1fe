import pytest

from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.broker.groups.rebalance import NEW_MEMBER_JOIN_TIMEOUT_MS
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.join_group import JoinGroupResponse
from nilometer_reference.wire.messages.leave_group import MemberIdentity

from .kit import REBALANCE_MS, SESSION_MS, Groups, Joined, Synced

# The first rebalance of a group (KIP-134)


def test_a_new_group_waits_for_more_members_before_its_first_generation() -> None:
    groups = Groups(group_initial_rebalance_delay_ms=3_000)
    first = groups.new_member()
    groups.advance(2_999)
    assert first.waits
    groups.advance(1)
    assert first.response.generation_id == 1


def test_every_delay_in_which_somebody_came_is_followed_by_another() -> None:
    groups = Groups(group_initial_rebalance_delay_ms=3_000)
    first = groups.new_member()
    groups.advance(2_000)
    second = groups.new_member()
    groups.advance(1_000)
    assert first.waits
    groups.advance(2_999)
    assert first.waits
    groups.advance(1)
    assert len(first.response.members) == 2
    assert second.response.generation_id == 1


def test_the_first_rebalance_ends_with_the_rebalance_timeout_however_many_come() -> None:
    groups = Groups(group_initial_rebalance_delay_ms=3_000)
    first = groups.new_member(rebalance_ms=7_000)
    for _ in range(6):
        groups.advance(1_000)
        groups.new_member(rebalance_ms=7_000)
    groups.advance(999)
    assert first.waits
    groups.advance(1)
    assert first.response.generation_id == 1
    assert len(first.response.members) == 7


def test_an_emptied_group_waits_as_a_new_one_does_and_counts_on() -> None:
    groups = Groups(group_initial_rebalance_delay_ms=3_000)
    (member,) = groups.stable()
    groups.leave(member)
    again = groups.new_member()
    groups.advance(2_999)
    assert again.waits
    groups.advance(1)
    assert again.response.generation_id == 3


# Later ones


def begun(groups: Groups, *, rebalance_ms: int = REBALANCE_MS) -> tuple[Joined, Joined]:
    """A stable group of c0 and c1 in which c2 comes along: (c0, c1) as they were, c2 waits."""
    asked = [groups.new_member(client="c0", rebalance_ms=rebalance_ms, session_ms=60_000)]
    groups.advance(0)
    asked.append(groups.new_member(client="c1", rebalance_ms=rebalance_ms, session_ms=60_000))
    leading = groups.join(asked[0].response.member_id, rebalance_ms=rebalance_ms, session_ms=60_000)
    groups.settle([leading.response, asked[1].response])
    return leading, asked[1]


def test_a_rebalance_ends_as_soon_as_all_have_joined() -> None:
    groups = Groups()
    leader, follower = begun(groups)
    newcomer = groups.new_member(client="c2")
    assert newcomer.waits
    leading = groups.join(leader.response.member_id)
    assert newcomer.waits
    following = groups.join(follower.response.member_id)
    assert {asked.response.generation_id for asked in (leading, following, newcomer)} == {3}


def test_who_does_not_join_within_the_rebalance_timeout_is_removed() -> None:
    groups = Groups()
    leader, follower = begun(groups, rebalance_ms=20_000)
    again = groups.join(leader.response.member_id, rebalance_ms=20_000)
    groups.advance(19_999)
    assert again.waits
    groups.advance(1)
    assert [member.member_id for member in again.response.members] == [leader.response.member_id]
    assert groups.heartbeat(follower.response) is ErrorCode.UNKNOWN_MEMBER_ID


def test_the_longest_rebalance_timeout_counts() -> None:
    groups = Groups()
    leader, _ = begun(groups, rebalance_ms=20_000)
    groups.new_member(client="c2", rebalance_ms=50_000)
    again = groups.join(leader.response.member_id, rebalance_ms=20_000, session_ms=60_000)
    groups.advance(49_999)
    assert again.waits


def test_a_leader_that_does_not_join_is_followed_by_a_member_that_has() -> None:
    groups = Groups()
    leader, follower = begun(groups, rebalance_ms=20_000)
    again = groups.join(follower.response.member_id, protocols={"range": b"x"}, rebalance_ms=20_000)
    groups.advance(20_000)
    assert again.response.leader == follower.response.member_id
    assert groups.heartbeat(leader.response) is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_static_member_that_does_not_join_stays_and_does_not_lead() -> None:
    groups = Groups()
    static = groups.join(instance="i", session_ms=100_000, rebalance_ms=20_000)
    groups.advance(0)
    groups.settle([static.response])
    other = groups.new_member(rebalance_ms=20_000, session_ms=100_000)
    groups.advance(20_000)
    assert other.response.leader == other.response.member_id
    assert {member.group_instance_id for member in other.response.members} == {None, "i"}


def test_a_rebalance_in_which_only_static_members_are_missing_waits_on() -> None:
    groups = Groups()
    static = groups.join(instance="i", session_ms=100_000, rebalance_ms=20_000)
    groups.advance(0)
    groups.settle([static.response])
    other = groups.join(version=3, rebalance_ms=20_000)
    (newcomer,) = set(groups.group().members) - {static.response.member_id}
    groups.leave(MemberIdentity(newcomer))
    assert other.code is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.state is GroupState.PREPARING_REBALANCE
    groups.advance(20_000)
    assert groups.state is GroupState.PREPARING_REBALANCE
    returned = groups.join(instance="i", rebalance_ms=20_000)
    assert returned.response.generation_id == 2


def test_a_new_member_whose_join_waits_is_given_up_after_five_minutes() -> None:
    groups = Groups(group_max_session_timeout_ms=1_800_000)
    (member,) = groups.stable(session_ms=1_800_000, rebalance_ms=1_800_000)
    newcomer = groups.new_member(rebalance_ms=1_800_000)
    groups.advance(NEW_MEMBER_JOIN_TIMEOUT_MS - 1)
    assert newcomer.waits
    groups.advance(1)
    assert (newcomer.code, newcomer.response.member_id) == (ErrorCode.UNKNOWN_MEMBER_ID, "")
    assert groups.heartbeat(member) is ErrorCode.REBALANCE_IN_PROGRESS


# The assignment


def test_who_does_not_sync_within_the_rebalance_timeout_is_removed_and_the_others_join_again() -> None:
    groups = Groups()
    leader = groups.first_member(client="c0", rebalance_ms=20_000, session_ms=60_000)
    second = groups.new_member(client="c1", rebalance_ms=20_000, session_ms=60_000)
    leader = groups.join(leader.member_id, rebalance_ms=20_000, session_ms=60_000).response
    assert groups.sync(leader).code is ErrorCode.NONE
    assert groups.state is GroupState.STABLE
    groups.advance(19_999)
    assert groups.heartbeat(second.response) is ErrorCode.NONE
    groups.advance(1)
    assert groups.heartbeat(second.response) is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS


def test_nobody_is_removed_after_all_have_synced() -> None:
    groups = Groups()
    members = groups.stable(2, rebalance_ms=20_000, session_ms=60_000)
    groups.advance(40_000)
    assert [groups.heartbeat(each) for each in members] == [ErrorCode.NONE, ErrorCode.NONE]


def test_a_timeout_of_an_earlier_generation_removes_nobody() -> None:
    groups = Groups()
    leader = groups.first_member(rebalance_ms=20_000, session_ms=60_000)
    groups.advance(15_000)
    leader = groups.join(leader.member_id, protocols={"range": b"x"}, rebalance_ms=20_000, session_ms=60_000).response
    assert leader.generation_id == 2
    groups.advance(10_000)
    assert groups.heartbeat(leader) is ErrorCode.NONE
    groups.advance(10_000)
    assert groups.heartbeat(leader) is ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
    ],
)
def test_an_assignment_that_cannot_be_written_is_given_to_nobody(refusal: ErrorCode, told: ErrorCode) -> None:
    groups = Groups()
    leader = groups.first_member(client="c0")
    second = groups.new_member(client="c1")
    leader = groups.join(leader.member_id).response
    waiting = groups.sync(second.response)
    groups.journal.refuses = refusal
    assert groups.sync(leader, {leader.member_id: b"x", second.response.member_id: b"y"}).code is told
    assert waiting.code is told
    assert all(member.assignment == b"" for member in groups.group().members.values())
    assert groups.state is GroupState.PREPARING_REBALANCE
    groups.journal.refuses = None
    again = groups.join(second.response.member_id)
    leading = groups.join(leader.member_id)
    groups.settle([leading.response, again.response])
    assert groups.state is GroupState.STABLE


def test_a_group_that_cannot_be_written_when_it_empties_is_empty_all_the_same() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.journal.refuses = ErrorCode.KAFKA_STORAGE_ERROR
    assert groups.leave(member) == [ErrorCode.NONE]
    assert groups.state is GroupState.EMPTY


# Sessions


def test_a_silent_member_is_removed_at_the_end_of_its_session_and_not_before() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    groups.advance(SESSION_MS // 2)
    assert groups.heartbeat(leader) is ErrorCode.NONE
    groups.advance(SESSION_MS // 2 - 1)
    assert groups.heartbeat(leader) is ErrorCode.NONE
    assert follower.member_id in groups.group().members
    groups.advance(1)
    assert follower.member_id not in groups.group().members
    assert groups.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_member_that_beats_in_time_is_never_removed() -> None:
    groups = Groups()
    (member,) = groups.stable()
    for _ in range(50):
        groups.advance(SESSION_MS - 1)
        assert groups.heartbeat(member) is ErrorCode.NONE


def test_a_refused_heartbeat_keeps_nobody_alive() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(member, generation=7) is ErrorCode.ILLEGAL_GENERATION
    groups.advance(1)
    assert groups.state is GroupState.EMPTY


def test_a_member_is_told_of_a_rebalance_and_stays_alive_while_it_prepares_to_join() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.new_member()
    for _ in range(2):
        groups.advance(SESSION_MS - 1)
        assert groups.heartbeat(member) is ErrorCode.REBALANCE_IN_PROGRESS
    assert member.member_id in groups.group().members


def test_a_join_that_waits_stands_for_heartbeats_and_the_session_begins_with_its_answer() -> None:
    groups = Groups()
    leader, follower = groups.stable(2, rebalance_ms=50_000)
    again = groups.join(follower.member_id, protocols={"range": b"x"}, rebalance_ms=50_000)
    for _ in range(4):
        groups.advance(SESSION_MS - 1)
        assert groups.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS
    assert again.waits
    groups.join(leader.member_id, rebalance_ms=50_000)
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(again.response) is ErrorCode.NONE


def test_a_sync_that_waits_stands_for_heartbeats() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    again = groups.join(follower.member_id, protocols={"range": b"x"})
    leader = groups.join(leader.member_id).response
    waiting = groups.sync(again.response)
    for _ in range(2):
        groups.advance(SESSION_MS - 1)
        assert groups.heartbeat(leader) is ErrorCode.NONE
    assert waiting.waits
    groups.sync(leader, {follower.member_id: b"x"})
    assert waiting.response.assignment == b"x"
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(again.response) is ErrorCode.NONE


def long_waiting_sync(groups: Groups) -> tuple[JoinGroupResponse, Joined, Synced]:
    """The leader, the follower, and the follower's SyncGroup, which has outlasted its session."""
    leader, follower = groups.stable(2)
    again = groups.join(follower.member_id, protocols={"range": b"x"})
    leader = groups.join(leader.member_id).response
    waiting = groups.sync(again.response)
    for _ in range(2):
        groups.advance(SESSION_MS - 1)
        assert groups.heartbeat(leader) is ErrorCode.NONE
    return leader, again, waiting


@pytest.mark.parametrize("is_assigned", [True, False])
def test_the_session_of_who_waited_begins_when_its_sync_is_answered(is_assigned: bool) -> None:
    groups = Groups()
    leader, follower, waiting = long_waiting_sync(groups)
    if is_assigned:
        groups.sync(leader)
    else:
        groups.join(leader.member_id, protocols={"range": b"y"})
    assert not waiting.waits
    groups.advance(SESSION_MS - 1)
    assert follower.response.member_id in groups.group().members
    groups.advance(1)
    assert follower.response.member_id not in groups.group().members


def test_the_session_of_who_waited_begins_when_its_join_is_answered() -> None:
    groups = Groups()
    leader, follower = groups.stable(2, rebalance_ms=50_000)
    again = groups.join(follower.member_id, protocols={"range": b"x"}, rebalance_ms=50_000)
    for _ in range(2):
        groups.advance(SESSION_MS - 1)
        groups.heartbeat(leader)
    leader = groups.join(leader.member_id, rebalance_ms=50_000).response
    assert again.code is ErrorCode.NONE
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(leader) is ErrorCode.NONE
    assert follower.member_id in groups.group().members
    groups.advance(1)
    assert follower.member_id not in groups.group().members


def test_the_last_member_that_falls_silent_leaves_an_empty_group_of_the_next_generation() -> None:
    groups = Groups()
    groups.stable()
    groups.advance(SESSION_MS)
    assert groups.state is GroupState.EMPTY
    assert groups.group().generation_id == 2


def test_a_member_that_falls_silent_in_a_rebalance_holds_nobody_up_any_longer() -> None:
    groups = Groups()
    leader, follower = groups.stable(2, rebalance_ms=50_000)
    again = groups.join(leader.member_id, rebalance_ms=50_000)
    groups.advance(SESSION_MS)
    assert again.response.generation_id == 3
    assert groups.heartbeat(follower) is ErrorCode.UNKNOWN_MEMBER_ID


def test_members_that_come_while_another_rebalance_ends_are_not_lost() -> None:
    """B085: their JoinGroup is part of the next generation."""
    groups = Groups()
    leader, follower = groups.stable(2)
    newcomer = groups.new_member(client="c2")
    following = groups.join(follower.member_id)
    leading = groups.join(leader.member_id)  # ends the rebalance
    last = groups.new_member(client="c3")  # begins the next
    syncs = [groups.sync(asked.response) for asked in (leading, following, newcomer)]
    assert [sync.code for sync in syncs] == [ErrorCode.REBALANCE_IN_PROGRESS] * 3
    again = [groups.join(asked.response.member_id) for asked in (newcomer, following, leading)]
    assert [asked.code for asked in (*again, last)] == [ErrorCode.NONE] * 4
    assert len(again[2].response.members) == 4
