"""A1: brokers that create what is wrong, or answer it wrongly."""

import pytest

from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by


def results(passing):
    return passing.response.topics if isinstance(passing.response, m.CreateTopicsResponse) else []


def asked(passing):
    return passing.request.topics if isinstance(passing.request, m.CreateTopicsRequest) else []


def test_it_holds_on_an_honest_broker(honest):
    result = judge("A1", honest)
    assert_holds(result)
    assert result.judged >= 40


def test_another_code_is_found(honest):
    def confuse(passing):
        for one in results(passing):
            if one.error_code == ErrorCode.INVALID_PARTITIONS:
                one.error_code = int(ErrorCode.INVALID_REQUEST)

    result = violated_by(honest, "A1", "wrong-code", on_response=confuse)
    assert "INVALID_PARTITIONS (37) for 0 partitions" in result.counterexamples[0].expected


def test_a_topic_that_is_wrong_and_created_is_found(honest):
    def correct(passing):
        for one in asked(passing):
            one.num_partitions = (
                1 if one.num_partitions == 0 and not passing.request.validate_only else one.num_partitions
            )

    violated_by(honest, "A1", "accepted", on_request=correct)


def test_an_item_without_a_result_is_found(honest):
    def lose(passing):
        if isinstance(passing.response, m.CreateTopicsResponse):
            passing.response.topics = [
                one for one in passing.response.topics if one.error_code != ErrorCode.INVALID_CONFIG
            ]

    violated_by(honest, "A1", "item-lost", on_response=lose)


def test_a_right_item_that_fails_with_its_neighbour_is_found(honest):
    def drag(passing):
        if any(one.error_code for one in results(passing)) and not passing.request.validate_only:
            for one in results(passing):
                one.error_code = one.error_code or int(ErrorCode.INVALID_REQUEST)

    violated_by(honest, "A1", "neighbour-affected", on_response=drag)


def test_validating_that_creates_is_found(honest):
    def create(passing):
        if asked(passing):
            passing.request.validate_only = False

    violated_by(honest, "A1", "validate-only-created", on_request=create)


def test_a_topic_that_is_refused_and_created_is_found(honest):
    def create(passing):
        for one in asked(passing):
            if one.replication_factor == 30_000:
                one.replication_factor = 1

    def refuse(passing):
        for sent, one in zip(asked(passing), results(passing), strict=False):
            if "wrong" in sent.name and one.error_code == 0:
                one.error_code = int(ErrorCode.INVALID_REPLICATION_FACTOR)

    violated_by(honest, "A1", "refused-but-there", on_request=create, on_response=refuse)


@pytest.mark.parametrize(
    ("hide", "signature"),
    [
        (lambda one: setattr(one, "error_code", int(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)), "not-visible"),
        (lambda one: setattr(one, "partitions", one.partitions * 2), "wrong-shape"),
    ],
)
def test_a_topic_that_does_not_show_as_asked_for_is_found(honest, hide, signature):
    def change(passing):
        if isinstance(passing.response, m.MetadataResponse):
            for one in passing.response.topics:
                if one.name is not None and "-A1-topic-" in one.name and one.error_code == 0:
                    hide(one)

    with FaultyBroker(honest, on_response=change) as broker:
        result = judge("A1", broker.bootstrap, liveness_s=0.3)
    assert_violated(result, signature)
