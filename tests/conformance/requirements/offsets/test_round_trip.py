from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def parts(passing):
    if isinstance(passing.response, m.OffsetFetchResponse):
        for group in passing.response.groups:
            for topic in group.topics:
                yield from topic.partitions


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O4", honest))


def test_metadata_that_is_lost_is_found(honest):
    def blank(passing):
        for part in parts(passing):
            part.metadata = ""

    violated_by(honest, "O4", "changed", on_response=blank)


def test_a_limit_that_is_not_kept_is_found(honest):
    def accept(passing):
        if isinstance(passing.response, m.OffsetCommitResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    if part.error_code == ErrorCode.OFFSET_METADATA_TOO_LARGE:
                        part.error_code = 0

    violated_by(honest, "O4", "too-large-accepted", on_response=accept)
