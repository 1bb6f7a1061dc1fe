import pytest

from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import EndTxnResponse, InitProducerIdResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import answered, code_of
from tests.conformance.requirements.transactions.finding import found


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T23", honest))


def test_an_innocent_producer_that_is_fenced_is_found(honest):
    ends = []

    def fence(passing):
        if isinstance(passing.response, EndTxnResponse):
            ends.append(1)
            if len(ends) == 11:
                passing.response.error_code = ErrorCode.PRODUCER_FENCED

    found(honest, "T23", "innocent-refused", on_response=fence)


@pytest.mark.parametrize("code", [ErrorCode.INVALID_TXN_STATE, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER])
def test_an_innocent_record_that_is_refused_is_found(honest, code):
    count = []

    def refuse(passing):
        if code_of(passing) == 0:
            count.append(1)
            if len(count) == 9:
                answered(passing, code)

    found(honest, "T23", "innocent-refused", on_response=refuse)


def test_two_ids_that_share_an_identity_are_found(honest):
    first = []

    def share(passing):
        response = passing.response
        if isinstance(response, InitProducerIdResponse) and passing.request.transactional_id:
            first.append((response.producer_id, response.producer_epoch))
            response.producer_id, response.producer_epoch = first[0]

    with FaultyBroker(honest, on_response=share) as broker:
        result = judge("T23", broker.bootstrap)
    assert "innocent-refused" in {one.signature for one in result.counterexamples}
