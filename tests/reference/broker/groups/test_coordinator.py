from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.broker.groups.group_records import group_tombstone, offset_key, offset_value
from nilometer_reference.broker.journal import partition_for
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.coordinator_records import OffsetCommitValue

from .kit import SESSION_MS, Groups

# Groups come and go


def test_a_group_that_somebody_asked_to_join_is_there_also_after_a_restart() -> None:
    groups = Groups()
    groups.join()
    for _ in range(2):
        assert [(group.group_id, group.state, group.protocol_type) for group in groups.coordinator.groups()] == [
            ("g", GroupState.EMPTY, None)
        ]
        groups.restart()


def test_groups_are_listed_oldest_first_and_may_change_meanwhile() -> None:
    groups = Groups()
    for name in ("b", "a", "c"):
        groups.join(group=name)
    seen = []
    for group in groups.coordinator.groups():
        seen.append(group.group_id)
        groups.coordinator.delete_group(group.group_id, groups.now_ms)
    assert seen == ["b", "a", "c"]
    assert groups.coordinator.groups() == []


def test_groups_do_not_disturb_each_other() -> None:
    groups = Groups()
    (one,) = groups.stable()
    other = groups.new_member(group="h")
    groups.advance(0)
    assert groups.heartbeat(one) is ErrorCode.NONE
    assert groups.heartbeat(one, group="h") is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.heartbeat(other.response, group="h") is ErrorCode.NONE


@pytest.mark.parametrize("with_members", [False, True])
def test_a_group_is_deleted_with_its_offsets_if_nobody_is_in_it(with_members: bool) -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.commit(5, joined=member)
    groups.commit(5, group_id="other")
    if with_members:
        with pytest.raises(KafkaError) as error:
            groups.coordinator.delete_group("g", groups.now_ms)
        assert error.value.code is ErrorCode.NON_EMPTY_GROUP
        assert groups.heartbeat(member) is ErrorCode.NONE
        assert groups.committed() == 5
        return
    groups.leave(member)
    groups.coordinator.delete_group("g", groups.now_ms)
    for _ in range(2):
        assert [group.group_id for group in groups.coordinator.groups()] == ["other"]
        assert groups.committed() == -1
        assert groups.committed(group="other") == 5
        groups.restart()


def test_an_unknown_group_is_not_deleted() -> None:
    with pytest.raises(KafkaError) as error:
        Groups().coordinator.delete_group("g", 0)
    assert error.value.code is ErrorCode.GROUP_ID_NOT_FOUND


def test_a_group_that_comes_again_after_its_deletion_is_a_new_one() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.leave(member)
    pending = groups.join()
    groups.coordinator.delete_group("g", groups.now_ms)
    assert groups.join(pending.response.member_id).code is ErrorCode.UNKNOWN_MEMBER_ID
    (again,) = groups.stable()
    assert again.generation_id == 1
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(again) is ErrorCode.NONE


# Restart


def test_members_come_back_in_the_generation_last_written() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    groups.restart()
    assert groups.state is GroupState.STABLE
    assert groups.heartbeat(leader) is groups.heartbeat(follower) is ErrorCode.NONE
    assert groups.sync(follower).response.assignment == b"c1"
    assert groups.join(follower.member_id).response.leader == leader.member_id
    assert groups.commit(5, joined=follower) is ErrorCode.NONE


def test_sessions_begin_anew_with_the_restart() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    groups.advance(SESSION_MS - 1)
    groups.restart()
    groups.advance(SESSION_MS - 1)
    assert groups.heartbeat(leader) is ErrorCode.NONE
    groups.advance(1)
    assert groups.heartbeat(follower) is ErrorCode.UNKNOWN_MEMBER_ID
    assert groups.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_group_that_was_rebalancing_is_back_in_its_former_generation() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    groups.new_member(client="c2")
    groups.join(leader.member_id)
    newer = groups.join(follower.member_id).response
    assert newer.generation_id == 3
    groups.restart()
    assert groups.state is GroupState.STABLE
    assert groups.heartbeat(newer) is ErrorCode.ILLEGAL_GENERATION
    assert groups.heartbeat(leader) is ErrorCode.NONE
    assert len(groups.group().members) == 2


