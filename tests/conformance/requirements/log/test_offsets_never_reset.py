from nilometer_reference.wire.messages import CreateTopicsResponse, DeleteRecordsResponse, DeleteTopicsResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by
from tests.conformance.requirements.restarting import Restarting
from tests.conformance.requirements.tampering import listed, produced


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L19", honest))


def test_offsets_that_begin_again_after_a_deletion_are_found(honest):
    deleted = []

    def reset(passing):
        if isinstance(passing.response, DeleteRecordsResponse):
            deleted.append(True)
        elif isinstance(passing.response, CreateTopicsResponse):
            deleted.clear()
        elif deleted:
            for part in produced(passing):
                part.base_offset = 0

    violated_by(honest, "L19", "reset-by-deletion", profile="core", on_response=reset)


def test_an_end_that_a_deletion_moves_is_found(honest):
    deleted = []

    def moved(passing):
        if isinstance(passing.response, DeleteRecordsResponse):
            deleted.append(True)
        elif isinstance(passing.response, CreateTopicsResponse):
            deleted.clear()
        elif deleted:
            for _, answer in listed(passing):
                answer.offset = 0

    violated_by(honest, "L19", "end-moved-by-deletion", on_response=moved)


def test_a_new_topic_that_goes_on_from_the_old_one_is_found(honest):
    deleted = []

    def goes_on(passing):
        if isinstance(passing.response, DeleteTopicsResponse):
            deleted.append(True)
        elif deleted:
            for part in produced(passing):
                part.base_offset += 5

    violated_by(honest, "L19", "new-topic-not-at-zero", on_response=goes_on)


def test_offsets_that_begin_again_after_a_restart_are_found(honest):
    def reset(passing):
        if target.restarts:
            for part in produced(passing):
                part.base_offset = 0

    with FaultyBroker(honest, on_response=reset) as broker:
        target = Restarting(broker)
        result = judge("L19", broker.bootstrap, profile="core", target=target)
    assert target.restarts == 1
    assert_violated(result, "reset-by-restart")
