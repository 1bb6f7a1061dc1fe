import pytest

from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import EndTxnResponse, ProduceRequest
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import (
    answered,
    on_codes,
    refuse,
    replace,
    sent,
    without_producer,
)
from tests.conformance.requirements.transactions.finding import T_S, found, stuck_stable_offset

NOT_ADDED = {ErrorCode.INVALID_TXN_STATE, ErrorCode.TRANSACTION_ABORTABLE}


def is_not_added(passing):
    batch = sent(passing)
    return isinstance(passing.request, ProduceRequest) and batch is not None and b"not-added" in bytes(batch.payload)


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T14", honest))


def test_a_partition_that_needs_not_be_added_is_found(honest):
    found(honest, "T14", "not-added-accepted", on_response=on_codes(dict.fromkeys(NOT_ADDED, 0)))


def test_a_refused_record_that_is_appended_is_found(honest):
    def append_it(passing):
        if is_not_added(passing):
            replace(passing, without_producer(sent(passing)))
            passing.request.transactional_id = None

    def deny_it(passing):
        if is_not_added(passing):
            answered(passing, ErrorCode.INVALID_TXN_STATE, -1)

    found(honest, "T14", "not-added-appended", on_request=append_it, on_response=deny_it)


@pytest.mark.parametrize("code", [ErrorCode.INVALID_RECORD, ErrorCode.UNKNOWN_PRODUCER_ID])
def test_another_error_is_found(honest, code):
    found(honest, "T14", "wrong-error", on_response=on_codes(dict.fromkeys(NOT_ADDED, code)))


def test_a_leader_that_cannot_ask_the_coordinator_for_a_while_is_no_violation(honest):
    refusals = iter([ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.CONCURRENT_TRANSACTIONS])

    def unsure(passing):
        code = next(refusals, None) if is_not_added(passing) else None
        return refuse(passing, code) if code is not None else None

    with FaultyBroker(honest, on_request=unsure) as broker:
        assert_holds(judge("T14", broker.bootstrap))
    assert broker.fired


def test_a_transaction_that_hangs_is_found_and_waited_for_once(honest):
    result = found(honest, "T14", "partition-hangs", on_response=stuck_stable_offset(), liveness_s=T_S)
    assert result.violations == 1


def test_a_new_partition_that_is_refused_under_version_2_is_found(honest):
    def strict(passing):
        new = isinstance(passing.request, ProduceRequest) and passing.version >= 12 and passing.request.transactional_id
        return refuse(passing, ErrorCode.INVALID_TXN_STATE) if new else None

    with FaultyBroker(honest, on_request=strict) as broker:
        result = judge("T14", broker.bootstrap)
    assert {one.signature for one in result.counterexamples} == {"implicit-add-refused"}


def test_an_end_that_does_not_raise_the_epoch_is_found(honest):
    def stay(passing):
        if isinstance(passing.response, EndTxnResponse) and passing.response.producer_id >= 0:
            passing.response.producer_epoch = passing.request.producer_epoch

    found(honest, "T14", "epoch-not-raised", "implicit-add-refused", on_response=stay)
