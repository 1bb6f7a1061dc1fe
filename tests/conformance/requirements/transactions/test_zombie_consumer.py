import pytest

from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import JoinGroupResponse, TxnOffsetCommitRequest, TxnOffsetCommitResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import found

ZOMBIE = {ErrorCode.ILLEGAL_GENERATION, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID}


def clear(passing):
    """The coordinator does not look at the group's fields."""
    if isinstance(passing.request, TxnOffsetCommitRequest):
        passing.request.member_id, passing.request.generation_id, passing.request.group_instance_id = "", -1, None


def codes(passing):
    if isinstance(passing.response, TxnOffsetCommitResponse):
        return [part for topic in passing.response.topics for part in topic.partitions]
    return []


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T17", honest))


def test_a_coordinator_that_ignores_member_and_generation_is_found(honest):
    """KIP-447 not done: KAFKA-9365."""
    found(honest, "T17", "zombie-accepted", on_request=clear)


@pytest.mark.parametrize("only", sorted(ZOMBIE))
def test_another_error_for_one_kind_of_zombie_is_found(honest, only):
    def another(passing):
        for part in codes(passing):
            if part.error_code == only:
                part.error_code = ErrorCode.UNKNOWN_SERVER_ERROR

    found(honest, "T17", "wrong-error", on_response=another)


def test_a_zombie_whose_offset_is_staged_behind_a_refusal_is_found(honest):
    asked = []

    def stage(passing):
        if isinstance(passing.request, TxnOffsetCommitRequest):
            asked.append(passing.request.topics[0].partitions[0].committed_offset)
            clear(passing)

    def deny(passing):
        for part in codes(passing):
            if asked[-1] == 66:  # what the zombies send
                part.error_code = ErrorCode.ILLEGAL_GENERATION

    found(honest, "T17", "zombie-staged", "wrong-error", on_request=stage, on_response=deny)


def test_a_present_member_that_is_refused_is_found(honest):
    def refuse(passing):
        for part in codes(passing):
            if passing.request.member_id:
                part.error_code = ErrorCode.UNKNOWN_MEMBER_ID

    with FaultyBroker(honest, on_response=refuse) as broker:
        result = judge("T17", broker.bootstrap, liveness_s=0.5)
    assert "member-refused" in {one.signature for one in result.counterexamples}


def test_an_older_client_that_is_fenced_is_found(honest):
    def fence(passing):
        for part in codes(passing):
            if not passing.request.member_id:
                part.error_code = ErrorCode.UNKNOWN_MEMBER_ID

    found(honest, "T17", "unfenced-refused", on_response=fence)


def test_a_group_that_cannot_be_joined_is_not_judged(honest):
    def refuse(passing):
        if isinstance(passing.response, JoinGroupResponse):
            passing.response.error_code = ErrorCode.INVALID_GROUP_ID

    with FaultyBroker(honest, on_response=refuse) as broker:
        result = judge("T17", broker.bootstrap)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.REFUSED)