def test_an_empty_group_comes_back_empty() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.leave(member)
    groups.restart()
    assert groups.state is GroupState.EMPTY
    assert (groups.group().generation_id, groups.group().protocol_type) == (2, "consumer")


def test_a_static_member_is_known_after_a_restart_and_its_former_self_stays_fenced() -> None:
    groups = Groups()
    asked = groups.join(instance="i")
    groups.advance(0)
    groups.settle([asked.response])
    returned = groups.join(instance="i").response
    groups.restart()
    assert groups.heartbeat(asked.response, instance="i") is ErrorCode.FENCED_INSTANCE_ID
    assert groups.heartbeat(returned, instance="i") is ErrorCode.NONE
    again = groups.join(instance="i").response
    assert groups.sync(again, instance="i").response.assignment == b"c0"


def test_a_group_that_is_too_large_after_a_restart_rebalances_and_shrinks() -> None:
    groups = Groups()
    members = groups.stable(3)
    groups.restart(group_max_size=2)
    assert [groups.heartbeat(member) for member in members] == [ErrorCode.REBALANCE_IN_PROGRESS] * 3
    first, second = groups.join(members[0].member_id), groups.join(members[1].member_id)
    assert groups.join(members[2].member_id).code is ErrorCode.GROUP_MAX_SIZE_REACHED
    assert {first.code, second.code} == {ErrorCode.NONE}
    assert len(first.response.members) == 2


def test_offsets_and_open_transactions_come_back() -> None:
    groups = Groups()
    groups.commit(5, metadata="m", leader_epoch=3)
    groups.stage(6, producer_id=7)
    groups.restart()
    assert groups.fetch() == (5, "m", 3, ErrorCode.NONE)
    assert groups.fetch(require_stable=True)[3] is ErrorCode.UNSTABLE_OFFSET_COMMIT
    groups.end_transaction(7, commit=True)
    assert groups.committed() == 6
    groups.restart()
    assert groups.committed() == 6


def test_transactions_of_several_producers_stay_apart_over_a_restart() -> None:
    """B087."""
    groups = Groups()
    groups.stage(6, producer_id=7)
    groups.stage(8, producer_id=9, partition=1)
    groups.restart()
    groups.end_transaction(9, commit=True)
    groups.end_transaction(7, commit=False)
    assert groups.all_offsets() == {("t", 1): (8, "", -1)}


def test_every_record_of_a_long_log_is_read() -> None:
    """B094."""
    groups = Groups()
    for offset in range(3_000):
        groups.commit(offset, partition=offset % 2, metadata="x" * 100)
    groups.restart()
    assert groups.all_offsets() == {("t", 0): (2_998, "x" * 100, -1), ("t", 1): (2_999, "x" * 100, -1)}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (offset_key("g", "t", 1), b""),
        (offset_key("g", "t", 1), b"\x00\x63"),
        (offset_key("g", "t", 1), b"\x00\x04\x00"),
        (group_tombstone("g")[0], b"\x00\x03\xff\xff"),
        (group_tombstone("g")[0], b"\x7f\xff"),
        (b"\x00\x01\x00\x05g", b"x"),
        (b"\x00\x02", None),
        (b"", b"x"),
    ],
)
def test_a_record_that_cannot_be_read_costs_nothing_but_itself(key: bytes, value: bytes | None) -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.commit(5, joined=member)
    log_partition = partition_for("g", groups.journal.partition_count)
    groups.journal.append(log_partition, [(key, value)], 0)
    groups.commit(6, joined=member, topic="u")
    groups.restart()
    assert groups.heartbeat(member) is ErrorCode.NONE
    assert groups.all_offsets() == {("t", 0): (5, "", -1), ("u", 0): (6, "", -1)}


