from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G3", honest))


def test_a_leader_who_is_no_member_is_found(honest):
    def stranger(passing):
        if isinstance(passing.response, m.JoinGroupResponse) and passing.response.error_code == 0:
            passing.response.leader = "nobody"

    violated_by(honest, "G3", "stranger-leads", on_response=stranger)
