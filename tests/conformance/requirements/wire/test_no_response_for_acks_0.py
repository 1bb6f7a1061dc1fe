"""W12: a broker that answers what must not be answered."""

from nilometer_reference.wire import messages as m
from tests.conformance.requirements.faulty import HangUp
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def is_unacknowledged(passing) -> bool:
    return isinstance(passing.request, m.ProduceRequest) and passing.request.acks == 0


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W12", honest)
    assert_holds(result)
    assert result.judged >= 4


def test_an_answer_to_acks_0_is_found(honest):
    violated_by(
        honest,
        "W12",
        "unasked-response",
        on_request=lambda one: m.ProduceResponse() if is_unacknowledged(one) else None,
    )


def test_closing_after_a_right_one_is_found(honest):
    def close(passing):
        if is_unacknowledged(passing):
            raise HangUp

    violated_by(honest, "W12", "closed-after-success", on_request=close)
