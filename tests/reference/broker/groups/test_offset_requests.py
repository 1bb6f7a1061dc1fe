from __future__ import annotations

import pytest

from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.broker.groups.group_records import offset_key, offset_value
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.coordinator_records import OffsetCommitValue
from nilometer_reference.wire.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from nilometer_reference.wire.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequestTopics
from nilometer_reference.wire.uuids import ZERO_UUID

from .kit import SESSION_MS, Groups

UNKNOWN_ID = b"\x77" * 16


def commit_many(groups: Groups, topics: dict[str, list[tuple[object, ...]]], **fields: object) -> list[list[int]]:
    """Error codes; `topics`: name -> (index, offset, leader epoch, metadata)."""
    request = OffsetCommitRequest(
        "g",
        topics=[
            OffsetCommitRequestTopic(name, ZERO_UUID, [OffsetCommitRequestPartition(*each) for each in given])  # type: ignore[arg-type]
            for name, given in topics.items()
        ],
    )
    for name, value in fields.items():
        setattr(request, name, value)
    response = groups.coordinator.offsets.commit(request, groups.now_ms)
    assert [topic.name for topic in response.topics] == list(topics)
    return [[partition.error_code for partition in topic.partitions] for topic in response.topics]


def delete(groups: Groups, group: str = "g", **topics: list[int]) -> list[list[int]]:
    request = OffsetDeleteRequest(
        group,
        [
            OffsetDeleteRequestTopic(name, [OffsetDeleteRequestPartition(index) for index in indexes])
            for name, indexes in topics.items()
        ],
    )
    response = groups.coordinator.offsets.delete(request, groups.now_ms)
    return [[partition.error_code for partition in topic.partitions] for topic in response.topics]


# OffsetCommit


def test_offset_epoch_and_metadata_come_back_as_committed() -> None:
    """B092: also after a restart."""
    groups = Groups()
    groups.commit(2**63 - 1, partition=0, metadata="päckchen \U0001f4e6", leader_epoch=7)
    groups.commit(0, partition=1, metadata="", leader_epoch=-1)
    for _ in range(2):
        assert groups.fetch(partition=0) == (2**63 - 1, "päckchen \U0001f4e6", 7, ErrorCode.NONE)
        assert groups.fetch(partition=1) == (0, "", -1, ErrorCode.NONE)
        groups.restart()


def test_no_metadata_is_empty_metadata() -> None:
    groups = Groups()
    groups.commit(5, metadata=None)
    assert groups.fetch() == (5, "", -1, ErrorCode.NONE)


def test_the_last_commit_counts_also_if_it_goes_back() -> None:
    groups = Groups()
    groups.commit(5)
    groups.commit(3)
    assert groups.committed() == 3


def test_what_was_answered_is_what_the_next_fetch_sees_whoever_asks() -> None:
    """B091: a member that comes later does not see an older value."""
    groups = Groups()
    (member,) = groups.stable()
    for offset in range(5):
        groups.commit(offset, joined=member)
        newcomer = groups.new_member()
        member = groups.join(member.member_id).response
        assert newcomer.code is ErrorCode.NONE
        assert groups.committed() == offset
        groups.leave(newcomer.response)
        member = groups.join(member.member_id).response
        groups.sync(member)


def test_each_partition_has_its_own_result() -> None:
    groups = Groups()
    codes = commit_many(
        groups,
        {
            "t": [(1, 10), (2, 11), (-1, 12), (0, 13, -1, "m" * 4_097)],
            "unknown": [(0, 1)],
            "u": [(0, 14)],
        },
    )
    assert codes == [[0, 3, 3, 12], [3], [0]]
    assert groups.all_offsets() == {("t", 1): (10, "", -1), ("u", 0): (14, "", -1)}
    assert groups.journal.batch_sizes == [2]


def test_an_error_of_the_group_goes_to_the_partitions_that_have_no_other() -> None:
    groups = Groups()
    groups.stable()
    codes = commit_many(
        groups, {"t": [(0, 1), (7, 1)], "unknown": [(0, 1)]}, generation_id_or_member_epoch=9, member_id="nobody"
    )
    assert codes == [[25, 3], [3]]


def test_a_commit_that_names_nothing_known_does_not_ask_the_group() -> None:
    groups = Groups()
    assert commit_many(groups, {"unknown": [(0, 1)]}, generation_id_or_member_epoch=9) == [[3]]
    assert commit_many(groups, {}, generation_id_or_member_epoch=9) == []
    assert commit_many(groups, {"t": []}, generation_id_or_member_epoch=9) == [[]]
    assert groups.coordinator.groups() == []


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [("m" * 4_096, 0), ("m" * 4_097, 12), ("\u00e4" * 4_096, 0), ("\U0001f600" * 2_048, 0), ("\U0001f600" * 2_049, 12)],
)
def test_metadata_is_measured_as_java_measures_a_string(metadata: str, expected: int) -> None:
    groups = Groups()
    assert groups.commit(5, metadata=metadata) == expected
    assert groups.committed() == (-1 if expected else 5)


