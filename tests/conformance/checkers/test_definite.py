import pytest

from nilometer.checkers.definite import is_definite
from nilometer_reference.wire.errors import ErrorCode


@pytest.mark.parametrize("code", [ErrorCode.INVALID_RECORD, ErrorCode.CORRUPT_MESSAGE, ErrorCode.MESSAGE_TOO_LARGE])
def test_a_refusal_of_the_bytes_proves_that_nothing_was_appended(code):
    assert is_definite(code)


@pytest.mark.parametrize(
    "code",
    [0, ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.REQUEST_TIMED_OUT,
     ErrorCode.NETWORK_EXCEPTION, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorCode.KAFKA_STORAGE_ERROR,
     ErrorCode.DUPLICATE_SEQUENCE_NUMBER, 12345],
)  # fmt: skip
def test_success_unknown_codes_and_those_after_an_append_prove_nothing(code):
    assert not is_definite(code)
