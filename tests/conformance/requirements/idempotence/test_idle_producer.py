import time

import pytest

from nilometer.requirements.idempotence.idle_producer import IDLE_LONGEST_S, idle_time_s
from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import DescribeConfigsResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import Repeated, answered, code_of, refuse, sent

OUT_OF_ORDER = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
PATIENCE_S = 0.15


class Clock:
    """When each producer id was last heard of, and whether it has been idle for `PATIENCE_S`."""

    def __init__(self):
        self.known = Repeated()
        self.last = {}
        self.expired = set()

    def on_request(self, passing):
        batch = sent(passing)
        if batch is None or not batch.header.has_producer_id:
            return None
        at, now = batch.header.producer_id, time.monotonic()
        if now - self.last.get(at, now) > PATIENCE_S:
            self.expired.add(at)
        self.last[at] = now
        return self.decide(passing, batch) if at in self.expired else None

    def decide(self, _passing, _batch):
        return None

    def is_expired(self, passing):
        batch = sent(passing)
        return batch is not None and batch.header.producer_id in self.expired


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I8", honest))


def test_an_idle_producer_that_is_out_of_order_is_found(honest):
    """Redpanda #22670: the expiration of transactional ids was applied to idempotent producers."""

    class Expired(Clock):
        def decide(self, passing, batch):
            gap = batch.header.base_sequence > 8
            return refuse(passing, OUT_OF_ORDER) if not gap and not self.known.is_repeated(passing) else None

    clock = Expired()
    violated_by(honest, "I8", "next-refused", on_request=clock.on_request, on_response=clock.known.note)


def test_a_retry_of_an_idle_producer_that_is_not_recognised_is_found(honest):
    class Expired(Clock):
        def decide(self, passing, _batch):
            return refuse(passing, OUT_OF_ORDER) if self.known.is_repeated(passing) else None

    clock = Expired()
    violated_by(honest, "I8", "retry-not-recognised", on_request=clock.on_request, on_response=clock.known.note)


@pytest.mark.parametrize(
    ("code", "signature"),
    [(OUT_OF_ORDER, "gap-accepted"), (ErrorCode.INVALID_PRODUCER_EPOCH, "old-epoch-accepted")],
)
def test_an_idle_producer_that_is_taken_for_a_new_one_is_found(honest, code, signature):
    clock = Clock()

    def as_new(passing):
        if clock.is_expired(passing) and code_of(passing) == code:
            answered(passing, 0, 0)

    violated_by(honest, "I8", signature, on_request=clock.on_request, on_response=as_new)


def test_a_producer_that_was_idle_for_longer_than_its_expiration_is_not_judged(honest):
    def expires_at_once(passing):
        if isinstance(passing.response, DescribeConfigsResponse):
            for result in passing.response.results:
                for one in result.configs:
                    if one.name == "producer.id.expiration.ms":
                        one.value = "1"

    with FaultyBroker(honest, on_response=expires_at_once) as broker:
        result = judge("I8", broker.bootstrap)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.CLOCK_UNUSABLE)


def test_the_idle_time_goes_beyond_a_short_expiration_of_transactional_ids():
    assert idle_time_s(86_400_000, 1_000, 0.2) == pytest.approx(1.7)
    assert idle_time_s(86_400_000, 604_800_000, 0.2) == 0.2
    assert idle_time_s(86_400_000, 60_000, 0.2) == 0.2  # cannot be waited for
    assert idle_time_s(200, 604_800_000, 0.2) == 0.1  # must be less than the expiration
    assert idle_time_s(86_400_000, int((IDLE_LONGEST_S - 1) / 1.5 * 1_000), 0.2) < IDLE_LONGEST_S
