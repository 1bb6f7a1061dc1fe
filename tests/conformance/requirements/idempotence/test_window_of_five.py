from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import Repeated, answered, refuse, replace, sent, without_producer


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I2", honest))


def test_a_window_of_one_batch_is_found(honest):
    """KAFKA-5494: only the last batch is recognised."""
    known = Repeated()

    def only_the_last(passing):
        return refuse(passing, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) if known.age(passing) > 0 else None

    violated_by(honest, "I2", "retry-refused", on_request=only_the_last, on_response=known.note)


def test_a_window_of_four_batches_is_found(honest):
    known = Repeated()

    def four(passing):
        return refuse(passing, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) if known.age(passing) == 4 else None

    violated_by(honest, "I2", "retry-refused", on_request=four, on_response=known.note)


def test_a_retry_that_is_answered_with_another_offset_is_found(honest):
    known = Repeated()

    def the_end_of_the_log(passing):
        if known.is_repeated(passing):
            answered(passing, base_offset=max(known.first_offsets.values()) + 1)
        known.note(passing)

    violated_by(honest, "I2", "wrong-offset", on_response=the_end_of_the_log)


def test_a_retry_that_is_appended_behind_a_right_answer_is_found(honest):
    known, stripped = Repeated(), {}

    def append_it(passing):
        if known.is_repeated(passing):
            data = bytes(sent(passing).data)
            replace(passing, without_producer(sent(passing)))
            stripped[bytes(sent(passing).data)] = known.first_offsets[data]

    def deny_it(passing):
        batch = sent(passing)
        if batch is not None and bytes(batch.data) in stripped:
            answered(passing, base_offset=stripped[bytes(batch.data)])
        else:
            known.note(passing)

    violated_by(honest, "I2", "log-differs", on_request=append_it, on_response=deny_it)
