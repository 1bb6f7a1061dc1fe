import pytest

from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import listed


def test_an_honest_broker_holds(honest):
    result = judge("TI4", honest)
    assert_holds(result)
    assert result.judged > 100


@pytest.mark.parametrize("value", [-4, -5])
def test_another_offset_for_a_special_value_is_found(honest, value):
    def other(passing):
        for asked, answer in listed(passing):
            if asked.timestamp == value and answer.error_code == 0:
                answer.offset = 3

    violated_by(honest, "TI4", "wrong-offset", on_response=other)


def test_latest_that_ignores_the_isolation_level_is_found(honest):
    def ignore(passing):
        if getattr(passing.request, "isolation_level", 0) == 1 and hasattr(passing.request, "timeout_ms"):
            passing.request.isolation_level = 0

    violated_by(honest, "TI4", "wrong-offset", on_request=ignore)


def test_a_special_value_that_is_refused_is_found(honest):
    def refuse(passing):
        for asked, answer in listed(passing):
            if asked.timestamp == -6:
                answer.error_code = ErrorCode.UNSUPPORTED_VERSION

    violated_by(honest, "TI4", "special-value-refused", on_response=refuse)


def test_an_unknown_value_that_is_answered_is_found(honest):
    def accept(passing):
        for _, answer in listed(passing):
            if answer.error_code == ErrorCode.UNSUPPORTED_VERSION:
                answer.error_code = 0

    violated_by(honest, "TI4", "unknown-value-accepted", on_response=accept)