def test_a_log_after_compaction_is_read() -> None:
    """B084."""
    groups = Groups()
    (member,) = groups.stable()
    groups.commit(5, joined=member)
    groups.commit(6, joined=member)
    groups.stage(7, producer_id=1, partition=1)
    groups.end_transaction(1, commit=True)
    groups.coordinator.offsets.table.delete_offsets("g", [("t", 0)], groups.now_ms)
    groups.commit(9, group_id="gone")
    groups.coordinator.delete_group("gone", groups.now_ms)
    before = groups.all_offsets()
    length = len(groups.journal.records())
    groups.journal.compact()
    assert len(groups.journal.records()) < length
    groups.restart()
    assert groups.all_offsets() == before == {("t", 1): (7, "", -1)}
    assert [group.group_id for group in groups.coordinator.groups()] == ["g"]
    assert groups.heartbeat(member) is ErrorCode.NONE


# A log that fails


def failed(groups: Groups, group: str = "g") -> None:
    groups.coordinator.log_failed(partition_for(group, groups.journal.partition_count))


def test_a_group_whose_log_has_failed_has_no_coordinator_until_a_restart() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.commit(5, joined=member)
    failed(groups)
    told = ErrorCode.NOT_COORDINATOR
    assert groups.join().code is groups.join(member.member_id).code is told
    assert groups.sync(member).code is told
    assert groups.heartbeat(member) is told
    assert groups.commit(6, joined=member) is groups.commit(6) is told
    assert groups.stage(6, producer_id=7) is told
    for refused in (
        groups.fetch,
        lambda: groups.leave(member),
        groups.group,
        lambda: groups.coordinator.delete_group("g", groups.now_ms),
    ):
        with pytest.raises(KafkaError) as error:
            refused()
        assert error.value.code is told
    assert groups.coordinator.groups() == []
    groups.restart()
    assert groups.heartbeat(member) is ErrorCode.NONE
    assert groups.committed() == 5


def test_who_waits_when_the_log_fails_is_answered() -> None:
    groups = Groups()
    leader, follower = groups.stable(2)
    joining = groups.join(follower.member_id, protocols={"range": b"x"})
    other = groups.stable_in("h", 2)
    again = groups.join(other[1].member_id, group="h", protocols={"range": b"x"})
    groups.join(other[0].member_id, group="h")
    syncing = groups.sync(again.response, group="h")
    assert joining.waits
    assert syncing.waits
    failed(groups)
    failed(groups, "h")
    assert (joining.code, joining.response.member_id) == (ErrorCode.NOT_COORDINATOR, follower.member_id)
    assert syncing.code is ErrorCode.NOT_COORDINATOR
    groups.advance(1_000_000)  # no timer of theirs does any harm
    assert groups.heartbeat(leader) is ErrorCode.NOT_COORDINATOR


def test_groups_in_other_partitions_of_the_log_go_on() -> None:
    groups = Groups()
    (member,) = groups.stable()
    there = next(name for name in "abcdef" if partition_for(name, 4) != partition_for("g", 4))
    groups.commit(7, group_id=there)
    failed(groups, there)
    assert groups.heartbeat(member) is ErrorCode.NONE
    assert groups.commit(5, joined=member) is ErrorCode.NONE
    assert [group.group_id for group in groups.coordinator.groups()] == ["g"]


def test_without_its_internal_topic_the_coordinator_begins_anew() -> None:
    groups = Groups()
    groups.topics.ensure_internal("__consumer_offsets", groups.now_ms)
    (member,) = groups.stable()
    groups.commit(5, joined=member)
    groups.stage(6, producer_id=7, partition=1)
    waiting = groups.join(member.member_id, protocols={"range": b"x"})
    assert waiting.code is ErrorCode.NONE
    failed(groups, "h")
    groups.topics.delete("__consumer_offsets", groups.now_ms)
    groups.journal.partitions = [[] for _ in groups.journal.partitions]
    assert groups.coordinator.groups() == []
    assert groups.heartbeat(member) is ErrorCode.UNKNOWN_MEMBER_ID
    groups.end_transaction(7, commit=True)
    assert groups.all_offsets() == {}
    assert groups.commit(8, group_id="h") is ErrorCode.NONE
    assert len(groups.stable()) == 1


# Topics that go


