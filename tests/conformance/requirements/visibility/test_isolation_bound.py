from nilometer_reference.wire.messages import FetchRequest
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched


def test_an_honest_broker_holds(honest):
    assert_holds(judge("V4", honest))


def test_records_above_the_high_watermark_are_found(honest):
    def too_low(passing):
        for one in fetched(passing):
            if one.isolation_level == 0:
                one.answer.high_watermark = min(one.answer.high_watermark, one.offset)

    violated_by(honest, "V4", "record-above-high-watermark", on_response=too_low)


def test_records_above_the_last_stable_offset_are_found(honest):
    def too_low(passing):
        for one in fetched(passing):
            one.answer.last_stable_offset = min(one.answer.last_stable_offset, one.offset)

    violated_by(honest, "V4", "record-above-last-stable", on_response=too_low)


def test_a_reader_of_committed_data_that_is_served_as_any_other_is_found(honest):
    """The fields say so too, so that only the run's own transaction gives it away."""

    def ignore_level(passing):
        if isinstance(passing.request, FetchRequest):
            passing.request.isolation_level = 0

    def last_stable_is_high_watermark(passing):
        for one in fetched(passing):
            one.answer.last_stable_offset = one.answer.high_watermark

    violated_by(
        honest, "V4", "open-transaction-shown", on_request=ignore_level, on_response=last_stable_is_high_watermark
    )
