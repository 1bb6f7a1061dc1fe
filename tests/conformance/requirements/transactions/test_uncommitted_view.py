import pytest

from nilometer_reference.wire.messages.fetch import AbortedTransaction
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.tampering import fetched, re_encoded
from tests.conformance.requirements.transactions.finding import found


def uncommitted_reads(passing):
    return [one for one in fetched(passing) if one.isolation_level == 0]


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T6", honest))


def test_records_of_transactions_that_are_hidden_from_everybody_are_found(honest):
    def hide(passing):
        for one in uncommitted_reads(passing):
            one.put([re_encoded(batch, []) if batch.header.is_transactional else batch for batch in one.batches])

    found(honest, "T6", "record-hidden", on_response=hide)


@pytest.mark.parametrize("only", [None, 4])
def test_entries_where_nobody_filters_are_found(honest, only):
    def list_one(passing):
        for one in uncommitted_reads(passing):
            if only in (None, passing.version):
                one.answer.aborted_transactions = [AbortedTransaction(1, 0)]

    found(honest, "T6", "aborted-listed", on_response=list_one)
