from nilometer.settings import Profile
from nilometer_reference.wire.messages import InitProducerIdResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by
from tests.conformance.requirements.restarting import Restarting


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I9", honest))


def test_two_callers_that_share_an_id_are_found(honest):
    """KAFKA-20031: two blocks of ids overlap in one."""
    ids = []

    def overlap(passing):
        if isinstance(passing.response, InitProducerIdResponse):
            ids.append(passing.response.producer_id)
            if len(ids) == 50:
                passing.response.producer_id = ids[20]

    violated_by(honest, "I9", "answered-twice", on_response=overlap)


def test_a_negative_id_is_found(honest):
    ids = []

    def overflow(passing):
        if isinstance(passing.response, InitProducerIdResponse):
            ids.append(passing.response.producer_id)
            if len(ids) == 50:
                passing.response.producer_id = -7

    violated_by(honest, "I9", "not-an-id", on_response=overflow)


def test_ids_that_begin_anew_after_a_restart_are_found(honest):
    targets, ids = [], []

    def begin_anew(passing):
        if isinstance(passing.response, InitProducerIdResponse):
            if targets[0].restarts:
                passing.response.producer_id = ids.pop(0)
            else:
                ids.append(passing.response.producer_id)

    with FaultyBroker(honest, on_response=begin_anew) as broker:
        targets.append(Restarting(broker))
        result = judge("I9", broker.bootstrap, profile=Profile.CORE, target=targets[0])
    assert targets[0].restarts == 1
    assert_violated(result, "answered-twice")
