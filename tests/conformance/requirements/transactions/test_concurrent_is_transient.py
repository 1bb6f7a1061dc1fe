from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    EndTxnRequest,
    InitProducerIdRequest,
    InitProducerIdResponse,
    ProduceRequest,
)
from nilometer_reference.wire.messages.add_partitions_to_txn import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnTopicResult,
)
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import answered, refuse, replace, sent, without_producer
from tests.conformance.requirements.transactions.finding import T_S, Identities, found

BUSY = ErrorCode.CONCURRENT_TRANSACTIONS


def busy(request):
    """AddPartitionsToTxn, answered CONCURRENT_TRANSACTIONS."""
    return AddPartitionsToTxnResponse(
        results_by_topic_v3_and_below=[
            AddPartitionsToTxnTopicResult(
                topic.name, [AddPartitionsToTxnPartitionResult(part, BUSY) for part in topic.partitions]
            )
            for topic in request.v3_and_below_topics
        ]
    )


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T21", honest))


def test_answers_that_pass_by_themselves_are_no_violation(honest):
    left = [3]

    def busy_at_first(passing):
        if isinstance(passing.request, AddPartitionsToTxnRequest) and left[0] > 0:
            left[0] -= 1
            return busy(passing.request)
        return None

    with FaultyBroker(honest, on_request=busy_at_first) as broker:
        result = judge("T21", broker.bootstrap)
    assert_holds(result)
    assert broker.fired


def test_a_next_transaction_that_never_begins_is_found(honest):
    ends = []

    def for_ever(passing):
        ends.append(isinstance(passing.request, EndTxnRequest))
        if isinstance(passing.request, ProduceRequest) and passing.version >= 12 and any(ends):
            return refuse(passing, BUSY)
        return None

    found(honest, "T21", "never-accepted", on_request=for_ever, liveness_s=T_S)


def test_a_takeover_that_never_ends_is_found(honest):
    seen = set()

    def for_ever(passing):
        request = passing.request
        if isinstance(request, InitProducerIdRequest) and request.transactional_id:
            if request.transactional_id in seen:
                return InitProducerIdResponse(error_code=BUSY)
            seen.add(request.transactional_id)
        return None

    found(honest, "T21", "never-accepted", on_request=for_ever, liveness_s=T_S)


def test_a_refused_record_that_is_appended_is_found(honest):
    identities, denied = Identities(), set()

    def append_it(passing):
        batch = sent(passing)
        ended = passing.request.transactional_id in identities.ended if batch is not None else False
        if ended and passing.request.transactional_id not in identities.done:
            identities.done.add(passing.request.transactional_id)
            replace(passing, without_producer(batch))
            passing.request.transactional_id = None
            denied.add(bytes(sent(passing).data))

    def deny_it(passing):
        if type(passing.response).__name__ == "EndTxnResponse":
            identities.ended.add(passing.request.transactional_id)
        if sent(passing) is not None and bytes(sent(passing).data) in denied:
            answered(passing, BUSY, -1)

    identities.ended, identities.done = set(), set()
    found(honest, "T21", "refused-but-appended", on_request=append_it, on_response=deny_it)


def test_epochs_that_are_burnt_by_asking_are_found(honest):
    """KAFKA-9666: each request raises the epoch, whether it is answered with it or not."""

    def burn(passing):
        if isinstance(passing.response, InitProducerIdResponse) and passing.response.producer_epoch > 0:
            passing.response.producer_epoch += 7

    found(honest, "T21", "epochs-burnt", on_response=burn)
