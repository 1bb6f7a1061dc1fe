import itertools

import pytest

from nilometer_reference.broker.groups.classic_group import (
    TRANSITIONS,
    ClassicGroup,
    GroupEvent,
    GroupState,
    IllegalTransition,
)
from nilometer_reference.broker.groups.members import Member
from nilometer_reference.broker.timers import Timer, Timers
from nilometer_reference.wire.errors import ErrorCode, KafkaError

PAIRS = list(itertools.product(GroupState, GroupEvent))


def member(name: str, *protocols: str, instance: str | None = None) -> Member:
    """Its metadata of each protocol is "<name> <protocol>"."""
    metadata = tuple((each, f"{name} {each}".encode()) for each in protocols or ("range",))
    return Member(name, instance, "client", "/127.0.0.1", 60_000, 10_000, metadata)


def group_of(*members: Member, state: GroupState = GroupState.STABLE) -> ClassicGroup:
    group = ClassicGroup("g", generation_id=3)
    for each in members:
        group.add(each, "consumer")
    group.state = state
    group.protocol_name = "range"
    return group


def code_of(error: pytest.ExceptionInfo[KafkaError]) -> ErrorCode:
    return error.value.code


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_a_pair_in_the_table_moves_and_any_other_is_refused_and_changes_nothing(
    state: GroupState, event: GroupEvent
) -> None:
    group = ClassicGroup("g", state=state, state_changed_at_ms=1)
    if (state, event) in TRANSITIONS:
        group.apply(event, 2)
        assert (group.previous_state, group.state) == (state, TRANSITIONS[state, event])
        assert group.state_changed_at_ms == 2
    else:
        with pytest.raises(IllegalTransition):
            group.apply(event, 2)
        assert (group.previous_state, group.state) == (GroupState.EMPTY, state)
        assert group.state_changed_at_ms == 1


def test_nothing_comes_after_dead() -> None:
    assert all(state is not GroupState.DEAD for state, _ in TRANSITIONS)


def test_only_a_group_that_can_is_told_to_rebalance() -> None:
    can = {state for state in GroupState if ClassicGroup("g", state=state).can_rebalance}
    assert can == {GroupState.EMPTY, GroupState.STABLE, GroupState.COMPLETING_REBALANCE}


def test_a_generation_with_members_has_a_protocol_and_awaits_its_assignment() -> None:
    group = group_of(member("a", "x", "y"), member("b", "y"), state=GroupState.PREPARING_REBALANCE)
    group.pending_sync.add("a")
    group.begin_next_generation(7)
    assert (group.generation_id, group.protocol_name) == (4, "y")
    assert group.state is GroupState.COMPLETING_REBALANCE
    assert group.state_changed_at_ms == 7
    assert not group.pending_sync


def test_a_generation_without_members_is_empty_and_keeps_its_type() -> None:
    group = group_of(member("a"), state=GroupState.PREPARING_REBALANCE)
    group.remove("a")
    group.begin_next_generation(7)
    assert (group.generation_id, group.protocol_name, group.protocol_type) == (4, None, "consumer")
    assert group.state is GroupState.EMPTY
    assert group.leader_id is None
    assert not group.is_subscribed("t")


def test_an_empty_group_takes_any_type_and_protocol_but_not_none() -> None:
    group = ClassicGroup("g", protocol_type="consumer")
    assert group.supports("connect", ["x"])
    assert not group.supports("", ["x"])
    assert not group.supports("connect", [])


def test_a_group_with_members_takes_its_own_type_and_a_protocol_of_all() -> None:
    group = group_of(member("a", "x", "y"), member("b", "y"))
    assert group.supports("consumer", ["z", "y"])
    assert not group.supports("consumer", ["x"])
    assert not group.supports("consumer", [])
    assert not group.supports("connect", ["y"])


def test_the_first_member_leads_and_the_oldest_follows_it() -> None:
    group = group_of(member("a"), member("b"), member("c"))
    assert group.leader_id == "a"
    group.remove("b")
    assert group.leader_id == "a"
    group.remove("a")
    assert group.leader_id == "c"


