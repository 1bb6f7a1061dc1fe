from nilometer.checkers.batch_atomicity import Outcome
from nilometer.workloads.traffic import Traffic
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import ProduceRequest
from tests.conformance.requirements.faulty import FaultyBroker, Silence
from tests.conformance.requirements.tampering import produced


def test_everybody_sees_what_was_written(run):
    traffic = Traffic(run, run.topic()).go(writers=2, readers=2, askers=1, appends=4, acks=(1, -1))
    assert len(traffic.appended) == len(traffic.acknowledged) == 8
    values = {value for one in traffic.appended for value in one.values}
    assert len(values) == sum(len(one.values) for one in traffic.appended)
    for fetches in traffic.fetched.values():
        assert {record.value for one in fetches for record in one.records} == values
    assert traffic.answers[-1].offset == len(values)
    assert {one.outcome for one in traffic.appended} == {Outcome.ACKNOWLEDGED}


def test_the_same_seed_sends_the_same_batches(honest, run_on):
    sent = []
    for _ in range(2):
        run = run_on(honest)
        run.random.seed(5)
        traffic = Traffic(run, run.topic()).go(writers=2, appends=3)
        sent.append(sorted((one.name, one.values, one.plan.codec, one.acks) for one in traffic.appended))
    assert sent[0] == sent[1]


def test_an_append_without_acknowledgement_has_an_unknown_outcome(run):
    traffic = Traffic(run, run.topic()).go(writers=1, appends=3, acks=(0,))
    assert [(one.outcome, one.produced) for one in traffic.appended] == [(Outcome.UNKNOWN, None)] * 3


def test_errors_are_told_apart_by_what_they_prove(honest, run_on):
    codes = iter([ErrorCode.INVALID_RECORD, ErrorCode.REQUEST_TIMED_OUT, 0])

    def answer(passing):
        for part in produced(passing):
            part.error_code = next(codes)

    with FaultyBroker(honest, on_response=answer) as broker:
        run = run_on(broker.bootstrap)
        traffic = Traffic(run, run.topic()).go(writers=1, appends=3)
    assert [one.outcome for one in traffic.appended] == [Outcome.REFUSED, Outcome.UNKNOWN, Outcome.ACKNOWLEDGED]


def test_an_answer_that_never_comes_is_an_unknown_outcome(honest, run_on):
    seen = []

    def silent(passing):
        if isinstance(passing.request, ProduceRequest):
            seen.append(passing)
            if len(seen) == 1:
                raise Silence

    with FaultyBroker(honest, on_request=silent) as broker:
        run = run_on(broker.bootstrap)
        topic = run.topic()
        for actor in [run.session]:
            actor.timeout_s = 0.3
        run.settings = run.settings.__class__(timeout_s=0.3)
        traffic = Traffic(run, topic).go(writers=1, appends=2)
    assert [one.outcome for one in traffic.appended] == [Outcome.UNKNOWN, Outcome.ACKNOWLEDGED]
