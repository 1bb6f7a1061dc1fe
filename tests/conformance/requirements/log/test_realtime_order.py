from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import produced


def test_an_honest_broker_holds(honest):
    result = judge("L7", honest)
    assert_holds(result)
    assert result.judged >= 20


def test_offsets_that_fall_are_found(honest):
    def downwards(passing):
        for part in produced(passing):
            part.base_offset = 1_000 - part.base_offset

    violated_by(honest, "L7", "later-record-at-lower-offset", on_response=downwards)


def test_acknowledgements_of_offset_0_for_later_records_are_found(honest):
    count = []

    def spurious_zero(passing):
        for part in produced(passing):
            count.append(part)
            if len(count) > 16:  # one alone may have been sent before any other was acknowledged
                part.base_offset = 0

    violated_by(honest, "L7", "later-record-at-lower-offset", on_response=spurious_zero)
