from nilometer.clients.session import LATEST
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI1", honest))


def test_an_honest_broker_holds_with_indexes(honest):
    assert_holds(judge("TI1", honest, profile="core"))


def on_found(change):
    """Changes answers that name an offset for a time."""

    def hook(passing):
        for asked, answer in listed(passing):
            if asked.timestamp >= 0 and answer.offset >= 0:
                change(answer)

    return hook


def test_none_although_there_is_one_is_found(honest):
    def none(answer):
        answer.offset = answer.timestamp = -1

    violated_by(honest, "TI1", "none-although-there-is-one", on_response=on_found(none))


def test_the_record_before_the_first_is_found(honest):
    def one_before(answer):
        answer.offset -= answer.offset > 0

    violated_by(honest, "TI1", "too-early", on_response=on_found(one_before))


def test_an_answer_by_batch_instead_of_record_is_found(honest):
    base_of = {}

    def base_of_batch(passing):
        for one in fetched(passing):
            base_of.update({r.offset: batch.header.base_offset for batch in one.batches for r in decode_records(batch)})
        for asked, answer in listed(passing):
            if asked.timestamp > 0:
                answer.offset = base_of.get(answer.offset, answer.offset)

    violated_by(honest, "TI1", "too-early", on_response=base_of_batch)


def test_a_later_match_instead_of_the_first_is_found(honest):
    end = [0]

    def the_last(passing):
        for asked, answer in listed(passing):
            if asked.timestamp == LATEST:
                end[0] = answer.offset
            elif asked.timestamp == 0 and end[0] > 1:
                answer.offset = end[0] - 1

    violated_by(honest, "TI1", "not-the-first", on_response=the_last)
