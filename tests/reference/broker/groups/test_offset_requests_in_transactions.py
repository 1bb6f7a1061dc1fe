"""Offsets that are committed with a transaction: TxnOffsetCommit."""

from __future__ import annotations

import pytest

from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)

from .kit import Groups


def test_staged_offsets_are_seen_when_their_transaction_commits_and_not_before() -> None:
    """B088."""
    groups = Groups()
    groups.commit(5)
    assert groups.stage(6, producer_id=7) is ErrorCode.NONE
    assert groups.committed() == 5
    groups.end_transaction(7, commit=True)
    assert groups.committed() == 6


def test_staged_offsets_of_an_aborted_transaction_are_never_seen() -> None:
    groups = Groups()
    groups.commit(5)
    groups.stage(6, producer_id=7)
    groups.end_transaction(7, commit=False)
    assert groups.committed() == 5


def test_staged_offsets_carry_the_producer_and_are_marked_as_a_transactions() -> None:
    groups = Groups()
    groups.stage(6, producer_id=7, producer_epoch=3)
    (record,) = groups.journal.records()
    assert (record.producer_id, record.producer_epoch, record.transactional) == (7, 3, True)


def test_who_wants_stable_offsets_is_told_88_while_a_transaction_is_open() -> None:
    groups = Groups()
    groups.commit(5)
    groups.stage(6, producer_id=7)
    assert groups.fetch(require_stable=True) == (-1, "", -1, ErrorCode.UNSTABLE_OFFSET_COMMIT)
    assert groups.fetch(partition=1, require_stable=True) == (-1, "", -1, ErrorCode.NONE)
    groups.end_transaction(7, commit=True)
    assert groups.fetch(require_stable=True)[0] == 6


def test_a_transaction_of_the_older_protocol_gives_no_member_and_is_taken_in_every_state() -> None:
    groups = Groups()
    groups.stage(1, producer_id=7)
    member = groups.first_member()
    for offset, step in enumerate((lambda: None, lambda: groups.sync(member), groups.new_member), 2):
        step()
        assert groups.stage(offset, producer_id=7) is ErrorCode.NONE
    groups.end_transaction(7, commit=True)
    assert groups.committed() == 4


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ErrorCode.NONE),
        ({"generation_id": 0}, ErrorCode.ILLEGAL_GENERATION),
        ({"generation_id": -1}, ErrorCode.ILLEGAL_GENERATION),
        ({"member_id": "nobody"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": ""}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"group_instance_id": "other"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": "former"}, ErrorCode.FENCED_INSTANCE_ID),
        ({"group_id": ""}, ErrorCode.INVALID_GROUP_ID),
        ({"group_id": "nobody's"}, ErrorCode.GROUP_ID_NOT_FOUND),
        ({"topic": "unknown", "generation_id": 0}, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ({"partition": 7}, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
def test_a_transaction_that_says_who_it_is_is_fenced_like_a_member(
    changed: dict[str, object], expected: ErrorCode
) -> None:
    """KIP-447."""
    groups = Groups()
    asked = groups.join(instance="i")
    groups.advance(0)
    joined = asked.response
    groups.settle([joined])
    given: dict[str, object] = {
        "generation_id": joined.generation_id, "member_id": joined.member_id,
        "group_instance_id": "i" if changed.get("member_id") in (None, "former") else None,
    }  # fmt: skip
    assert groups.stage(6, producer_id=7, **{**given, **changed}) is expected  # type: ignore[arg-type]
    groups.end_transaction(7, commit=True)
    assert groups.committed() == (6 if expected is ErrorCode.NONE else -1)


def test_a_member_may_stage_while_its_assignment_is_awaited() -> None:
    groups = Groups()
    joined = groups.first_member()
    code = groups.stage(6, producer_id=7, generation_id=joined.generation_id, member_id=joined.member_id)
    assert code is ErrorCode.NONE


def test_the_transaction_is_asked_before_the_group_and_only_if_there_is_something_to_stage() -> None:
    groups = Groups()
    asked = []

    def refuse() -> None:
        asked.append(True)
        raise KafkaError(ErrorCode.INVALID_TXN_STATE, "no transaction")

    def stage(*indexes: int, topic: str = "t") -> list[int]:
        partitions = [TxnOffsetCommitRequestPartition(index, 5) for index in indexes]
        request = TxnOffsetCommitRequest(
            "x", "g", 7, 0, 5, "nobody", topics=[TxnOffsetCommitRequestTopic(topic, partitions)]
        )
        response = groups.coordinator.stage_offsets(request, groups.now_ms, refuse)
        return [each.error_code for each in response.topics[0].partitions]

    assert stage(0, topic="unknown") == [3]
    assert not asked
    assert stage(0, 9) == [48, 3]
    assert asked == [True]
    assert not groups.journal.records()


def test_metadata_of_a_transaction_has_the_same_limit() -> None:
    groups = Groups()
    partitions = [
        TxnOffsetCommitRequestPartition(0, 5, 2, "m" * 4_097),
        TxnOffsetCommitRequestPartition(1, 6, 3, None),
    ]
    request = TxnOffsetCommitRequest("x", "g", 7, 0, topics=[TxnOffsetCommitRequestTopic("t", partitions)])
    response = groups.coordinator.stage_offsets(request, groups.now_ms, lambda: None)
    assert [each.error_code for each in response.topics[0].partitions] == [12, 0]
    groups.end_transaction(7, commit=True)
    assert groups.all_offsets() == {("t", 1): (6, "", 3)}


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_EPOCH),
        (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE),
    ],
)
def test_what_the_log_says_of_the_producer_is_told(refusal: ErrorCode, told: ErrorCode) -> None:
    groups = Groups()
    groups.journal.refuses = refusal
    assert groups.stage(6, producer_id=7) is told
    assert groups.fetch(require_stable=True)[3] is ErrorCode.NONE
