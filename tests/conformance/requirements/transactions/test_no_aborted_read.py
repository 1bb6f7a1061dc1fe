from nilometer.verdict import Reason
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import as_uncommitted, committed_reads, found, no_entries


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T2", honest))


def test_a_time_out_is_looked_at_where_it_comes_soon(hasty):
    result = judge("T2", hasty)
    assert_holds(result)
    assert Reason.TIME not in result.skipped


def test_a_list_of_aborted_transactions_that_is_empty_is_found(honest):
    found(honest, "T2", "aborted-delivered", on_response=no_entries)


def test_a_list_that_lacks_one_entry_is_found(honest):
    def shorter(passing):
        for one in committed_reads(passing):
            if one.answer.aborted_transactions:
                one.answer.aborted_transactions.pop()

    found(honest, "T2", "aborted-delivered", on_response=shorter)


def test_records_of_open_transactions_that_are_aborted_later_are_found(honest):
    found(honest, "T2", "aborted-delivered", on_request=as_uncommitted)
