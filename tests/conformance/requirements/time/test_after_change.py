from nilometer_reference.wire.messages import DeleteRecordsResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by
from tests.conformance.requirements.restarting import Restarting
from tests.conformance.requirements.tampering import listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI9", honest))


def test_answers_below_the_log_start_are_found(honest):
    low = [0]

    def below(passing):
        if isinstance(passing.response, DeleteRecordsResponse):
            low[0] = passing.response.topics[0].partitions[0].low_watermark
        for asked, answer in listed(passing):
            if asked.timestamp >= 0 and answer.offset == low[0] > 0:
                answer.offset -= 1

    violated_by(honest, "TI9", "below-log-start", on_response=below)


def test_other_answers_after_a_deletion_are_found(honest):
    deleted = []

    def later(passing):
        if isinstance(passing.response, DeleteRecordsResponse):
            deleted.append(True)
        for asked, answer in listed(passing):
            if deleted and asked.timestamp >= 0 and answer.offset >= 0:
                answer.offset += 1

    violated_by(honest, "TI9", "wrong-after-deletion", on_response=later)


def test_none_is_allowed_where_a_deleted_record_reaches_the_time_and_only_there(honest):
    """Apache Kafka answers so while the segment of the deleted record is still there."""

    def none(passing):
        for asked, answer in listed(passing):
            if asked.timestamp >= 0:
                answer.offset = answer.timestamp = -1

    with FaultyBroker(honest, on_response=none) as broker:
        result = judge("TI9", broker.bootstrap)
    assert {one.signature for one in result.counterexamples} <= {"wrong-after-deletion"}
    assert any("can hide later ones" in note for note in result.notes)


def test_other_answers_after_a_restart_are_found(honest):
    def later(passing):
        for asked, answer in listed(passing):
            if target.restarts and asked.timestamp >= 0 and answer.offset >= 0:
                answer.offset += 1

    with FaultyBroker(honest, on_response=later) as broker:
        target = Restarting(broker)
        result = judge("TI9", broker.bootstrap, profile="core", target=target)
    assert target.restarts == 1
    assert_violated(result, "wrong-after-restart")
