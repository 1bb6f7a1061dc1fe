"""Stories about committed offsets, in transactions and without."""

from __future__ import annotations

from typing import Any, cast

from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import (
    AddOffsetsToTxnRequest,
    DeleteGroupsRequest,
    DescribeGroupsRequest,
    EndTxnRequest,
    InitProducerIdRequest,
    InitProducerIdResponse,
    LeaveGroupRequest,
    OffsetCommitRequest,
    OffsetDeleteRequest,
    OffsetFetchRequest,
    TxnOffsetCommitRequest,
)
from nilometer_reference.wire.messages.leave_group import MemberIdentity
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic
from nilometer_reference.wire.messages.offset_delete import OffsetDeleteRequestPartition, OffsetDeleteRequestTopic
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from nilometer_reference.wire.uuids import ZERO_UUID

from .story import Story, story, subscription


@story
def offsets_go_and_come(s: Story) -> None:
    s.topic("t", 2)
    s.topic("u")
    for version in range(2, 10):
        topics = {"t": [(0, 10 + version, version, f"v{version}"), (1, 2, -1, None)], "u": [(0, 0, 0, "")]}
        s.ask(s.committing(topics=topics), version)
        names = [OffsetFetchRequestTopic(s.topic_name("t"), [1, 0, 7]), OffsetFetchRequestTopic("nothing", [0])]
        if version < 8:
            s.ask(OffsetFetchRequest(s.group, names), version)
        else:
            s.ask(s.fetching({"t": [1, 0, 7], "u": [0], "nothing": [0]}, require_stable=True), version)
    for version in (1, 5):
        s.ask(OffsetFetchRequest(s.group, [OffsetFetchRequestTopic(s.topic_name("t"), [0])]), version)
        s.ask(OffsetFetchRequest("nobody's", [OffsetFetchRequestTopic(s.topic_name("t"), [0])]), version)
    s.ask(OffsetFetchRequest("nobody's", None), 2)
    s.ask(OffsetFetchRequest(s.group, []), 2)
    s.ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup(name, None, -1, None) for name in ("x", "y", "")]), 8)
    s.ask(OffsetFetchRequest(groups=[]), 8)


@story
def all_offsets_are_listed(s: Story) -> None:
    s.topic("t")
    s.ask(s.committing(), 9)
    for version in range(2, 8):
        s.ask(OffsetFetchRequest(s.group, None), version)
    for version in (8, 9, 10):
        s.ask(s.fetching(None), version)


@story
def offsets_by_topic_id(s: Story) -> None:
    topic_id = s.topic("t")

    def committing(which: bytes) -> OffsetCommitRequest:
        partitions = [OffsetCommitRequestPartition(0, 7, 1, "x"), OffsetCommitRequestPartition(9)]
        return OffsetCommitRequest(s.group, topics=[OffsetCommitRequestTopic("", which, partitions)])

    def fetching(which: bytes) -> OffsetFetchRequest:
        return OffsetFetchRequest(groups=[
            OffsetFetchRequestGroup(s.group, None, -1, [OffsetFetchRequestTopics("", which, [0, 9])]),
        ])  # fmt: skip

    for which in (topic_id, ZERO_UUID, b"\x01" * 16):
        s.ask(committing(which), 10)
        s.ask(fetching(which), 10)
    s.ask(s.fetching({"t": [0]}), 9)


@story
def commits_are_refused(s: Story) -> None:
    s.topic("t")
    s.ask(s.committing(topics={"unknown": [(0, 1)]}), 9)
    s.ask(
        s.committing(topics={"unknown": [(0, 1)], "t": [(9, 1), (0, 1, -1, "m" * 4_097), (0, 2, -1, "m" * 4_096)]}), 9
    )
    s.ask(s.committing(topics={"t": [(0, 2, -1, "\u00e4" * 4_096)]}), 9)
    s.ask(s.committing(topics={"t": [(0, 2, -1, "\U0001f600" * 2_049)]}), 9)
    s.ask(s.committing(topics={}, generation_id_or_member_epoch=5), 9)
    for version in (8, 9):
        s.ask(s.committing(group_id="nobody's", generation_id_or_member_epoch=0, member_id="m"), version)
        s.ask(s.committing(generation_id_or_member_epoch=0, member_id="m"), version)
    s.ask(s.committing(member_id="m"), 9)
    s.ask(s.committing(group_id=""), 9)
    s.ask(DeleteGroupsRequest([""]), 2)
    joined = s.first_member()
    s.ask(s.committing(), 9)
    s.ask(s.committing(joined), 9)
    s.ask(s.syncing(joined, {}), 5)
    for changed in (
        {"generation_id_or_member_epoch": 0}, {"member_id": ""}, {"member_id": "m"}, {"group_instance_id": "i"},
        {"generation_id_or_member_epoch": -1}, {},
    ):  # fmt: skip
        s.ask(s.committing(joined, **changed), 9)
    s.ask(s.committing(joined, topics={"t": [(0, 1)], "unknown": [(0, 1)]}, generation_id_or_member_epoch=9), 9)
    s.ask(s.committing(), 9)
    s.ask(s.fetching(None), 9)


