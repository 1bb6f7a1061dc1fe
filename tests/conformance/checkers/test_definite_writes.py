"""Which errors of coordinators and controllers prove that nothing happened."""

import pytest

from nilometer.checkers.definite_writes import DEFINITE_CONTROLLER, DEFINITE_COORDINATOR, is_definite_write
from nilometer_reference.wire.errors import ErrorCode


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.NETWORK_EXCEPTION,
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.NOT_COORDINATOR,
        ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_CONTROLLER, ErrorCode.NONE, ErrorCode.MEMBER_ID_REQUIRED,
    ],
)  # fmt: skip
def test_what_may_have_happened_is_not_definite(code):
    assert not is_definite_write(code)


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.ILLEGAL_GENERATION, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID,
        ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.TOPIC_ALREADY_EXISTS, ErrorCode.INVALID_CONFIG,
        ErrorCode.GROUP_AUTHORIZATION_FAILED, ErrorCode.OPERATION_NOT_ATTEMPTED,
    ],
)  # fmt: skip
def test_a_refusal_that_was_checked_before_anything_was_written_is_definite(code):
    assert is_definite_write(code)


def test_codes_that_no_request_can_be_sure_of_are_in_neither_table():
    unknown = {-1, 7, 13, 14, 15, 16, 41, 56}
    assert not unknown & {int(code) for code in DEFINITE_COORDINATOR | DEFINITE_CONTROLLER}
