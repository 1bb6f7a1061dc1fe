from nilometer.clients.session import READ_COMMITTED
from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.messages import ApiVersionsResponse, EndTxnResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("V5", honest, profile="core"))


def test_a_last_stable_offset_that_ignores_transactions_is_found(honest):
    def high_watermark(passing):
        for one in fetched(passing):
            one.answer.last_stable_offset = one.answer.high_watermark

    violated_by(honest, "V5", "beyond-open-transaction", profile="core", on_response=high_watermark)


def test_a_last_stable_offset_that_is_too_low_is_found(honest):
    def one_less(passing):
        for one in fetched(passing):
            if 0 < one.answer.last_stable_offset < one.answer.high_watermark:
                one.answer.last_stable_offset -= 1

    violated_by(honest, "V5", "below-open-transaction", profile="full", on_response=one_less)


def test_a_last_stable_offset_that_stays_behind_is_found(honest):
    def never_the_end(passing):
        for one in fetched(passing):
            one.answer.last_stable_offset = min(one.answer.last_stable_offset, 2)
        for asked, answer in listed(passing):
            if asked.timestamp == -1 and passing.request.isolation_level == READ_COMMITTED:
                answer.offset = min(answer.offset, 2)

    with FaultyBroker(honest, on_response=never_the_end) as broker:
        result = judge("V5", broker.bootstrap, profile="full", liveness_s=0.3)
    assert {one.signature for one in result.counterexamples} <= {"below-high-watermark", "below-open-transaction"}
    assert result.verdict is Verdict.VIOLATED


def test_a_last_stable_offset_that_goes_back_is_found(honest):
    count = []

    def sometimes(passing):
        for one in fetched(passing):
            count.append(one)
            if one.answer.last_stable_offset == one.answer.high_watermark and len(count) % 2:
                one.answer.last_stable_offset += 100

    with FaultyBroker(honest, on_response=sometimes) as broker:
        result = judge("V5", broker.bootstrap, profile="core")
    assert {one.signature for one in result.counterexamples} == {"last-stable-went-back"}


def test_without_transactions_it_is_not_judged(honest):
    def hide(passing):
        if isinstance(passing.response, ApiVersionsResponse):
            passing.response.api_keys = [one for one in passing.response.api_keys if one.api_key != 26]

    with FaultyBroker(honest, on_response=hide) as broker:
        result = judge("V5", broker.bootstrap)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.API_NOT_SERVED)
    assert EndTxnResponse.API_KEY == 26
