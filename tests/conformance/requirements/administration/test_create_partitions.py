import pytest

from nilometer.targets import parse_target
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("A3", honest))


def test_another_code_is_found(honest):
    def rename(passing):
        if isinstance(passing.response, m.CreatePartitionsResponse):
            for result in passing.response.results:
                if result.error_code == ErrorCode.INVALID_PARTITIONS:
                    result.error_code = ErrorCode.INVALID_REQUEST

    violated_by(honest, "A3", "wrong-answer", on_response=rename)


@pytest.mark.timeout(120)
def test_an_answer_that_names_no_topic_is_found():
    with parse_target("reference+B097") as target:
        assert_violated(judge("A3", target.endpoint.text, target=target), "not-named")
