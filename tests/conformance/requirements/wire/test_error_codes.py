"""W7: brokers with other codes than Kafka's."""

import pytest

from nilometer.requirements.wire._conditions import Condition
from nilometer.requirements.wire.error_codes import signature
from nilometer.verdict import Word
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import HangUp, partitions
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W7", honest)
    assert_holds(result)
    assert result.judged >= 30


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (ErrorCode.NONE, "no-error"),
        (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "other-class"),
        (ErrorCode.INVALID_REQUEST, "other-code"),
    ],
)
def test_another_answer_than_offset_out_of_range_is_found_and_told_apart(honest, code, found):
    def confuse(passing):
        for part in partitions(passing.response, m.FetchResponse):
            if part.error_code == ErrorCode.OFFSET_OUT_OF_RANGE:
                part.error_code = int(code)

    result = violated_by(honest, "W7", found, on_response=confuse)
    assert result.word is Word.WEAK
    assert result.counterexamples[0].expected == "OFFSET_OUT_OF_RANGE (1) for Fetch above the log"


def test_an_error_that_is_fatal_to_clients_in_place_of_a_fenced_epoch_is_found(honest):
    """KAFKA-19690."""

    def membership_first(passing):
        for part in partitions(passing.response, m.ProduceResponse):
            if part.error_code == ErrorCode.INVALID_PRODUCER_EPOCH:
                part.error_code = int(ErrorCode.INVALID_TXN_STATE)

    result = violated_by(honest, "W7", "other-code", on_response=membership_first)
    expected = "INVALID_PRODUCER_EPOCH (47) for Produce of a producer that was fenced"
    assert result.counterexamples[0].expected == expected


def test_a_condition_that_closes_is_found(honest):
    def close(passing):
        if isinstance(passing.request, m.DescribeConfigsRequest) and passing.request.resources[0].resource_type == 99:
            raise HangUp

    violated_by(honest, "W7", "no-answer", on_request=close)


@pytest.mark.parametrize(
    ("expected", "codes", "found"),
    [
        (ErrorCode.NOT_COORDINATOR, [0], "no-error"),
        (ErrorCode.NOT_COORDINATOR, [], "no-error"),
        (ErrorCode.NOT_COORDINATOR, [ErrorCode.REQUEST_TIMED_OUT], "other-code"),
        (ErrorCode.NOT_COORDINATOR, [ErrorCode.INVALID_REQUEST], "other-class"),
        (ErrorCode.INVALID_GROUP_ID, [ErrorCode.NOT_COORDINATOR], "other-class"),
        (ErrorCode.INVALID_GROUP_ID, [0, ErrorCode.INVALID_REQUEST], "other-code"),
    ],
)
def test_classes_are_retriable_and_not(expected, codes, found):
    assert signature(Condition("x", expected, lambda: (None, [])), codes) == found
