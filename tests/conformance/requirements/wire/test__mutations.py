"""What W8 makes of an answer."""

from nilometer.requirements.wire._mutations import item_codes
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.add_partitions_to_txn import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnTopicResult,
)
from nilometer_reference.wire.messages.delete_groups import DeletableGroupResult


def test_codes_are_those_of_the_parts():
    answer = m.DeleteGroupsResponse(results=[DeletableGroupResult("a", 0), DeletableGroupResult("b", 69)])
    assert item_codes(answer) == [0, 69]


def test_a_response_without_parts_has_its_own():
    assert item_codes(m.EndTxnResponse(error_code=47)) == [47]
    assert item_codes(m.EndTxnResponse()) == [0]


def test_partition_error_codes_count():
    results = [AddPartitionsToTxnPartitionResult(0, 55), AddPartitionsToTxnPartitionResult(1, 3)]
    answer = m.AddPartitionsToTxnResponse(results_by_topic_v3_and_below=[AddPartitionsToTxnTopicResult("t", results)])
    assert item_codes(answer) == [55, 3]


def test_an_error_of_the_whole_counts_beside_the_parts():
    answer = m.DescribeGroupsResponse(groups=[m.describe_groups.DescribedGroup(error_code=0)])
    assert item_codes(answer) == [0]
