"""The broker behind the proxy is not really killed; what is tested is that each wrong answer afterwards is noticed."""

from nilometer.settings import Profile
from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import (
    DescribeProducersResponse,
    EndTxnResponse,
    MetadataResponse,
    ProduceRequest,
)
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge
from tests.conformance.requirements.producing import refuse
from tests.conformance.requirements.restarting import Restarting
from tests.conformance.requirements.transactions.finding import (
    T_S,
    committed_reads,
    everything_aborted,
    no_entries,
    stuck_stable_offset,
)


def restarted(honest, *signatures, on_request=lambda _: None, on_response=lambda _: None, liveness_s=15.0, also=()):
    """The faults begin with the restart."""
    targets = []

    def after(hook):
        return lambda passing: hook(passing) if targets and targets[0].restarts else None

    with FaultyBroker(honest, on_request=after(on_request), on_response=after(on_response)) as broker:
        targets.append(Restarting(broker))
        result = judge("T18", broker.bootstrap, profile=Profile.CORE, target=targets[0], liveness_s=liveness_s)
    assert targets[0].restarts == 1
    if not signatures:
        return assert_holds(result)
    seen = {one.signature for one in result.counterexamples}
    assert_violated(result, *signatures, *(seen & set(also)))
    return None


def test_an_honest_broker_holds(honest):
    restarted(honest)


def test_a_target_of_others_is_not_judged(honest):
    result = judge("T18", honest)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.NO_FAULT_CONTROL)


def test_an_abort_that_is_reversed_is_found(honest):
    restarted(honest, "decision-lost", on_response=no_entries)


def test_a_commit_that_is_reversed_is_found(honest):
    restarted(honest, "decision-lost", on_response=everything_aborted())


def test_a_commit_that_reaches_two_of_three_partitions_is_found(honest):
    restarted(honest, "torn", on_response=everything_aborted(partition=2))


def test_a_topic_that_is_gone_is_found(honest):
    def gone(passing):
        if isinstance(passing.response, MetadataResponse):
            for topic in passing.response.topics:
                topic.error_code, topic.partitions = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, []

    restarted(honest, "decision-lost", on_response=gone, liveness_s=T_S)


def test_an_open_transaction_that_is_forgotten_is_found(honest):
    """Redpanda #6018: the begin of a transaction was in memory only."""

    def forget(passing):
        transactional = isinstance(passing.request, ProduceRequest) and passing.request.transactional_id
        return refuse(passing, ErrorCode.INVALID_TXN_STATE) if transactional else None

    restarted(honest, "ongoing-lost", "id-unusable", on_request=forget)


def test_an_end_that_cannot_be_repeated_is_found(honest):
    def fenced(passing):
        if isinstance(passing.response, EndTxnResponse):
            passing.response.error_code = ErrorCode.PRODUCER_FENCED

    # what was ended although it says otherwise may also look like a decision that was lost
    restarted(honest, "end-not-repeatable", "ongoing-lost", "id-unusable", on_response=fenced, also=("decision-lost",))


def test_markers_that_never_come_are_found(honest):
    """KAFKA-19999: the transaction hangs in prepare."""
    restarted(honest, "never-settled", on_response=stuck_stable_offset(), liveness_s=T_S)


def test_a_transaction_that_is_called_complete_while_a_partition_has_it_open_is_found(honest):
    """What Apache Kafka does when its coordinator sends markers before its own broker is in the metadata."""
    stuck = stuck_stable_offset()

    def open_for_ever(passing):
        stuck(passing)
        response = passing.response
        if isinstance(response, DescribeProducersResponse):
            producer = response.topics[0].partitions[0].active_producers[0]
            producer.current_txn_start_offset = 7

    restarted(honest, "completed-without-markers", on_response=open_for_ever, liveness_s=T_S)


def test_records_that_an_aborted_list_hides_in_part_are_found(honest):
    def one_batch_less(passing):
        for one in committed_reads(passing, partition=0):
            one.put([batch for batch in one.batches if batch.header.base_offset != 0])

    restarted(honest, "torn", on_response=one_batch_less)