@story
def offsets_are_deleted(s: Story) -> None:
    s.topic("t", 2)
    s.topic("u")

    def deleting(group: str, **topics: list[int]) -> OffsetDeleteRequest:
        return OffsetDeleteRequest(group, [
            OffsetDeleteRequestTopic(s.topic_name(name), [OffsetDeleteRequestPartition(index) for index in given])
            for name, given in topics.items()
        ])  # fmt: skip

    s.ask(deleting("", t=[0]), 0)
    s.ask(deleting("nobody's", t=[0], unknown=[1]), 0)
    s.ask(s.committing(topics={"t": [(0, 1), (1, 1)], "u": [(0, 1)]}), 9)
    s.ask(deleting(s.group, t=[0, 5], unknown=[1]), 0)
    s.ask(s.fetching({"t": [0, 1]}), 9)
    joined = s.stable(protocols={"range": s.called("<subscription to t>", subscription(s.topic_name("t")))})
    s.ask(deleting(s.group, t=[0, 1], u=[0]), 0)
    s.ask(s.fetching({"t": [0, 1], "u": [0]}), 9)
    s.ask(LeaveGroupRequest(s.group, members=[MemberIdentity(joined.member_id)]), 5)
    s.ask(deleting(s.group, t=[1]), 0)
    s.ask(s.fetching({"t": [0, 1]}), 9)


@story
def offsets_of_other_members_are_not_deleted(s: Story) -> None:
    s.topic("t")
    s.first_member(protocol_type="connect", protocols={"default": b"opaque"})
    s.ask(
        OffsetDeleteRequest(s.group, [OffsetDeleteRequestTopic(s.topic_name("t"), [OffsetDeleteRequestPartition(0)])]),
        0,
    )


@story
def subscriptions_that_cannot_be_read_protect_every_offset(s: Story) -> None:
    s.topic("t")
    s.ask(s.committing(), 9)
    joined = s.first_member(protocols={"range": b"\x00"})
    s.ask(s.syncing(joined, {}), 5)
    s.ask(
        OffsetDeleteRequest(s.group, [OffsetDeleteRequestTopic(s.topic_name("t"), [OffsetDeleteRequestPartition(0)])]),
        0,
    )


@story
def deleted_topic_takes_its_offsets_along(s: Story) -> None:
    topic_id = s.topic("t")
    s.ask(s.committing(), 9)
    s.delete("t")
    while s.unseen(s.fetching({"t": [0]}), 9).groups[0].topics[0].partitions[0].committed_offset != -1:
        pass
    s.ask(s.fetching(None), 9)
    s.ask(s.committing(), 9)
    assert s.topic("t") != topic_id
    s.ask(s.fetching({"t": [0]}), 9)


# Offsets in transactions


def transaction(s: Story, number: int, *, group: str | None = None) -> InitProducerIdResponse:
    """A producer of the older protocol, whose transaction takes part in the group's offsets."""
    transactional_id = f"{s.group}.{number}"
    while True:
        producer = s.unseen(InitProducerIdRequest(transactional_id, 60_000), 1)
        if producer.error_code == 0:
            break
    add = AddOffsetsToTxnRequest(transactional_id, producer.producer_id, producer.producer_epoch, group or s.group)
    while (code := s.unseen(add, 1).error_code) == ErrorCode.CONCURRENT_TRANSACTIONS:
        s.pause()
    assert code == 0
    return cast(InitProducerIdResponse, producer)


def staging(
    s: Story, number: int, producer: InitProducerIdResponse, offset: int, **more: Any
) -> TxnOffsetCommitRequest:
    partitions = [TxnOffsetCommitRequestPartition(0, offset, 2, f"staged by {number}")]
    given = {
        "transactional_id": f"{s.group}.{number}", "group_id": s.group, "producer_id": producer.producer_id,
        "producer_epoch": producer.producer_epoch,
        "topics": [TxnOffsetCommitRequestTopic(s.topic_name("t"), partitions)],
    }  # fmt: skip
    return TxnOffsetCommitRequest(**{**given, **more})


def end(s: Story, number: int, producer: InitProducerIdResponse, *, commit: bool) -> None:
    """Until the marker has done its work."""
    request = EndTxnRequest(f"{s.group}.{number}", producer.producer_id, producer.producer_epoch, commit)
    assert s.unseen(request, 1).error_code == 0
    while s.unseen(s.fetching({"t": [0]}, require_stable=True), 8).groups[0].topics[0].partitions[0].error_code:
        s.pause()