def test_who_is_removed_is_forgotten_everywhere() -> None:
    group = group_of(member("a", instance="i"))
    group.pending_sync.add("a")
    session = group.members["a"].session_timer = Timers().at(1, lambda _now_ms: None)
    group.remove("a")
    assert not group.members
    assert not group.static_members
    assert not group.pending_sync
    assert not session.is_waiting


def test_an_id_that_was_handed_out_is_no_member_until_it_joins() -> None:
    group = group_of(member("a"))
    lapse = group.pending_members["b"] = Timers().at(1, lambda _now_ms: None)
    assert not group.has_all_members_joined
    group.add(member("b"), "consumer")
    assert not group.pending_members
    assert not lapse.is_waiting


def test_a_replaced_instance_leads_if_its_former_self_led() -> None:
    group = group_of(member("a", instance="i"), member("b"))
    group.pending_sync.add("a")
    group.replace_static("a", member("a2", instance="i"))
    assert group.leader_id == "a2"
    assert set(group.members) == {"a2", "b"}
    assert group.static_members == {"i": "a2"}
    assert group.pending_sync == {"a2"}
    group.replace_static("a2", member("a3", instance="i"))
    assert group.pending_sync == {"a3"}


def test_a_replaced_follower_does_not_lead() -> None:
    group = group_of(member("b"), member("a", instance="i"))
    group.replace_static("a", member("a2", instance="i"))
    assert group.leader_id == "b"


def test_one_instance_is_one_member() -> None:
    group = group_of(member("a", instance="i"))
    with pytest.raises(AssertionError):
        group.add(member("b", instance="i"), "consumer")


def test_nothing_of_a_discarded_group_waits_any_more() -> None:
    group = group_of(member("a"))
    waiting: list[Timer] = [Timers().at(1, lambda _now_ms: None) for _ in range(4)]
    group.join_timer, group.sync_timer, group.pending_members["b"], group.members["a"].session_timer = waiting
    group.discard()
    assert not any(timer.is_waiting for timer in waiting)
    assert group.state is GroupState.DEAD


@pytest.mark.parametrize(
    ("member_id", "instance", "expected"),
    [
        ("a", "i", None),
        ("a", None, None),
        ("b", None, None),
        ("b", "i", ErrorCode.FENCED_INSTANCE_ID),
        ("x", "i", ErrorCode.FENCED_INSTANCE_ID),
        ("b", "j", ErrorCode.UNKNOWN_MEMBER_ID),
        ("x", None, ErrorCode.UNKNOWN_MEMBER_ID),
        ("", None, ErrorCode.UNKNOWN_MEMBER_ID),
    ],
)
def test_a_member_is_known_by_its_id_and_an_instance_by_its_present_one(
    member_id: str, instance: str | None, expected: ErrorCode | None
) -> None:
    group = group_of(member("a", instance="i"), member("b"))
    if expected is None:
        assert group.check_member(member_id, instance).member_id == member_id
    else:
        with pytest.raises(KafkaError) as error:
            group.check_member(member_id, instance)
        assert code_of(error) is expected


@pytest.mark.parametrize("generation_id", [-1, 2, 4])
def test_another_generation_is_refused(generation_id: int) -> None:
    group = group_of(member("a"))
    group.check_generation(3)
    with pytest.raises(KafkaError) as error:
        group.check_generation(generation_id)
    assert code_of(error) is ErrorCode.ILLEGAL_GENERATION


