from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI10", honest, profile="core"))


def test_the_last_record_before_a_time_instead_of_the_first_after_it_is_found(honest):
    def last_before(passing):
        for asked, answer in listed(passing):
            if asked.timestamp >= 0:
                answer.offset = 0 if answer.offset == -1 else answer.offset + 5

    violated_by(honest, "TI10", "earlier-answer-for-later-time", on_response=last_before)
