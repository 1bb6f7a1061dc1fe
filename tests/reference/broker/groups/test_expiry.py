import pytest

from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.leave_group import MemberIdentity

from .kit import SESSION_MS, Groups

DAY_MS = 86_400_000
RETENTION_MS = 7 * DAY_MS
SWEEP_MS = 600_000
U_ONLY = {"range": b"\x00\x00\x00\x00\x00\x01\x00\x01u\xff\xff\xff\xff"}


def sweeping(**config: int) -> Groups:
    return Groups(**config)


def pass_time_alive(groups: Groups, joined: object, span_ms: int) -> None:
    """Time passes while the member beats."""
    end_ms = groups.now_ms + span_ms
    while groups.now_ms < end_ms:
        groups.advance(min(SESSION_MS_LONG // 2, end_ms - groups.now_ms))
        assert groups.heartbeat(joined) in (ErrorCode.NONE, ErrorCode.REBALANCE_IN_PROGRESS)  # type: ignore[arg-type]


SESSION_MS_LONG = 1_800_000


def test_a_simple_commit_is_forgotten_after_the_retention_time_and_not_before() -> None:
    groups = sweeping()
    groups.commit(5)
    groups.advance(RETENTION_MS - SWEEP_MS)
    assert groups.committed() == 5
    groups.advance(SWEEP_MS)
    assert groups.committed() == -1
    assert groups.coordinator.groups() == []


def test_of_a_simple_group_each_commit_counts_for_itself() -> None:
    groups = sweeping()
    groups.commit(5, partition=0)
    groups.advance(DAY_MS)
    groups.commit(6, partition=1)
    groups.advance(RETENTION_MS - DAY_MS)
    assert groups.all_offsets() == {("t", 1): (6, "", -1)}
    groups.advance(DAY_MS)
    assert groups.all_offsets() == {}


def test_a_commit_that_is_made_again_lives_longer() -> None:
    groups = sweeping()
    groups.commit(5)
    groups.advance(DAY_MS)
    groups.commit(5)
    groups.advance(RETENTION_MS - DAY_MS)
    assert groups.committed() == 5


def test_of_an_emptied_group_the_retention_counts_from_the_instant_at_which_it_emptied() -> None:
    groups = sweeping()
    (member,) = groups.stable(session_ms=SESSION_MS_LONG)
    groups.commit(5, joined=member)
    pass_time_alive(groups, member, RETENTION_MS + DAY_MS)
    assert groups.committed() == 5
    groups.leave(member)
    groups.advance(RETENTION_MS - SWEEP_MS)
    assert groups.committed() == 5
    groups.advance(SWEEP_MS)
    assert groups.committed() == -1
    assert groups.coordinator.groups() == []


def test_a_restart_does_not_begin_the_retention_anew() -> None:
    groups = sweeping()
    (member,) = groups.stable()
    groups.commit(5, joined=member)
    groups.leave(member)
    groups.advance(RETENTION_MS - DAY_MS)
    groups.restart()
    groups.advance(DAY_MS - SWEEP_MS)
    assert groups.committed() == 5
    groups.advance(SWEEP_MS)
    assert groups.committed() == -1


def test_a_stable_group_keeps_what_it_is_subscribed_to_and_forgets_the_rest() -> None:
    groups = sweeping()
    (member,) = groups.stable(session_ms=SESSION_MS_LONG)  # subscribed to t
    groups.commit(5, joined=member, topic="t")
    groups.commit(6, joined=member, topic="u")
    pass_time_alive(groups, member, RETENTION_MS - SWEEP_MS)
    assert groups.committed("u") == 6
    pass_time_alive(groups, member, SWEEP_MS)
    assert groups.committed("u") == -1
    assert groups.committed("t") == 5


@pytest.mark.parametrize("state", [GroupState.PREPARING_REBALANCE, GroupState.COMPLETING_REBALANCE])
def test_nothing_is_forgotten_while_the_group_rebalances(state: GroupState) -> None:
    """B093."""
    groups = sweeping()
    span_ms = 1_800_000
    (member,) = groups.stable(session_ms=span_ms, rebalance_ms=2**31 - 1, protocols=U_ONLY)
    groups.commit(5, joined=member, topic="t")
    pass_time_alive(groups, member, RETENTION_MS - SWEEP_MS)
    assert groups.committed("t") == 5
    changed = {"range": U_ONLY["range"] + b"."}
    if state is GroupState.PREPARING_REBALANCE:
        groups.new_member(protocols=U_ONLY, rebalance_ms=2**31 - 1)
    else:
        groups.join(member.member_id, protocols=changed, session_ms=span_ms, rebalance_ms=2**31 - 1)
    assert groups.state is state
    groups.advance(2 * SWEEP_MS)
    assert groups.state is state
    assert groups.committed("t") == 5


def test_a_group_of_another_type_keeps_its_offsets_while_it_has_members() -> None:
    groups = sweeping()
    (member,) = groups.stable(session_ms=SESSION_MS_LONG, protocol_type="connect")
    groups.commit(5, joined=member)
    pass_time_alive(groups, member, RETENTION_MS + DAY_MS)
    assert groups.committed() == 5


def test_a_group_whose_subscription_cannot_be_read_keeps_its_offsets() -> None:
    groups = sweeping()
    (member,) = groups.stable(session_ms=SESSION_MS_LONG, protocols={"range": b"?"})
    groups.commit(5, joined=member)
    pass_time_alive(groups, member, RETENTION_MS + DAY_MS)
    assert groups.committed() == 5


def test_nothing_is_forgotten_that_a_transaction_has_staged() -> None:
    groups = sweeping()
    groups.commit(5)
    groups.stage(6, producer_id=7)
    groups.advance(RETENTION_MS + DAY_MS)
    assert groups.committed() == 5
    groups.end_transaction(7, commit=False)
    groups.advance(SWEEP_MS)
    assert groups.committed() == -1
    assert groups.coordinator.groups() == []


def test_a_group_is_kept_for_a_transaction_that_has_staged_its_only_offset() -> None:
    groups = sweeping()
    groups.stage(6, producer_id=7)
    groups.advance(RETENTION_MS + DAY_MS)
    assert len(list(groups.coordinator.groups())) == 1
    groups.end_transaction(7, commit=True)
    assert groups.committed() == 6


def test_a_commit_may_bring_its_own_retention() -> None:
    groups = sweeping()
    groups.commit(5, partition=0, retention_ms=DAY_MS)
    groups.commit(6, partition=1, retention_ms=30 * DAY_MS)
    groups.advance(DAY_MS - SWEEP_MS)
    assert groups.committed(partition=0) == 5
    groups.advance(SWEEP_MS)
    assert groups.committed(partition=0) == -1
    groups.restart()
    groups.advance(RETENTION_MS)
    assert groups.committed(partition=1) == 6
    groups.advance(30 * DAY_MS)
    assert groups.committed(partition=1) == -1


def test_a_group_without_members_and_offsets_goes_with_the_next_sweep() -> None:
    groups = sweeping()
    (member,) = groups.stable()
    groups.leave(member)
    groups.advance(SWEEP_MS - 1)
    assert groups.state is GroupState.EMPTY
    groups.advance(1)
    assert groups.coordinator.groups() == []
    groups.restart()
    assert groups.coordinator.groups() == []


def test_a_group_is_kept_for_an_id_that_was_handed_out() -> None:
    groups = sweeping()
    groups.advance(SWEEP_MS - 1)
    asked = groups.join(session_ms=SESSION_MS)
    groups.advance(1)
    assert groups.join(asked.response.member_id).waits
    groups.advance(0)
    groups.leave(MemberIdentity(asked.response.member_id))
    groups.advance(SWEEP_MS)
    assert groups.coordinator.groups() == []


def test_retention_and_sweeps_are_settings() -> None:
    groups = sweeping(offsets_retention_minutes=1, offsets_retention_check_interval_ms=1_000)
    groups.commit(5)
    groups.advance(59_999)
    assert groups.committed() == 5
    groups.advance(1)
    assert groups.committed() == -1


def test_what_cannot_be_written_is_left_to_the_next_sweep() -> None:
    groups = sweeping()
    groups.commit(5)
    groups.journal.refuses = ErrorCode.KAFKA_STORAGE_ERROR
    groups.advance(RETENTION_MS)
    assert groups.committed() == 5
    groups.journal.refuses = None
    groups.advance(SWEEP_MS)
    assert groups.committed() == -1
