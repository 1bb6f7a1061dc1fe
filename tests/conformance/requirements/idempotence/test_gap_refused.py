from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import answered, code_of, numbered, on_codes, refuse, replace, sent

OUT_OF_ORDER = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


class Numbers:
    """The next sequence of each producer id, as the answers show it."""

    def __init__(self):
        self.next = {}

    def note(self, passing):
        batch = sent(passing)
        if batch is not None and code_of(passing) == 0:
            self.next[batch.header.producer_id] = batch.header.next_sequence

    def is_gap(self, passing):
        batch = sent(passing)
        return (
            batch is not None
            and batch.header.producer_id in self.next
            and batch.header.base_sequence != self.next[batch.header.producer_id]
        )


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I4", honest))


def test_a_gap_that_is_accepted_is_found(honest):
    numbers = Numbers()

    def close_it(passing):
        if numbers.is_gap(passing):
            batch = sent(passing)
            replace(passing, numbered(batch, base_sequence=numbers.next[batch.header.producer_id]))

    violated_by(honest, "I4", "gap-accepted", on_request=close_it, on_response=numbers.note)


def test_a_gap_that_is_refused_with_another_error_is_found(honest):
    violated_by(honest, "I4", "wrong-error", on_response=on_codes({OUT_OF_ORDER: ErrorCode.UNKNOWN_PRODUCER_ID}))


def test_an_overlap_may_be_called_a_duplicate(honest):
    numbers = Numbers()

    def call_it_so(passing):
        batch = sent(passing)
        if code_of(passing) == OUT_OF_ORDER and batch.header.base_sequence < numbers.next[batch.header.producer_id]:
            answered(passing, ErrorCode.DUPLICATE_SEQUENCE_NUMBER)
        numbers.note(passing)

    with FaultyBroker(honest, on_response=call_it_so) as broker:
        assert_holds(judge("I4", broker.bootstrap))
    assert broker.fired


def test_a_refused_batch_that_moves_the_expected_number_is_found(honest):
    numbers, moved = Numbers(), {}

    def move(passing):
        batch = sent(passing)
        if batch is None:
            return None
        at = batch.header.producer_id
        if numbers.is_gap(passing):
            moved[at] = batch.header.next_sequence
        elif moved.get(at, batch.header.base_sequence) != batch.header.base_sequence:
            return refuse(passing, OUT_OF_ORDER)
        return None

    violated_by(honest, "I4", "next-refused", on_request=move, on_response=numbers.note)


def test_a_gap_that_is_refused_and_appended_is_found(honest):
    numbers, appended = Numbers(), set()

    def append_it(passing):
        if numbers.is_gap(passing):
            replace(passing, numbered(sent(passing), producer_id=-1, producer_epoch=-1, base_sequence=-1))
            appended.add(bytes(sent(passing).data))

    def deny_it(passing):
        batch = sent(passing)
        if batch is not None and bytes(batch.data) in appended:
            answered(passing, OUT_OF_ORDER, -1)
        else:
            numbers.note(passing)

    violated_by(honest, "I4", "log-differs", on_request=append_it, on_response=deny_it)