def test_offsets_go_with_their_topic_and_a_topic_of_the_same_name_begins_without() -> None:
    """B095."""
    groups = Groups()
    groups.commit(5)
    groups.commit(6, topic="u")
    groups.commit(7, group_id="other")
    groups.topics.delete("t", groups.now_ms)
    assert groups.committed() == groups.committed(group="other") == -1
    assert groups.committed("u") == 6
    groups.topics.create("t", 2, now_ms=groups.now_ms)
    for _ in range(2):
        assert groups.committed() == -1
        assert groups.all_offsets() == {("u", 0): (6, "", -1)}
        groups.restart()


def test_staged_offsets_go_with_their_topic() -> None:
    groups = Groups()
    groups.stage(6, producer_id=7)
    groups.topics.delete("t", groups.now_ms)
    groups.topics.create("t", 1, now_ms=groups.now_ms)
    groups.end_transaction(7, commit=True)
    assert groups.committed() == -1


def test_offsets_of_a_topic_that_went_in_the_moment_of_a_crash_go_at_the_restart() -> None:
    groups = Groups()
    groups.commit(5)
    groups.stage(6, producer_id=7, topic="u")
    before = [list(log) for log in groups.journal.partitions]
    groups.topics.delete("t", groups.now_ms)
    groups.topics.delete("u", groups.now_ms)
    groups.topics.create("t", 2, now_ms=groups.now_ms)
    groups.journal.partitions = before  # the tombstones were lost
    groups.restart()
    groups.end_transaction(7, commit=True)
    assert groups.all_offsets() == {}


def test_offsets_go_with_their_topic_even_if_the_log_refuses_their_tombstones() -> None:
    groups = Groups()
    groups.commit(5)
    groups.journal.refuses = ErrorCode.KAFKA_STORAGE_ERROR
    groups.topics.delete("t", groups.now_ms)
    groups.topics.create("t", 2, now_ms=groups.now_ms)
    assert groups.committed() == -1
    groups.journal.refuses = None
    groups.restart()
    assert groups.committed() == -1


def test_an_offset_without_topic_id_goes_with_the_name_of_its_topic() -> None:
    groups = Groups()
    key, value = offset_key("g", "t", 0), offset_value(OffsetCommitValue(5))
    groups.journal.append(partition_for("g", groups.journal.partition_count), [(key, value)], 0)
    groups.restart()
    assert groups.committed() == 5
    groups.topics.delete("t", groups.now_ms)
    groups.topics.create("t", 2, now_ms=groups.now_ms)
    assert groups.committed() == -1


# All histories of offsets

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.integers(0, 1), st.integers(0, 100)),
        st.tuples(st.just("stage"), st.integers(0, 1), st.integers(1, 3)),
        st.tuples(st.sampled_from(["end", "abort"]), st.integers(1, 3)),
        st.tuples(st.sampled_from(["delete", "topic", "restart", "compact", "sweep"])),
    ),
    max_size=30,
)


@given(STEPS)
def test_a_restart_or_compaction_changes_no_offset_whatever_came_before(steps: list[tuple[object, ...]]) -> None:
    """B084, B087, B089, B094: live and loaded state are one fold of one log."""
    groups = Groups()
    for number, step in enumerate(steps):
        match step:
            case ("commit", int(partition), int(offset)):
                groups.commit(offset, partition=partition, metadata=str(number))
            case ("stage", int(partition), int(producer_id)):
                groups.stage(1_000 + number, producer_id=producer_id, partition=partition)
            case ("end" | "abort" as kind, int(producer_id)):
                groups.end_transaction(producer_id, commit=kind == "end")
            case ("delete",):
                groups.coordinator.offsets.table.delete_offsets("g", [("t", 0)], groups.now_ms)
            case ("topic",):
                groups.topics.delete("t", groups.now_ms)
                groups.topics.create("t", 2, now_ms=groups.now_ms)
            case ("sweep",):
                groups.advance(groups.config.offsets_retention_check_interval_ms)
            case (kind,):
                before = observed(groups)
                if kind == "compact":
                    groups.journal.compact()
                groups.restart()
                assert observed(groups) == before
    before = observed(groups)
    groups.restart()
    assert observed(groups) == before


def observed(groups: Groups) -> object:
    stable = [groups.fetch(partition=partition, require_stable=True) for partition in (0, 1)]
    return groups.all_offsets(), stable
