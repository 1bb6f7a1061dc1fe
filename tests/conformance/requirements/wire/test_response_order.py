"""W4: a broker whose quick answers overtake the slow ones."""

from tests.conformance.requirements.judging import assert_holds, assert_violated, judge
from tests.conformance.requirements.wire.reordering import ReorderingRelay


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W4", honest)
    assert_holds(result)
    assert result.judged >= 10


def test_an_answer_that_overtakes_is_found_and_shown_with_the_order(honest):
    with ReorderingRelay(honest) as relay:
        result = judge("W4", relay.bootstrap)
        assert relay.swapped > 0
    assert_violated(result, "out-of-order")
    assert result.counterexamples[0].expected == "correlation ids in the order [1, 2, 3]"
    assert result.counterexamples[0].seen == "[2]"
