from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import EndTxnRequest, EndTxnResponse, ProduceRequest
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import sent
from tests.conformance.requirements.transactions.finding import found, no_entries


class Ends:
    """Which EndTxn requests have succeeded, and who has produced anything."""

    def __init__(self):
        self.ended = set()
        self.wrote = set()

    def named(self, passing):
        request = passing.request
        return request.producer_id, request.producer_epoch, request.committed

    def note(self, passing):
        batch = sent(passing) if isinstance(passing.request, ProduceRequest) else None
        if batch is not None:
            self.wrote.add(batch.header.producer_id)
        if isinstance(passing.response, EndTxnResponse) and passing.response.error_code == 0:
            self.ended.add(self.named(passing))

    def is_repeated(self, passing):
        return isinstance(passing.request, EndTxnRequest) and self.named(passing) in self.ended

    def is_empty(self, passing):
        return isinstance(passing.request, EndTxnRequest) and passing.request.producer_id not in self.wrote


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T11", honest))


def test_a_repetition_that_is_refused_is_found(honest):
    ends = Ends()

    def refuse(passing):
        return EndTxnResponse(error_code=ErrorCode.INVALID_TXN_STATE) if ends.is_repeated(passing) else None

    found(honest, "T11", "repetition-refused", on_request=refuse, on_response=ends.note)


def test_a_repetition_that_raises_the_epoch_again_is_found(honest):
    ends = Ends()

    def again(passing):
        if ends.is_repeated(passing) and passing.response.producer_id >= 0:
            passing.response.producer_epoch += 1
        ends.note(passing)

    found(honest, "T11", "repetition-differs", on_response=again)


def test_the_opposite_decision_that_is_accepted_is_found(honest):
    ends = Ends()

    def accept(passing):
        refused = isinstance(passing.response, EndTxnResponse) and passing.response.error_code != 0
        if refused and not ends.is_empty(passing):
            passing.response.error_code = 0
        ends.note(passing)

    found(honest, "T11", "opposite-accepted", on_response=accept)


def test_another_error_than_invalid_txn_state_is_found(honest):
    def another(passing):
        if isinstance(passing.response, EndTxnResponse) and passing.response.error_code == ErrorCode.INVALID_TXN_STATE:
            passing.response.error_code = ErrorCode.INVALID_REQUEST

    found(honest, "T11", "wrong-error", on_response=another)


def test_an_outcome_that_does_not_stay_is_found(honest):
    found(honest, "T11", "outcome-changed", on_response=no_entries)


def test_an_empty_end_that_is_accepted_is_found(honest):
    ends = Ends()

    def accept(passing):
        ends.note(passing)
        if ends.is_empty(passing) and passing.response.error_code == ErrorCode.INVALID_TXN_STATE:
            passing.response.error_code = 0

    found(honest, "T11", "empty-end-accepted", on_response=accept)


def test_an_empty_abort_that_is_refused_is_found(honest):
    ends = Ends()

    def refuse(passing):
        new = passing.version >= 5 and ends.is_empty(passing) and not passing.request.committed
        return EndTxnResponse(error_code=ErrorCode.INVALID_TXN_STATE) if new else None

    found(honest, "T11", "empty-abort-refused", on_request=refuse, on_response=ends.note)


def test_an_empty_abort_that_fences_its_own_producer_is_found(honest):
    ends = Ends()

    def fence(passing):
        ends.note(passing)
        if ends.is_empty(passing) and passing.response.error_code == 0 and passing.response.producer_id >= 0:
            passing.response.producer_epoch -= 1

    found(honest, "T11", "self-fenced", on_response=fence)
