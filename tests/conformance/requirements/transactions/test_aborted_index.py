from nilometer_reference.wire.messages.fetch import AbortedTransaction
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import committed_reads, everything_aborted, found, no_entries


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T7", honest))


def test_an_empty_list_is_found(honest):
    found(honest, "T7", "aborted-not-listed", on_response=no_entries)


def test_entries_that_are_looked_up_by_their_first_offset_only_are_found(honest):
    """A reader that begins in the middle of an aborted transaction needs its entry as well."""

    def only_later_ones(passing):
        for one in committed_reads(passing):
            entries = one.answer.aborted_transactions or []
            one.answer.aborted_transactions = [entry for entry in entries if entry.first_offset >= one.offset]

    found(honest, "T7", "aborted-not-listed", on_response=only_later_ones)


def test_entries_of_committed_transactions_are_found(honest):
    found(honest, "T7", "committed-hidden", "entry-untrue", on_response=everything_aborted())


def test_an_entry_that_begins_too_early_is_found(honest):
    """Redpanda #7081: the range of the entry covers committed records of the same producer."""

    def earlier(passing):
        for one in committed_reads(passing):
            for entry in one.answer.aborted_transactions or []:
                if entry.first_offset == 10:  # of the producer whose committed record stands at 5
                    entry.first_offset = 5

    found(honest, "T7", "committed-hidden", "entry-untrue", on_response=earlier)


def test_an_entry_of_nobody_is_found(honest):
    def invent(passing):
        for one in committed_reads(passing):
            one.answer.aborted_transactions = [*(one.answer.aborted_transactions or []), AbortedTransaction(1 << 40, 0)]

    found(honest, "T7", "entry-untrue", on_response=invent)


def test_entries_behind_the_returned_range_are_allowed(honest):
    """Kafka bounds the list by its index, not by the response: here it is always that of the whole partition."""
    whole = {}

    def all_of_them(passing):
        for one in committed_reads(passing):
            at = passing.request.topics[0].topic_id, one.answer.partition_index
            known = whole.setdefault(at, {})
            known.update({(e.producer_id, e.first_offset): e for e in one.answer.aborted_transactions or []})
            one.answer.aborted_transactions = [e for e in known.values() if e.first_offset >= one.offset] + [
                e for e in one.answer.aborted_transactions or [] if e.first_offset < one.offset
            ]

    with FaultyBroker(honest, on_response=all_of_them) as broker:
        assert_holds(judge("T7", broker.bootstrap))
