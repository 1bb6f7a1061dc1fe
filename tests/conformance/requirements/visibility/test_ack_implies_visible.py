from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("V3", honest))


def test_a_latest_offset_that_is_inclusive_is_found(honest):
    def inclusive(passing):
        for asked, answer in listed(passing):
            answer.offset -= asked.timestamp == -1

    violated_by(honest, "V3", "end-below-acknowledged", on_response=inclusive)


def test_an_acknowledged_record_that_a_fetch_withholds_is_found(honest):
    def withhold(passing):
        for one in fetched(passing):
            one.put([])

    violated_by(honest, "V3", "acknowledged-not-fetched", on_response=withhold)
