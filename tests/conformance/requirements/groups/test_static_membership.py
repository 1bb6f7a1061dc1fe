from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G10", honest))


def test_a_zombie_that_is_accepted_is_found(honest):
    def accept(passing):
        if getattr(passing.response, "error_code", 0) == ErrorCode.FENCED_INSTANCE_ID:
            passing.response.error_code = 0

    violated_by(honest, "G10", "zombie-accepted", on_response=accept)


def test_an_assignment_that_is_lost_is_found(honest):
    def lose(passing):
        if isinstance(passing.response, m.SyncGroupResponse) and not passing.request.assignments:
            passing.response.assignment = b""

    violated_by(honest, "G10", "assignment-lost", on_response=lose)
