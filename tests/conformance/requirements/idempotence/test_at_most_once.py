from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import (
    Repeated,
    answered,
    code_of,
    on_codes,
    replace,
    sent,
    without_producer,
)
from tests.conformance.requirements.tampering import asked_to_produce


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I1", honest))


def test_a_broker_that_appends_a_retry_again_is_found(honest):
    seen = set()

    def forget_it(passing):
        batch = sent(passing)
        if batch is not None and bytes(batch.data) in seen:
            replace(passing, without_producer(batch))
        elif batch is not None:
            seen.add(bytes(batch.data))

    violated_by(honest, "I1", "appended-twice", on_request=forget_it)


def test_a_broker_that_acknowledges_what_it_could_not_append_is_found(honest):
    """KAFKA-6683: the window knows the batch, the log does not."""
    refused = set()

    def known(passing):
        if code_of(passing) in (2, 10, 32):
            data = b"".join(bytes(part.records) for part in asked_to_produce(passing))
            if data in refused:
                answered(passing, 0, 1_000_000)
            refused.add(data)

    violated_by(honest, "I1", "acknowledged-but-absent", on_response=known)


def test_a_broker_that_accepts_what_others_refuse_is_not_judged_by_it(honest):
    with FaultyBroker(honest, on_response=on_codes({2: 0, 10: 0, 32: 0})) as broker:
        assert_holds(judge("I1", broker.bootstrap))
    assert broker.fired


def test_retries_that_only_change_their_offset_are_for_others_to_judge(honest):
    known = Repeated()

    def hook(passing):
        if known.is_repeated(passing):
            for part in passing.response.responses:
                part.partition_responses[0].base_offset += 1
        known.note(passing)

    with FaultyBroker(honest, on_response=hook) as broker:
        assert_holds(judge("I1", broker.bootstrap))