def test_the_longest_metadata_is_a_setting() -> None:
    groups = Groups(offset_metadata_max_bytes=2)
    assert groups.commit(5, metadata="abc") is ErrorCode.OFFSET_METADATA_TOO_LARGE
    assert groups.commit(5, metadata="ab") is ErrorCode.NONE


def test_topics_are_named_by_id_where_the_request_has_ids() -> None:
    groups = Groups()
    topic = groups.topics.get("t")
    assert topic is not None
    request = OffsetCommitRequest(
        "g",
        topics=[
            OffsetCommitRequestTopic("", given, [OffsetCommitRequestPartition(0, 5), OffsetCommitRequestPartition(9)])
            for given in (topic.topic_id, UNKNOWN_ID, ZERO_UUID)
        ],
    )
    response = groups.coordinator.offsets.commit(request, groups.now_ms)
    assert [(each.topic_id, [one.error_code for one in each.partitions]) for each in response.topics] == [
        (topic.topic_id, [0, 3]), (UNKNOWN_ID, [100, 100]), (ZERO_UUID, [100, 100]),
    ]  # fmt: skip
    assert groups.committed() == 5


def test_an_empty_group_id_is_a_group_for_commits() -> None:
    groups = Groups()
    assert groups.commit(5, group_id="") is ErrorCode.NONE
    assert groups.committed(group="") == 5


def test_a_simple_consumer_may_commit_while_nobody_is_in_the_group() -> None:
    groups = Groups()
    assert groups.commit(5) is ErrorCode.NONE
    (member,) = groups.stable()
    assert groups.commit(6) is ErrorCode.UNKNOWN_MEMBER_ID
    groups.leave(member)
    assert groups.commit(7) is ErrorCode.NONE
    assert groups.committed() == 7


def test_a_generation_of_an_unknown_group_is_not_found_and_makes_none() -> None:
    groups = Groups()
    assert groups.commit(5, generation_id_or_member_epoch=0, member_id="m") is ErrorCode.GROUP_ID_NOT_FOUND
    assert groups.coordinator.groups() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"generation_id_or_member_epoch": 0}, ErrorCode.ILLEGAL_GENERATION),
        ({"generation_id_or_member_epoch": 2}, ErrorCode.ILLEGAL_GENERATION),
        ({"member_id": "nobody"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": ""}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"group_instance_id": "i"}, ErrorCode.UNKNOWN_MEMBER_ID),
    ],
)
def test_a_refused_commit_changes_nothing(changed: dict[str, object], expected: ErrorCode) -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.commit(5, joined=member)
    assert groups.commit(6, joined=member, **changed) is expected
    assert groups.committed() == 5


def test_members_may_commit_while_others_join_but_not_while_they_await_their_assignment() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.new_member()
    assert groups.state is GroupState.PREPARING_REBALANCE
    assert groups.commit(5, joined=member) is ErrorCode.NONE
    member = groups.join(member.member_id).response
    assert groups.commit(6, joined=member) is ErrorCode.REBALANCE_IN_PROGRESS
    groups.sync(member)
    assert groups.commit(7, joined=member) is ErrorCode.NONE


def test_a_commit_is_a_heartbeat() -> None:
    groups = Groups()
    (member,) = groups.stable()
    for _ in range(3):
        groups.advance(SESSION_MS - 1)
        assert groups.commit(5, joined=member) is ErrorCode.NONE
    groups.new_member()
    for _ in range(2):
        groups.advance(SESSION_MS - 1)
        assert groups.commit(5, joined=member) is ErrorCode.NONE


def test_a_refused_commit_is_no_heartbeat() -> None:
    groups = Groups()
    (member,) = groups.stable()
    groups.advance(SESSION_MS - 1)
    groups.commit(5, joined=member, generation_id_or_member_epoch=9)
    groups.advance(1)
    assert groups.state is GroupState.EMPTY


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
    ],
)
def test_a_commit_that_cannot_be_written_is_not_committed(refusal: ErrorCode, told: ErrorCode) -> None:
    groups = Groups()
    groups.commit(5)
    groups.journal.refuses = refusal
    assert commit_many(groups, {"t": [(0, 6), (1, 7, -1, "m" * 5_000)], "unknown": [(0, 1)]}) == [[told, 12], [3]]
    assert groups.committed() == 5


# OffsetFetch


def test_what_is_not_known_is_minus_one_without_error() -> None:
    groups = Groups()
    nothing = (-1, "", -1, ErrorCode.NONE)
    assert groups.fetch(group="nobody's") == nothing
    groups.commit(5)
    assert groups.fetch(partition=1) == groups.fetch("unknown") == groups.fetch(partition=99) == nothing


def test_null_topics_are_all_offsets_of_the_group_and_an_empty_list_is_none() -> None:
    groups = Groups()
    groups.commit(5, partition=1)
    groups.commit(6, topic="u")
    groups.commit(7, topic="u", group_id="other")
    assert groups.all_offsets() == {("t", 1): (5, "", -1), ("u", 0): (6, "", -1)}
    assert groups.all_offsets("nobody's") == {}
    assert groups.coordinator.offsets.fetch("g", [], require_stable=False).topics == []


