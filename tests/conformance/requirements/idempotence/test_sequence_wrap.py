from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.records import SEQUENCE_MAX
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import (
    Repeated,
    answered,
    on_codes,
    refuse,
    replace,
    sent,
    without_producer,
)

OUT_OF_ORDER = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def crosses(passing):
    """Whether the batch is the first one behind the border, or lies across it."""
    batch = sent(passing)
    if batch is None or batch.header.base_sequence < 0:
        return False
    return batch.header.base_sequence == 0 or batch.header.last_sequence < batch.header.base_sequence


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I6", honest))


def test_a_sequence_that_wraps_to_1_is_found(honest):
    violated_by(
        honest, "I6", "successor-refused",
        on_request=lambda passing: refuse(passing, OUT_OF_ORDER) if crosses(passing) else None,
    )  # fmt: skip


def test_a_gap_behind_the_border_is_found(honest):
    violated_by(honest, "I6", "gap-accepted", on_response=on_codes({OUT_OF_ORDER: 0}))


def test_a_window_that_ends_at_the_border_is_found(honest):
    known = Repeated()

    def forget(passing):
        return refuse(passing, OUT_OF_ORDER) if known.is_repeated(passing) and crosses(passing) else None

    violated_by(honest, "I6", "retry-refused", on_request=forget, on_response=known.note)


def test_a_retry_across_the_border_with_another_offset_is_found(honest):
    known = Repeated()

    def lie(passing):
        if known.is_repeated(passing) and crosses(passing):
            answered(passing, base_offset=0)
        known.note(passing)

    violated_by(honest, "I6", "wrong-offset", on_response=lie)


def test_a_gap_that_is_refused_and_appended_is_found(honest):
    appended, known = set(), {}

    def append_it(passing):
        batch = sent(passing)
        if batch is None or not batch.header.has_producer_id:
            return
        at = batch.header.producer_id
        if at in known and batch.header.base_sequence == (known[at] + 2) & SEQUENCE_MAX:
            replace(passing, without_producer(batch))
            appended.add(bytes(sent(passing).data))
        elif at not in known or batch.header.base_sequence == known[at]:
            known[at] = batch.header.next_sequence

    def deny_it(passing):
        if sent(passing) is not None and bytes(sent(passing).data) in appended:
            answered(passing, OUT_OF_ORDER, -1)

    violated_by(honest, "I6", "log-differs", on_request=append_it, on_response=deny_it)


def test_a_broker_where_nobody_can_begin_near_the_border_is_not_judged(honest):
    def strict(passing):
        batch = sent(passing)
        far = batch is not None and batch.header.base_sequence > 1_000
        return refuse(passing, OUT_OF_ORDER) if far else None

    with FaultyBroker(honest, on_request=strict) as broker:
        result = judge("I6", broker.bootstrap)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.REFUSED)
