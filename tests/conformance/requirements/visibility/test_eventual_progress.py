from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import asked_to_produce, fetched, tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("V7", honest))


def test_a_record_that_no_reader_ever_gets_is_found(honest):
    with FaultyBroker(honest, on_response=tampered(lambda r: None if r.value == b"b4.1" else r)) as broker:
        result = judge("V7", broker.bootstrap, liveness_s=0.5)
        assert broker.fired
    assert {one.signature for one in result.counterexamples} == {"never-delivered"}
    assert "b'b4.1'" in result.counterexamples[0].expected


def test_committed_records_that_stay_hidden_are_found(honest):
    def only_the_first(passing):
        for one in fetched(passing):
            if one.isolation_level == 1:
                one.put([batch for batch in one.batches if not batch.header.is_transactional])

    with FaultyBroker(honest, on_response=only_the_first) as broker:
        result = judge("V7", broker.bootstrap, liveness_s=0.5)
    assert {one.signature for one in result.counterexamples} == {"never-delivered"}


def test_an_append_that_is_refused_is_found(honest):
    def refuse(passing):
        if passing.response is not None and any(b"last.0" in bytes(part.records) for part in asked_to_produce(passing)):
            for topic in passing.response.responses:
                for part in topic.partition_responses:
                    part.error_code = ErrorCode.NOT_ENOUGH_REPLICAS

    violated_by(honest, "V7", "never-acknowledged", on_response=refuse)
