import pytest

from nilometer.targets import parse_target
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("A5", honest))


def test_a_time_that_nobody_asked_for_is_found(honest):
    def stamp(passing):
        if isinstance(passing.response, m.ProduceResponse):
            for topic in passing.response.responses:
                for part in topic.partition_responses:
                    part.log_append_time_ms = 5

    violated_by(honest, "A5", "timestamp-type-ignored", on_response=stamp)


@pytest.mark.timeout(120)
def test_a_limit_that_is_not_kept_is_found():
    with parse_target("reference+B098") as target:
        result = judge("A5", target.endpoint.text, target=target, liveness_s=1.0)
    assert_violated(result, "limit-not-kept", "change-not-effective")