def test_all_offsets_say_which_are_not_stable_and_leave_out_what_was_never_committed() -> None:
    groups = Groups()
    groups.commit(5)
    groups.stage(6, producer_id=7)
    groups.stage(6, producer_id=7, topic="u")
    (topic,) = groups.coordinator.offsets.fetch("g", None, require_stable=True).topics
    assert (topic.name, topic.partitions[0].error_code) == ("t", ErrorCode.UNSTABLE_OFFSET_COMMIT)


def test_all_offsets_name_their_topics_with_name_and_id() -> None:
    groups = Groups()
    groups.commit(5)
    (found,) = groups.coordinator.offsets.fetch("g", None, require_stable=False).topics
    topic = groups.topics.get("t")
    assert topic is not None
    assert (found.name, found.topic_id) == ("t", topic.topic_id)


def test_topics_are_found_by_id_where_the_request_has_ids() -> None:
    groups = Groups()
    groups.commit(5)
    topic = groups.topics.get("t")
    assert topic is not None
    wanted = [OffsetFetchRequestTopics("", each, [0, 1]) for each in (topic.topic_id, UNKNOWN_ID, ZERO_UUID)]
    found = groups.coordinator.offsets.fetch("g", wanted, require_stable=False).topics
    assert [[(each.committed_offset, each.error_code) for each in one.partitions] for one in found] == [
        [(5, 0), (-1, 0)], [(-1, 100), (-1, 100)], [(-1, 100), (-1, 100)],
    ]  # fmt: skip
    assert [one.topic_id for one in found] == [topic.topic_id, UNKNOWN_ID, ZERO_UUID]


def test_an_offset_of_another_topic_of_that_name_is_none_for_who_asks_by_id() -> None:
    groups = Groups()
    key, value = offset_key("g", "t", 0), offset_value(OffsetCommitValue(5, topic_id=UNKNOWN_ID))
    groups.coordinator.offsets.table.write("g", [(key, value)], groups.now_ms)
    topic = groups.topics.get("t")
    assert topic is not None
    wanted = [OffsetFetchRequestTopics("", topic.topic_id, [0])]
    (found,) = groups.coordinator.offsets.fetch("g", wanted, require_stable=False).topics
    assert (found.partitions[0].committed_offset, found.partitions[0].error_code) == (-1, 0)


# OffsetDelete


def test_deleted_offsets_read_minus_one_and_the_others_stay() -> None:
    groups = Groups()
    commit_many(groups, {"t": [(0, 1), (1, 2)], "u": [(0, 3)]})
    assert delete(groups, t=[0, 0], u=[0]) == [[0, 0], [0]]
    for _ in range(2):
        assert groups.all_offsets() == {("t", 1): (2, "", -1)}
        groups.restart()


def test_deleting_what_was_never_committed_is_no_error_and_writes_nothing() -> None:
    groups = Groups()
    groups.commit(5)
    assert delete(groups, t=[1], u=[0]) == [[0], [0]]
    assert len(groups.journal.records()) == 1


def test_what_a_transaction_has_staged_is_deleted_too() -> None:
    groups = Groups()
    groups.stage(6, producer_id=7)
    assert delete(groups, t=[0]) == [[0]]
    groups.end_transaction(7, commit=True)
    assert groups.committed() == -1


def test_unknown_topics_and_partitions_have_their_own_results() -> None:
    groups = Groups()
    groups.commit(5)
    assert delete(groups, t=[0, 7], unknown=[0, 1]) == [[0, 3], [3, 3]]


def test_topics_that_the_group_is_subscribed_to_keep_their_offsets() -> None:
    groups = Groups()
    commit_many(groups, {"t": [(0, 1)], "u": [(0, 2)]})
    (member,) = groups.stable()  # subscribed to t
    assert delete(groups, t=[0], u=[0]) == [[86], [0]]
    assert groups.all_offsets() == {("t", 0): (1, "", -1)}
    groups.leave(member)
    assert delete(groups, t=[0]) == [[0]]


def test_a_subscription_that_cannot_be_read_protects_every_topic() -> None:
    groups = Groups()
    groups.commit(5)
    groups.stable(protocols={"range": b"?"})
    assert delete(groups, t=[0]) == [[86]]


@pytest.mark.parametrize(
    ("group", "expected"),
    [("", ErrorCode.INVALID_GROUP_ID), ("nobody's", ErrorCode.GROUP_ID_NOT_FOUND), ("g", ErrorCode.NON_EMPTY_GROUP)],
)
def test_the_request_may_be_refused_as_a_whole(group: str, expected: ErrorCode) -> None:
    groups = Groups()
    groups.stable(protocol_type="connect")
    with pytest.raises(KafkaError) as error:
        delete(groups, group, t=[0], unknown=[1])
    assert error.value.code is expected


def test_a_deletion_that_cannot_be_written_has_not_happened() -> None:
    groups = Groups()
    groups.commit(5)
    groups.journal.refuses = ErrorCode.KAFKA_STORAGE_ERROR
    with pytest.raises(KafkaError) as error:
        delete(groups, t=[0])
    assert error.value.code is ErrorCode.NOT_COORDINATOR
    assert groups.committed() == 5
