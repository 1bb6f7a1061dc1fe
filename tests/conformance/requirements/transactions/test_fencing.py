import pytest

from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import EndTxnRequest, EndTxnResponse, ProduceRequest, TxnOffsetCommitResponse
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import answered, replace, sent, without_producer
from tests.conformance.requirements.transactions.finding import T_S, Identities, found, stuck_stable_offset

OLD_EPOCH = ErrorCode.INVALID_PRODUCER_EPOCH


class Forgiving(Identities):
    """Stale requests are refused by the broker and answered with another code by us."""

    def __init__(self, code, kind):
        super().__init__()
        self.code, self.kind = code, kind

    def on_response(self, passing):
        if self.stale(passing) and isinstance(passing.response, self.kind):
            passing.response.error_code = self.code
        self.note(passing)


class ForgivingProduce(Identities):
    def __init__(self, code):
        super().__init__()
        self.code = code

    def on_response(self, passing):
        if isinstance(passing.request, ProduceRequest) and self.stale(passing):
            answered(passing, self.code)
        self.note(passing)


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T10", honest))


def test_a_zombie_whose_produce_is_acknowledged_is_found(honest):
    found(honest, "T10", "zombie-accepted", on_response=ForgivingProduce(0).on_response)


def test_a_zombie_that_is_told_something_fatal_is_found(honest):
    """KAFKA-19690: INVALID_TXN_STATE instead of INVALID_PRODUCER_EPOCH."""
    found(honest, "T10", "wrong-error", on_response=ForgivingProduce(ErrorCode.INVALID_TXN_STATE).on_response)


@pytest.mark.parametrize(
    ("code", "signature"), [(0, "zombie-accepted"), (ErrorCode.UNKNOWN_SERVER_ERROR, "wrong-error")]
)
def test_a_zombie_whose_end_of_a_transaction_is_not_fenced_is_found(honest, code, signature):
    found(honest, "T10", signature, on_response=Forgiving(code, EndTxnResponse).on_response)


def test_a_zombie_whose_record_is_appended_is_found(honest):
    identities, appended = Identities(), set()

    def append_it(passing):
        if isinstance(passing.request, ProduceRequest) and identities.stale(passing):
            replace(passing, without_producer(sent(passing)))
            passing.request.transactional_id = None
            appended.add(bytes(sent(passing).data))

    def deny_it(passing):
        identities.note(passing)
        if sent(passing) is not None and bytes(sent(passing).data) in appended:
            answered(passing, OLD_EPOCH, -1)

    found(honest, "T10", "zombie-visible", on_request=append_it, on_response=deny_it)


def test_an_offset_of_a_zombie_that_is_committed_is_found(honest):
    identities = Identities()

    def rejuvenate(passing):
        present = identities.stale(passing)
        if present and hasattr(passing.request, "group_id") and not hasattr(passing.request, "committed"):
            passing.request.producer_id, passing.request.producer_epoch = present

    def deny(passing):
        identities.note(passing)
        if isinstance(passing.response, TxnOffsetCommitResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    part.error_code = part.error_code or OLD_EPOCH

    found(
        honest, "T10", "zombie-visible", also=("wrong-error", "zombie-accepted"), on_request=rejuvenate,
        on_response=deny,
    )  # fmt: skip


def test_a_new_instance_that_its_predecessor_stops_is_found(honest):
    identities, stopped = Identities(), set()

    def stop(passing):
        if not isinstance(passing.request, EndTxnRequest):
            return None
        if identities.stale(passing):
            stopped.add(passing.request.transactional_id)
        elif passing.request.transactional_id in stopped:
            return EndTxnResponse(error_code=ErrorCode.PRODUCER_FENCED)
        return None

    found(honest, "T10", "new-refused", "never-aborted", on_request=stop, on_response=identities.note, liveness_s=T_S)


def test_a_transaction_that_fencing_leaves_open_is_found(honest):
    found(honest, "T10", "never-aborted", on_response=stuck_stable_offset(), liveness_s=T_S)
