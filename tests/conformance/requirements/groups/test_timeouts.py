import pytest

from nilometer.settings import Profile
from nilometer.verdict import Verdict
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge


def test_smoke_does_not_wait_for_a_session(honest):
    assert judge("G9", honest).verdict is Verdict.NOT_OBSERVABLE


@pytest.mark.timeout(120)
def test_an_honest_broker_holds(honest):
    assert_holds(judge("G9", honest, profile=Profile.CORE))


@pytest.mark.timeout(120)
def test_a_broker_that_keeps_the_silent_is_found(honest):
    assigned = []

    def nothing_happens(passing):
        if isinstance(passing.response, m.SyncGroupResponse):
            assigned.append(passing.request.member_id)
        if isinstance(passing.response, m.HeartbeatResponse) and len(assigned) == 2:
            passing.response.error_code = 0

    with FaultyBroker(honest, on_response=nothing_happens) as broker:
        result = judge("G9", broker.bootstrap, profile=Profile.CORE, liveness_s=2.0)
    assert_violated(result, "not-removed")
