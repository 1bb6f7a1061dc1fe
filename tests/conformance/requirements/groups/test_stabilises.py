import pytest

from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G19", honest))


@pytest.mark.parametrize("nth", [1, 2, 3, 6])
def test_a_member_that_is_dropped_while_it_joins_is_found(honest, nth):
    """The first join of a member, with the id that it was told a moment ago, and later ones."""

    def drop(passing):
        if isinstance(passing.request, m.JoinGroupRequest) and passing.request.member_id:
            drop.seen += 1
            if drop.seen == nth:
                return m.JoinGroupResponse(
                    error_code=ErrorCode.UNKNOWN_MEMBER_ID, member_id=passing.request.member_id, protocol_name=""
                )
        return None

    drop.seen = 0
    violated_by(honest, "G19", "member-dropped", on_request=drop)


def test_rebalances_that_nobody_asked_for_are_found(honest):
    def disturb(passing):
        if isinstance(passing.response, m.HeartbeatResponse):
            disturb.seen += 1
            if disturb.seen > 8 and passing.response.error_code == 0:
                passing.response.error_code = ErrorCode.REBALANCE_IN_PROGRESS

    disturb.seen = 0
    violated_by(honest, "G19", "not-stable", on_response=disturb)
