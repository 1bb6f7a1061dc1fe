from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O9", honest))


def test_one_error_for_all_is_found(honest):
    def spread(passing):
        if isinstance(passing.response, m.OffsetCommitResponse):
            all_parts = [part for topic in passing.response.topics for part in topic.partitions]
            worst = max(part.error_code for part in all_parts)
            for part in all_parts:
                part.error_code = worst

    violated_by(honest, "O9", "good-refused", "bad-accepted", on_response=spread)