REFUSED_27, REFUSED_25 = ErrorCode.REBALANCE_IN_PROGRESS, ErrorCode.UNKNOWN_MEMBER_ID
COMMITS = [
    # state, member id, generation, plain commit, commit in a transaction
    (GroupState.EMPTY, "", -1, None, None),
    (GroupState.EMPTY, "whoever", -1, None, None),
    (GroupState.EMPTY, "whoever", 3, REFUSED_25, REFUSED_25),
    (GroupState.STABLE, "", -1, REFUSED_25, None),
    (GroupState.STABLE, "", 3, REFUSED_25, REFUSED_25),
    (GroupState.STABLE, "x", 3, REFUSED_25, REFUSED_25),
    (GroupState.STABLE, "a", 3, None, None),
    (GroupState.STABLE, "a", 2, ErrorCode.ILLEGAL_GENERATION, ErrorCode.ILLEGAL_GENERATION),
    (GroupState.STABLE, "a", -1, ErrorCode.ILLEGAL_GENERATION, ErrorCode.ILLEGAL_GENERATION),
    (GroupState.PREPARING_REBALANCE, "a", 3, None, None),
    (GroupState.PREPARING_REBALANCE, "", -1, REFUSED_25, None),
    (GroupState.COMPLETING_REBALANCE, "a", 3, REFUSED_27, None),
    (GroupState.COMPLETING_REBALANCE, "a", 2, ErrorCode.ILLEGAL_GENERATION, ErrorCode.ILLEGAL_GENERATION),
    (GroupState.COMPLETING_REBALANCE, "", -1, REFUSED_25, None),
]


@pytest.mark.parametrize(("state", "member_id", "generation_id", "plain", "transactional"), COMMITS)
def test_who_may_commit(
    state: GroupState,
    member_id: str,
    generation_id: int,
    plain: ErrorCode | None,
    transactional: ErrorCode | None,
) -> None:
    group = group_of(member("a"), state=state)
    if state is GroupState.EMPTY:
        group.remove("a")
    for is_transactional, expected in ((False, plain), (True, transactional)):
        got = None
        try:
            group.check_commit(member_id, None, generation_id, transactional=is_transactional)
        except KafkaError as error:
            got = error.code
        assert got is expected


def test_a_fenced_instance_may_not_commit() -> None:
    group = group_of(member("a", instance="i"))
    for is_transactional in (False, True):
        with pytest.raises(KafkaError) as error:
            group.check_commit("former", "i", 3, transactional=is_transactional)
        assert code_of(error) is ErrorCode.FENCED_INSTANCE_ID


@pytest.mark.parametrize("state", GroupState)
def test_only_an_empty_group_may_be_deleted(state: GroupState) -> None:
    group = ClassicGroup("g", state=state, protocol_type="consumer")
    if state is GroupState.EMPTY:
        group.check_delete()
    else:
        with pytest.raises(KafkaError) as error:
            group.check_delete()
        assert code_of(error) is ErrorCode.NON_EMPTY_GROUP


@pytest.mark.parametrize("protocol_type", ["consumer", "connect"])
def test_offsets_of_a_group_with_members_may_be_deleted_if_its_topics_are_known(protocol_type: str) -> None:
    empty = ClassicGroup("g", protocol_type=protocol_type)
    empty.check_offset_delete()
    group = ClassicGroup("g", state=GroupState.STABLE, protocol_type=protocol_type)
    if protocol_type == "consumer":
        group.check_offset_delete()
    else:
        with pytest.raises(KafkaError) as error:
            group.check_offset_delete()
        assert code_of(error) is ErrorCode.NON_EMPTY_GROUP


def test_a_consumer_group_that_cannot_be_read_may_be_subscribed_to_anything() -> None:
    group = ClassicGroup("g", protocol_type="consumer", subscribed_topics=None)
    assert group.is_subscribed("t")
    assert not ClassicGroup("g", protocol_type="connect", subscribed_topics=None).is_subscribed("t")
    known = ClassicGroup("g", protocol_type="consumer", subscribed_topics=frozenset({"t"}))
    assert known.is_subscribed("t")
    assert not known.is_subscribed("u")


def test_the_rebalance_timeout_is_the_longest_of_the_members() -> None:
    group = group_of(member("a"), member("b"))
    group.members["b"].rebalance_timeout_ms = 90_000
    assert group.rebalance_timeout_ms == 90_000
    assert ClassicGroup("g").rebalance_timeout_ms == 0
