import pytest

from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G4", honest))


def test_a_heartbeat_from_the_past_that_is_accepted_is_found(honest):
    def accept(passing):
        if isinstance(passing.response, m.HeartbeatResponse):
            passing.response.error_code = 0

    violated_by(honest, "G4", "accepted", on_response=accept)


def test_another_error_code_is_found(honest):
    def rename(passing):
        if getattr(passing.response, "error_code", 0) == ErrorCode.ILLEGAL_GENERATION:
            passing.response.error_code = ErrorCode.UNKNOWN_MEMBER_ID

    violated_by(honest, "G4", "wrong-error", on_response=rename)


@pytest.mark.parametrize("nth", [2, 3, 4, 8])
def test_a_present_member_that_is_unknown_when_it_joins_again_is_found(honest, nth):
    """The second join of the first member, then those of three members that join at the same time."""

    def forget(passing):
        if isinstance(passing.request, m.JoinGroupRequest) and passing.request.member_id:
            forget.seen += 1
            if forget.seen == nth:
                return m.JoinGroupResponse(
                    error_code=ErrorCode.UNKNOWN_MEMBER_ID, member_id=passing.request.member_id, protocol_name=""
                )
        return None

    forget.seen = 0
    violated_by(honest, "G4", "member-refused", on_request=forget)


def test_a_group_that_lets_nobody_in_is_not_judged(honest):
    def full(passing):
        if isinstance(passing.request, m.JoinGroupRequest) and not passing.request.group_instance_id:
            full.seen += bool(passing.request.member_id)
            if full.seen > 2:
                return m.JoinGroupResponse(
                    error_code=ErrorCode.GROUP_MAX_SIZE_REACHED, member_id=passing.request.member_id, protocol_name=""
                )
        return None

    full.seen = 0
    with FaultyBroker(honest, on_request=full) as broker:
        result = judge("G4", broker.bootstrap)
    assert_holds(result)
    assert result.skipped[Reason.REFUSED] == 1
