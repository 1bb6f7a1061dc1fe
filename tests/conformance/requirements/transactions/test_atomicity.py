from nilometer_reference.wire.messages import OffsetFetchResponse
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import (
    T_S,
    everything_aborted,
    found,
    no_entries,
    stuck_stable_offset,
)


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T1", honest))


def test_a_transaction_of_which_one_partition_is_hidden_is_found(honest):
    found(honest, "T1", "torn", "committed-not-visible", on_response=everything_aborted(partition=1))


def test_an_abort_that_stays_visible_is_found(honest):
    found(honest, "T1", "aborted-visible", on_response=no_entries)


def test_an_offset_that_does_not_go_with_its_transaction_is_found(honest):
    def another(passing):
        if isinstance(passing.response, OffsetFetchResponse):
            for group in passing.response.groups:
                for topic in group.topics:
                    for part in topic.partitions:
                        part.committed_offset += 1

    found(honest, "T1", "offsets-torn", on_response=another, liveness_s=T_S)


def test_a_partition_that_hangs_is_found_and_waited_for_once(honest):
    result = found(honest, "T1", "never-settled", on_response=stuck_stable_offset(), liveness_s=T_S)
    assert result.violations == 1
