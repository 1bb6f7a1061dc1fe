from nilometer_reference.wire.messages import ListOffsetsRequest
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI3", honest))


def test_a_time_query_that_ignores_the_isolation_level_is_found(honest):
    def ignore(passing):
        if isinstance(passing.request, ListOffsetsRequest):
            passing.request.isolation_level = 0

    violated_by(honest, "TI3", "beyond-the-limit", on_request=ignore)


def test_a_limit_that_hides_what_is_below_it_is_found(honest):
    def hide(passing):
        for asked, answer in listed(passing):
            if asked.timestamp >= 0 and passing.request.isolation_level == 1:
                answer.offset = answer.timestamp = -1

    violated_by(honest, "TI3", "limit-hides-too-much", profile="core", on_response=hide)
