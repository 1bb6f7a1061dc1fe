from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import (
    Repeated,
    answered,
    refuse,
    replace,
    sent,
    without_producer,
)


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I3", honest))


def test_an_old_retry_that_is_appended_is_found(honest):
    known = Repeated()

    def forget_it(passing):
        if known.age(passing) >= 5:
            replace(passing, without_producer(sent(passing)))

    violated_by(honest, "I3", "appended-again", on_request=forget_it, on_response=known.note)


def test_an_old_retry_that_is_acknowledged_where_another_record_stands_is_found(honest):
    known = Repeated()

    def lie(passing):
        if known.age(passing) >= 5:
            answered(passing, 0, max(known.first_offsets.values()))
        known.note(passing)

    violated_by(honest, "I3", "wrong-offset", on_response=lie)


def test_a_larger_window_and_other_codes_are_no_violation(honest):
    known = Repeated()

    def generous(passing):
        if known.age(passing) >= 5:
            first = known.first_offsets[bytes(sent(passing).data)]
            choices = [(0, first), (0, -1), (ErrorCode.DUPLICATE_SEQUENCE_NUMBER, -1)]
            answered(passing, *choices[first % 3])
        known.note(passing)

    with FaultyBroker(honest, on_response=generous) as broker:
        result = judge("I3", broker.bootstrap)
    assert broker.fired
    assert_holds(result)
    assert result.notes


def test_a_producer_that_an_old_retry_stops_is_found(honest):
    known, stopped = Repeated(), set()

    def stop(passing):
        batch = sent(passing)
        if batch is None:
            return None
        if known.age(passing) >= 5:
            stopped.add(batch.header.producer_id)
        elif known.age(passing) < 0 and batch.header.producer_id in stopped:
            return refuse(passing, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
        return None

    violated_by(honest, "I3", "next-refused", on_request=stop, on_response=known.note)
