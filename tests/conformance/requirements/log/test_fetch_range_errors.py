import pytest

from nilometer.clients.batches import data_batch
from nilometer.clients.session import EARLIEST
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L16", honest))


@pytest.mark.parametrize(("below", "signature"), [(True, "no-error-below-start"), (False, "no-error-above-end")])
def test_a_position_outside_without_error_is_found(honest, below, signature):
    start = [0]

    def no_error(passing):
        for asked, answer in listed(passing):
            if asked.timestamp == EARLIEST:
                start[0] = answer.offset
        for one in fetched(passing):
            if one.answer.error_code == ErrorCode.OFFSET_OUT_OF_RANGE and (one.offset < start[0]) == below:
                one.answer.error_code = 0

    violated_by(honest, "L16", signature, profile="core", on_response=no_error)


def test_an_error_at_the_high_watermark_is_found(honest):
    def error(passing):
        for one in fetched(passing):
            if one.offset == one.answer.high_watermark:
                one.answer.error_code = ErrorCode.OFFSET_OUT_OF_RANGE

    violated_by(honest, "L16", "error-at-end", on_response=error)


def test_records_with_an_error_are_found(honest):
    def records(passing):
        for one in fetched(passing):
            if one.answer.error_code:
                one.put([data_batch("x")])

    violated_by(honest, "L16", "records-out-of-range", on_response=records)
