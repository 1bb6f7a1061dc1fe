from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import (
    answered,
    code_of,
    on_codes,
    refuse,
    replace,
    sent,
    without_producer,
)

OUT_OF_ORDER, OLD_EPOCH = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.INVALID_PRODUCER_EPOCH


def is_transactional(passing):
    return passing.request.transactional_id is not None


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I5", honest))


def test_an_old_epoch_that_is_accepted_is_found(honest):
    violated_by(honest, "I5", "old-epoch-accepted", on_response=on_codes({OLD_EPOCH: 0}))


def test_an_old_epoch_that_is_called_out_of_order_is_found(honest):
    violated_by(honest, "I5", "wrong-error", on_response=on_codes({OLD_EPOCH: OUT_OF_ORDER}))


def test_a_new_epoch_that_begins_in_the_middle_is_found(honest):
    not_transactional = on_codes({OUT_OF_ORDER: 0}, only=lambda passing: not is_transactional(passing))
    violated_by(honest, "I5", "new-epoch-gap-accepted", on_response=not_transactional)


def test_a_transactional_producer_that_begins_in_the_middle_is_found(honest):
    violated_by(honest, "I5", "transactional-gap-accepted", on_response=on_codes({OUT_OF_ORDER: 0}, is_transactional))


def test_a_new_epoch_that_is_refused_is_found(honest):
    def no_new_epochs(passing):
        batch = sent(passing)
        new = batch is not None and batch.header.producer_epoch > 0 and batch.header.base_sequence == 0
        return refuse(passing, ErrorCode.PRODUCER_FENCED) if new and not is_transactional(passing) else None

    violated_by(honest, "I5", "new-epoch-refused", on_request=no_new_epochs)


def test_a_first_batch_that_must_begin_at_0_is_found(honest):
    known = set()

    def strict(passing):
        batch = sent(passing)
        if batch is None or is_transactional(passing) or not batch.header.has_producer_id:
            return None
        new = batch.header.producer_id not in known
        known.add(batch.header.producer_id)
        return refuse(passing, OUT_OF_ORDER) if new and batch.header.base_sequence > 0 else None

    violated_by(honest, "I5", "first-batch-refused", on_request=strict)


def test_an_old_epoch_that_is_refused_and_appended_is_found(honest):
    epochs, appended = {}, set()

    def append_it(passing):
        batch = sent(passing)
        if batch is not None and batch.header.producer_epoch < epochs.get(batch.header.producer_id, 0):
            replace(passing, without_producer(batch))
            appended.add(bytes(sent(passing).data))

    def deny_it(passing):
        batch = sent(passing)
        if batch is not None and bytes(batch.data) in appended:
            answered(passing, OLD_EPOCH, -1)
        elif batch is not None and code_of(passing) == 0:
            epochs[batch.header.producer_id] = batch.header.producer_epoch

    violated_by(honest, "I5", "log-differs", on_request=append_it, on_response=deny_it)
