from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import as_uncommitted, found


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T4", honest))


def test_transactions_that_read_each_other_are_found(honest):
    result = found(honest, "T4", "cycle", on_request=as_uncommitted)
    assert "has read transaction" in result.counterexamples[0].seen
