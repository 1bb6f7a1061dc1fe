import pytest

from nilometer_reference.apis.transactional import code_for, written
from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.end_txn import EndTxnResponse


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (0, ErrorCode.INVALID_PRODUCER_EPOCH),
        (3, ErrorCode.INVALID_PRODUCER_EPOCH),
        (4, ErrorCode.PRODUCER_FENCED),
        (5, ErrorCode.PRODUCER_FENCED),
    ],
)
def test_an_older_client_is_told_of_its_epoch(version: int, expected: ErrorCode) -> None:
    assert code_for(ErrorCode.PRODUCER_FENCED, version, known_from=4) is expected


@pytest.mark.parametrize("code", [code for code in ErrorCode if code is not ErrorCode.PRODUCER_FENCED])
def test_every_other_error_is_told_as_it_is(code: ErrorCode) -> None:
    assert code_for(code, 0, known_from=4) is code


def test_what_is_written_already_is_told_whatever_else_fails() -> None:
    response = EndTxnResponse()
    context = RequestContext(1, 5, 1, None, 0, lambda _response: None)
    assert written(response, context) is response
    assert context.if_storage_fails is not None
    assert context.if_storage_fails([]) is response
