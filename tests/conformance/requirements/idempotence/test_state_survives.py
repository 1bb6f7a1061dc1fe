import pytest

from nilometer.settings import Profile
from nilometer.verdict import Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import DeleteRecordsResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by
from tests.conformance.requirements.producing import Repeated, answered, refuse, replace, sent, without_producer
from tests.conformance.requirements.restarting import Restarting

OUT_OF_ORDER, OLD_EPOCH = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.INVALID_PRODUCER_EPOCH


class Forgetful:
    """Remembers batches until all records are deleted; then its faults begin."""

    def __init__(self):
        self.known = Repeated()
        self.before = set()
        self.forgot = False

    def on_response(self, passing):
        if isinstance(passing.response, DeleteRecordsResponse):
            self.forgot = True
            self.before = set(self.known.first_offsets)
        self.known.note(passing)

    def is_retry(self, passing):
        batch = sent(passing)
        return self.forgot and batch is not None and bytes(batch.data) in self.before


def test_an_honest_broker_holds(honest):
    result = judge("I7", honest)
    assert_holds(result)
    assert Reason.NO_FAULT_CONTROL in result.skipped


def test_a_producer_that_is_forgotten_with_its_records_is_found(honest):
    """KAFKA-7190: state goes with the records, and a late retry is appended a second time."""
    forgetful = Forgetful()

    def as_new(passing):
        if forgetful.is_retry(passing):
            replace(passing, without_producer(sent(passing)))

    violated_by(honest, "I7", "retry-appended", on_request=as_new, on_response=forgetful.on_response)


def test_a_retry_that_is_refused_after_deletion_is_found(honest):
    forgetful = Forgetful()

    def unknown(passing):
        return refuse(passing, ErrorCode.UNKNOWN_PRODUCER_ID) if forgetful.is_retry(passing) else None

    violated_by(honest, "I7", "retry-refused", on_request=unknown, on_response=forgetful.on_response)


@pytest.mark.parametrize(
    ("code", "new", "signature"),
    [(OUT_OF_ORDER, 0, "gap-accepted"), (OLD_EPOCH, 0, "old-epoch-accepted")],
)
def test_what_is_no_longer_refused_after_deletion_is_found(honest, code, new, signature):
    forgetful = Forgetful()

    def lenient(passing):
        forgetful.on_response(passing)
        if forgetful.forgot:
            for topic in getattr(passing.response, "responses", []):
                for part in getattr(topic, "partition_responses", []):
                    if part.error_code == code:
                        answered(passing, new, 0)

    violated_by(honest, "I7", signature, on_response=lenient)


def test_a_producer_that_cannot_go_on_after_deletion_is_found(honest):
    forgetful, following = Forgetful(), {}

    def stop(passing):
        batch = sent(passing)
        if batch is None or not batch.header.has_producer_id:
            return None
        if not forgetful.forgot:
            following[batch.header.producer_id] = batch.header.next_sequence
            return None
        right = following.get(batch.header.producer_id) == batch.header.base_sequence
        return refuse(passing, ErrorCode.UNKNOWN_PRODUCER_ID) if right else None

    violated_by(honest, "I7", "next-refused", on_request=stop, on_response=forgetful.on_response)


def test_a_window_that_a_restart_loses_is_found(honest):
    known, targets = Repeated(), []

    def forget(passing):
        if targets and targets[0].restarts and known.is_repeated(passing):
            replace(passing, without_producer(sent(passing)))

    with FaultyBroker(honest, on_request=forget, on_response=known.note) as broker:
        targets.append(Restarting(broker))
        result = judge("I7", broker.bootstrap, profile=Profile.CORE, target=targets[0])
    assert targets[0].restarts == 2
    assert_violated(result, "retry-appended")


def test_questions_that_are_answered_wrongly_without_any_event_are_not_judged(honest):
    known = Repeated()

    def no_window(passing):
        return refuse(passing, OUT_OF_ORDER) if known.is_repeated(passing) else None

    with FaultyBroker(honest, on_request=no_window, on_response=known.note) as broker:
        result = judge("I7", broker.bootstrap)
    assert_holds(result)
    assert result.skipped[Reason.REFUSED] == 1
