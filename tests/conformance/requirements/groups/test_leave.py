from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G11", honest))


def test_a_leave_without_effect_is_found(honest):
    def swallow(passing):
        if isinstance(passing.request, m.LeaveGroupRequest):
            return m.LeaveGroupResponse()
        return None

    violated_by(honest, "G11", "still-a-member", "no-rebalance", on_request=swallow)
