import pytest

from nilometer.verdict import Reason, Verdict, Word
from nilometer_reference.wire.messages import (
    ApiVersionsResponse,
    DescribeProducersResponse,
    DescribeTransactionsResponse,
    ListTransactionsResponse,
)
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import T_S, found


def described(change):
    def hook(passing):
        if isinstance(passing.response, DescribeTransactionsResponse):
            for state in passing.response.transaction_states:
                change(state)

    return hook


def with_partitions(state):
    for topic in state.topics:
        topic.partitions = topic.partitions[:1]


DESCRIBED = {
    "state": lambda state: setattr(state, "transaction_state", "Dead"),
    "producer id": lambda state: setattr(state, "producer_id", state.producer_id + 1),
    "epoch": lambda state: setattr(state, "producer_epoch", state.producer_epoch + 1),
    "time-out": lambda state: setattr(state, "transaction_timeout_ms", 1),
    "partitions": with_partitions,
}


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T19", honest))


@pytest.mark.parametrize("field", DESCRIBED)
def test_a_wrong_description_is_found(honest, field):
    result = found(honest, "T19", "described-wrongly", on_response=described(DESCRIBED[field]), liveness_s=T_S)
    assert result.word is Word.WEAK, "a SHOULD"


def test_a_list_that_lacks_an_open_transaction_is_found(honest):
    def empty(passing):
        if isinstance(passing.response, ListTransactionsResponse):
            passing.response.transaction_states = []

    found(honest, "T19", "listed-wrongly", on_response=empty)


def test_a_list_that_ignores_its_filters_is_found(honest):
    def no_filters(passing):
        if passing.response is None and hasattr(passing.request, "state_filters"):
            passing.request.state_filters = []

    found(honest, "T19", "listed-wrongly", on_request=no_filters)


def producers(change):
    def hook(passing):
        if isinstance(passing.response, DescribeProducersResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    change(part)

    return hook


def one_later(part):
    for one in part.active_producers:
        one.current_txn_start_offset += 1


def nobody(part):
    part.active_producers = []


@pytest.mark.parametrize("change", [one_later, nobody])
def test_wrong_producers_of_a_partition_are_found(honest, change):
    found(honest, "T19", "producer-wrong", on_response=producers(change))


def test_an_unknown_id_that_is_described_is_found(honest):
    def invent(state):
        if state.error_code == 105:
            state.error_code, state.transaction_state = 0, "Empty"

    found(honest, "T19", "unknown-id-described", on_response=described(invent))


def test_a_broker_without_these_apis_is_not_judged(honest):
    def hide(passing):
        if isinstance(passing.response, ApiVersionsResponse):
            keys = {61, 65, 66}
            passing.response.api_keys = [one for one in passing.response.api_keys if one.api_key not in keys]

    with FaultyBroker(honest, on_response=hide) as broker:
        result = judge("T19", broker.bootstrap)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.API_NOT_SERVED)
