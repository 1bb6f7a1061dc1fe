from nilometer_reference.wire.records import SEQUENCE_MAX
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, produced, re_encoded


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L8", honest))


def test_acknowledgements_out_of_order_are_found(honest):
    def downwards(passing):
        for part in produced(passing):
            part.base_offset = 1_000 - part.base_offset

    violated_by(honest, "L8", "session-reordered", on_response=downwards)


def test_a_log_with_sequences_out_of_order_is_found(honest):
    def turned(passing):
        for one in fetched(passing):
            one.put([re_encoded(b, base_sequence=SEQUENCE_MAX - b.header.base_sequence) for b in one.batches])

    violated_by(honest, "L8", "sequences-reordered", on_response=turned)
