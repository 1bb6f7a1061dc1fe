from nilometer_reference.wire.messages import ListOffsetsRequest
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI5", honest))


def on_max(change):
    def hook(passing):
        for asked, answer in listed(passing):
            if asked.timestamp == -3:
                change(answer)

    return hook


def test_another_timestamp_is_found(honest):
    def one_less(answer):
        answer.timestamp -= answer.timestamp > 0

    violated_by(honest, "TI5", "wrong-timestamp", on_response=on_max(one_less))


def test_the_offset_of_another_record_is_found(honest):
    def one_more(answer):
        answer.offset += answer.offset >= 0

    with FaultyBroker(honest, on_response=on_max(one_more)) as broker:
        result = judge("TI5", broker.bootstrap, profile="core")
    assert {one.signature for one in result.counterexamples} == {"wrong-offset", "beyond-the-limit"}


def test_an_answer_for_an_empty_log_is_found(honest):
    def zero(answer):
        answer.offset = max(answer.offset, 0)

    violated_by(honest, "TI5", "answer-for-empty-log", on_response=on_max(zero))


def test_an_answer_that_ignores_the_isolation_level_is_found(honest):
    def ignore(passing):
        if isinstance(passing.request, ListOffsetsRequest):
            passing.request.isolation_level = 0

    violated_by(honest, "TI5", "beyond-the-limit", profile="core", on_request=ignore)
