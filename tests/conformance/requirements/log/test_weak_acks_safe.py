from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import ProduceRequest
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.faulty import FaultyBroker, Silence
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, produced, re_encoded, tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L15", honest))


def test_losing_unacknowledged_batches_is_allowed(honest):
    def lose(passing):
        if isinstance(passing.request, ProduceRequest) and passing.request.acks == 0:
            raise Silence

    with FaultyBroker(honest, on_request=lose) as broker:
        result = judge("L15", broker.bootstrap)
        assert broker.fired
    assert_holds(result)
    assert "with acks=0 were lost" in result.notes[0]


def test_records_that_are_changed_are_found(honest):
    change = tampered(lambda record: record._replace(key=b"other"))

    def always(passing):
        change(passing)

    violated_by(honest, "L15", "record-changed", on_response=always)


def test_copies_that_differ_are_found(honest):
    change = tampered(lambda record: record._replace(key=b"other"))

    def some_readers(passing):
        if getattr(passing.request, "max_wait_ms", 0) == 50:
            change(passing)

    violated_by(honest, "L15", "offset-names-two-records", on_response=some_readers)


def test_a_record_at_two_offsets_is_found(honest):
    def doubled(passing):
        """Each response ends with its first batch once more, at the next offset."""
        for one in fetched(passing):
            if one.batches:
                first, last = one.batches[0], one.batches[-1]
                one.put([*one.batches, re_encoded(first, base_offset=last.header.next_offset)])

    with FaultyBroker(honest, on_response=doubled) as broker:
        result = judge("L15", broker.bootstrap)
    assert "record-at-two-offsets" in {one.signature for one in result.counterexamples}


def test_torn_batches_are_found(honest):
    def torn(passing):
        for one in fetched(passing):
            one.put([re_encoded(b, r[:-1]) if len(r := decode_records(b)) > 1 else b for b in one.batches])

    violated_by(honest, "L15", "part-of-a-batch", on_response=torn)


def test_gaps_in_batches_are_found(honest):
    def gap(passing):
        for one in fetched(passing):
            one.put(
                [
                    re_encoded(b, [*r[:-1], r[-1]._replace(offset=r[-1].offset + 1_000)])
                    if len(r := decode_records(b)) > 1
                    else b
                    for b in one.batches
                ]
            )

    violated_by(honest, "L15", "gap-in-a-batch", on_response=gap)


def test_batches_at_another_offset_than_acknowledged_are_found(honest):
    def shifted(passing):
        for part in produced(passing):
            part.base_offset += 1

    violated_by(honest, "L15", "batch-elsewhere", on_response=shifted)


def test_refused_batches_that_are_stored_are_found(honest):
    def refuse(passing):
        for part in produced(passing):
            part.error_code, part.base_offset = ErrorCode.NOT_ENOUGH_REPLICAS, -1

    violated_by(honest, "L15", "refused-batch-stored", on_response=refuse)
