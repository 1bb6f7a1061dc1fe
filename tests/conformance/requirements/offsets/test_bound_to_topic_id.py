import pytest

from nilometer.targets import parse_target
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O11", honest))


@pytest.mark.timeout(120)
def test_offsets_that_outlive_their_topic_are_found():
    with parse_target("reference+B095") as target:
        assert_violated(judge("O11", target.endpoint.text, target=target, liveness_s=1.0), "survived")
