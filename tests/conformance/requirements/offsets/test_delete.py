from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O8", honest))


def test_another_answer_for_a_subscribed_topic_is_found(honest):
    def rename(passing):
        if isinstance(passing.response, m.OffsetDeleteResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    if part.error_code == ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC:
                        part.error_code = 0

    violated_by(honest, "O8", "wrong-answer", on_response=rename)


def test_an_offset_that_stays_is_found(honest):
    def keep(passing):
        if isinstance(passing.response, m.OffsetFetchResponse):
            for group in passing.response.groups:
                for topic in group.topics:
                    for part in topic.partitions:
                        part.committed_offset = 3

    violated_by(honest, "O8", "not-deleted", on_response=keep)
