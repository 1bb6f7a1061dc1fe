from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O5", honest))


def test_an_outsider_that_is_accepted_is_found(honest):
    def accept(passing):
        if isinstance(passing.response, m.OffsetCommitResponse) and not passing.request.member_id:
            for topic in passing.response.topics:
                for part in topic.partitions:
                    part.error_code = 0

    violated_by(honest, "O5", "outsider-accepted", on_response=accept)


def test_another_code_during_a_rebalance_is_found(honest):
    def rename(passing):
        if isinstance(passing.response, m.OffsetCommitResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    if part.error_code == ErrorCode.REBALANCE_IN_PROGRESS:
                        part.error_code = ErrorCode.ILLEGAL_GENERATION

    violated_by(honest, "O5", "wrong-error", on_response=rename)
