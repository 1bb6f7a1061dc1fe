"""W3: a broker that trips over tags."""

from nilometer_reference.wire import messages as m
from tests.conformance.requirements.faulty import HangUp
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W3", honest)
    assert_holds(result)
    assert result.judged > 20


def test_a_broker_that_closes_at_a_tag_is_found(honest):
    def trip(passing):
        if passing.request.unknown_tags:
            raise HangUp

    violated_by(honest, "W3", "tags-close", on_request=trip)


def test_a_broker_that_reads_tags_as_something_else_is_found(honest):
    def misread(passing):
        if isinstance(passing.request, m.ListOffsetsRequest) and passing.request.unknown_tags:
            part = m.list_offsets.ListOffsetsPartitionResponse(0, error_code=3)
            return m.ListOffsetsResponse(topics=[m.list_offsets.ListOffsetsTopicResponse("t", [part])])
        return None

    violated_by(honest, "W3", "tags-change-the-answer", on_request=misread)


def test_tags_of_parts_count_too(honest):
    def trip(passing):
        if isinstance(passing.request, m.ProduceRequest) and any(
            one.unknown_tags for one in passing.request.topic_data
        ):
            raise HangUp

    violated_by(honest, "W3", "tags-close", on_request=trip)
