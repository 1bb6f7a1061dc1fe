from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import as_uncommitted, committed_reads, found


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T3", honest))


def test_records_of_open_transactions_are_found(honest):
    found(honest, "T3", "dirty-read", on_request=as_uncommitted)


def test_a_last_stable_offset_that_is_the_high_watermark_is_found(honest):
    def the_high_watermark(passing):
        for one in committed_reads(passing):
            one.answer.last_stable_offset = one.answer.high_watermark

    found(honest, "T3", "last-stable-offset-beyond-open", on_response=the_high_watermark)


def test_a_last_stable_offset_that_counts_one_too_far_is_found(honest):
    """Redpanda #3036: the exclusive bound used as an inclusive one."""

    def one_too_far(passing):
        for one in committed_reads(passing):
            if one.answer.last_stable_offset < one.answer.high_watermark:
                one.answer.last_stable_offset += 1

    found(honest, "T3", "last-stable-offset-beyond-open", on_response=one_too_far)
