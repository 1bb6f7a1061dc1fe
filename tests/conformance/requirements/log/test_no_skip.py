from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, re_encoded


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L6", honest))


def test_a_batch_that_is_skipped_when_asked_for_its_middle_is_found(honest):
    def by_base_offset(passing):
        for one in fetched(passing):
            if len(one.batches) > 1 and one.batches[0].header.base_offset < one.offset:
                one.put(one.batches[1:])

    violated_by(honest, "L6", "record-skipped", on_response=by_base_offset)


def test_a_reader_that_is_stuck_inside_the_last_batch_is_found(honest):
    def nothing(passing):
        for one in fetched(passing):
            if one.batches and one.batches[0].header.base_offset < one.offset:
                one.put([])

    violated_by(honest, "L6", "reader-stuck", on_response=nothing)


def test_a_marker_that_is_served_as_data_is_found(honest):
    def as_data(passing):
        for one in fetched(passing):
            one.put(
                [re_encoded(b, control=False, transactional=False) if b.header.is_control else b for b in one.batches]
            )

    violated_by(honest, "L6", "another-record", on_response=as_data)


def test_committed_data_that_an_aborted_entry_hides_is_found(honest):
    """The entry of a transaction that ended before the position hides the next one of its producer."""
    entries = {}

    def stale_entries(passing):
        for one in fetched(passing):
            mine = entries.setdefault(passing.request.topics[0].topic_id, {})
            mine.update(
                {(entry.producer_id, entry.first_offset): entry for entry in one.answer.aborted_transactions or []}
            )
            if one.isolation_level == 1:
                one.answer.aborted_transactions = list(mine.values())

    violated_by(honest, "L6", "record-skipped", on_response=stale_entries)


def test_aborted_records_that_are_shown_are_left_to_their_own_requirement(honest):
    def no_aborted(passing):
        for one in fetched(passing):
            one.answer.aborted_transactions = []

    with FaultyBroker(honest, on_response=no_aborted) as broker:
        assert_holds(judge("L6", broker.bootstrap))
