from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, re_encoded


def test_an_honest_broker_holds(cleaning):
    assert_holds(judge("C10", cleaning, profile="core"))


def inside(one):
    """Whether the position lies behind the beginning of the first batch."""
    return bool(one.batches) and one.batches[0].header.base_offset < one.offset


def test_a_survivor_that_is_skipped_is_found(cleaning):
    def skip(passing):
        for one in fetched(passing):
            if inside(one) and len(one.batches) > 1:
                one.put(one.batches[1:])

    violated_by(cleaning, "C10", "survivor-skipped", profile="core", on_response=skip)


def test_a_reader_that_is_stuck_in_a_hole_is_found(cleaning):
    def stuck(passing):
        for one in fetched(passing):
            if inside(one):
                one.put([])

    violated_by(cleaning, "C10", "reader-stuck", profile="core", on_response=stuck)


def test_a_removed_record_that_returns_is_found(cleaning):
    def returns(passing):
        """At a position in a hole the next survivor is served at the position itself."""
        for one in fetched(passing):
            batches = one.batches
            first = next((b for b in batches if not b.header.is_control and b.header.record_count), None)
            if first is None or one.offset == 0:
                continue
            records = decode_records(first)
            if records[0].offset > one.offset >= first.header.base_offset:
                ghost = records[0]._replace(offset=one.offset)
                one.put([re_encoded(first, [ghost, *records]), *batches[batches.index(first) + 1 :]])

    violated_by(cleaning, "C10", "removed-record-returned", profile="core", on_response=returns)


def test_a_position_below_the_log_start_without_error_is_found(cleaning):
    def no_error(passing):
        for one in fetched(passing):
            if one.answer.error_code == ErrorCode.OFFSET_OUT_OF_RANGE:
                one.answer.error_code = 0

    violated_by(cleaning, "C10", "no-error-below-start", profile="core", on_response=no_error)
