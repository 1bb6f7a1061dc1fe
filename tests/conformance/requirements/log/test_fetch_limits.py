import pytest

from nilometer_reference.wire.messages import FetchRequest
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import asked_to_fetch, fetched


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L17", honest))


def test_a_large_first_batch_that_is_withheld_is_found(honest):
    def strict(passing):
        for one in fetched(passing):
            if len(one.answer.records or b"") > min(one.asked.partition_max_bytes, passing.request.max_bytes):
                one.put([])

    violated_by(honest, "L17", "first-batch-withheld", on_response=strict)


def test_a_partition_limit_that_is_ignored_is_found(honest):
    def ignore(passing):
        for part in asked_to_fetch(passing):
            part.partition_max_bytes = 1 << 20

    violated_by(honest, "L17", "partition-limit-exceeded", on_request=ignore)


def test_a_response_limit_that_is_ignored_is_found(honest):
    def ignore(passing):
        if isinstance(passing.request, FetchRequest):
            passing.request.max_bytes = 1 << 20

    violated_by(honest, "L17", "response-limit-exceeded", on_request=ignore)


@pytest.mark.parametrize(("factor", "signature"), [(0.1, "answered-too-early"), (10, "answered-too-late")])
def test_a_wait_of_another_length_is_found(honest, factor, signature):
    def another_wait(passing):
        if isinstance(passing.request, FetchRequest) and passing.request.max_wait_ms >= 100:
            passing.request.max_wait_ms = int(passing.request.max_wait_ms * factor)

    violated_by(honest, "L17", signature, on_request=another_wait)
