"""W8: brokers that say no and do it."""

from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import partitions
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W8", honest)
    assert_holds(result)
    assert result.judged >= 20


def test_a_topic_that_is_created_and_refused_is_found(honest):
    def create(passing):
        if isinstance(passing.request, m.CreateTopicsRequest):
            for topic in passing.request.topics:
                if topic.num_partitions == 0:
                    topic.num_partitions = 1

    def refuse(passing):
        if isinstance(passing.response, m.CreateTopicsResponse):
            for topic in passing.response.topics:
                if topic.error_code == 0 and "must-not-be" in topic.name:
                    topic.error_code = int(ErrorCode.INVALID_PARTITIONS)

    result = violated_by(honest, "W8", "effect-after-error", on_request=create, on_response=refuse)
    assert "CreateTopics with 0 partitions" in result.counterexamples[0].expected
    assert "None -> 1 partitions" in result.counterexamples[0].seen


def test_records_that_are_appended_and_refused_are_found(honest):
    def append(passing):
        if isinstance(passing.request, m.ProduceRequest) and passing.request.acks == 2:
            passing.request.acks = -1
            passing.request.unknown_tags = {999: b""}

    def refuse(passing):
        if isinstance(passing.request, m.ProduceRequest) and passing.request.unknown_tags:
            for part in partitions(passing.response, m.ProduceResponse):
                part.error_code, part.base_offset = int(ErrorCode.INVALID_REQUIRED_ACKS), -1

    result = violated_by(honest, "W8", "effect-after-error", on_request=append, on_response=refuse)
    assert "log end" in result.counterexamples[0].seen


def test_an_offset_that_is_committed_and_refused_is_found(honest):
    def commit(passing):
        if isinstance(passing.request, m.OffsetCommitRequest) and passing.request.member_id == "nobody":
            passing.request.member_id, passing.request.generation_id_or_member_epoch = "", -1

    def refuse(passing):
        if isinstance(passing.request, m.OffsetCommitRequest):
            for topic, asked in zip(passing.response.topics, passing.request.topics, strict=True):
                if asked.partitions[0].committed_offset == 3 and topic.partitions[0].error_code == 0:
                    topic.partitions[0].error_code = int(ErrorCode.UNKNOWN_MEMBER_ID)

    result = violated_by(honest, "W8", "effect-after-error", on_request=commit, on_response=refuse)
    assert "group" in result.counterexamples[0].seen