@story
def offsets_of_a_transaction_wait_for_its_end(s: Story) -> None:
    s.topic("t")
    s.ask(s.committing(), 9)
    for number, commit in enumerate((True, False)):
        producer = transaction(s, number)
        for version in range(5):
            s.ask(staging(s, number, producer, 10 * number + version), version)
        s.ask(s.fetching({"t": [0]}), 9)
        s.ask(s.fetching({"t": [0]}, require_stable=True), 9)
        s.ask(s.fetching(None, require_stable=True), 9)
        end(s, number, producer, commit=commit)
        s.ask(s.fetching({"t": [0]}, require_stable=True), 9)


@story
def plain_commit_races_with_a_transaction(s: Story) -> None:
    s.topic("t")
    producer = transaction(s, 0)
    s.ask(staging(s, 0, producer, 10), 3)
    s.ask(s.committing(topics={"t": [(0, 5, 3, "later")]}), 9)
    end(s, 0, producer, commit=True)
    s.ask(s.fetching({"t": [0]}), 9)
    producer = transaction(s, 1)
    s.ask(s.committing(topics={"t": [(0, 6, 3, "earlier")]}), 9)
    s.ask(staging(s, 1, producer, 11), 3)
    end(s, 1, producer, commit=True)
    s.ask(s.fetching({"t": [0]}), 9)


@story
def two_transactions_stage_for_one_partition(s: Story) -> None:
    s.topic("t")
    first, second = transaction(s, 0), transaction(s, 1)
    s.ask(staging(s, 0, first, 10), 3)
    s.ask(staging(s, 1, second, 11), 3)
    assert s.unseen(EndTxnRequest(f"{s.group}.1", second.producer_id, second.producer_epoch, True), 1).error_code == 0
    while s.unseen(s.fetching({"t": [0]}), 8).groups[0].topics[0].partitions[0].committed_offset != 11:
        s.pause()
    s.ask(s.fetching({"t": [0]}, require_stable=True), 9)
    end(s, 0, first, commit=True)
    s.ask(s.fetching({"t": [0]}, require_stable=True), 9)


@story
def transactions_are_fenced_like_members(s: Story) -> None:
    s.topic("t")
    producer = transaction(s, 0)
    nobody = transaction(s, 1, group="nobody's")
    joined = s.ask(s.joining(instance="i"), 9)

    def ask(version: int = 3, **more: Any) -> None:
        s.ask(staging(s, 0, producer, 10, **more), version)

    member = {"generation_id": joined.generation_id, "member_id": joined.member_id, "group_instance_id": "i"}
    ask()  # while the assignment is awaited
    ask(**member)
    s.ask(s.syncing(joined, {}, group_instance_id="i"), 5)
    ask()
    ask(**member)
    for changed in (
        {"generation_id": 0}, {"generation_id": -1}, {"member_id": ""}, {"member_id": "x"},
        {"member_id": "x", "group_instance_id": None}, {"group_instance_id": "j"},
    ):  # fmt: skip
        ask(**{**member, **changed})
    ask(group_id="")
    s.ask(staging(s, 1, nobody, 10, group_id="nobody's", generation_id=1, member_id="m"), 3)
    unknown = [TxnOffsetCommitRequestTopic("unknown", [TxnOffsetCommitRequestPartition(0, 1)])]
    ask(topics=unknown, generation_id=5)
    ask(topics=unknown, group_id="", transactional_id="")
    long = [TxnOffsetCommitRequestPartition(0, 1, -1, "m" * 4_097), TxnOffsetCommitRequestPartition(4, 1)]
    ask(topics=[TxnOffsetCommitRequestTopic(s.topic_name("t"), long)])
    end(s, 0, producer, commit=True)
    s.ask(s.fetching({"t": [0]}), 9)


@story
def staged_offsets_are_deleted(s: Story) -> None:
    s.topic("t")
    producer = transaction(s, 0)
    s.ask(staging(s, 0, producer, 10), 3)
    s.ask(DescribeGroupsRequest([s.group]), 6)
    partitions = [OffsetDeleteRequestPartition(0)]
    s.ask(OffsetDeleteRequest(s.group, [OffsetDeleteRequestTopic(s.topic_name("t"), partitions)]), 0)
    s.ask(s.fetching({"t": [0]}, require_stable=True), 9)
    end(s, 0, producer, commit=True)
    s.ask(s.fetching({"t": [0]}), 9)
    producer = transaction(s, 1)
    s.ask(staging(s, 1, producer, 11), 3)
    s.ask(DeleteGroupsRequest([s.group]), 2)
    end(s, 1, producer, commit=True)
    s.ask(s.fetching({"t": [0]}), 9)
