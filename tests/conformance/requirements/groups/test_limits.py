from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G20", honest))


def test_another_error_code_is_found(honest):
    def rename(passing):
        if isinstance(passing.response, m.JoinGroupResponse) and passing.response.error_code == 24:
            passing.response.error_code = ErrorCode.INVALID_REQUEST

    violated_by(honest, "G20", "wrong-error", on_response=rename)
