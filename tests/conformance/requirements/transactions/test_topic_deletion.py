from nilometer.verdict import Word
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import DeleteTopicsResponse, EndTxnRequest, EndTxnResponse, ProduceRequest
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import refuse
from tests.conformance.requirements.transactions.finding import T_S, everything_aborted, found, stuck_stable_offset


class Deleted:
    """Faults begin when a topic is deleted."""

    def __init__(self, fault):
        self.fault, self.deleted = fault, False

    def note(self, passing):
        self.deleted |= isinstance(passing.response, DeleteTopicsResponse)

    def on_request(self, passing):
        return self.fault(passing) if self.deleted else None


def blocked(passing):
    return (
        EndTxnResponse(error_code=ErrorCode.CONCURRENT_TRANSACTIONS)
        if isinstance(passing.request, EndTxnRequest)
        else None
    )


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T22", honest))


def test_an_end_that_waits_for_the_deleted_topic_is_found(honest):
    deleted = Deleted(blocked)
    result = found(
        honest, "T22", "end-blocked", "partition-blocked", "id-blocked", on_request=deleted.on_request,
        on_response=deleted.note, liveness_s=T_S,
    )  # fmt: skip
    assert result.word is Word.WEAK, "a SHOULD"


def test_another_partition_that_is_blocked_is_found(honest):
    found(honest, "T22", "partition-blocked", on_response=stuck_stable_offset(), liveness_s=T_S)


def test_records_of_another_partition_that_are_lost_are_found(honest):
    found(honest, "T22", "records-lost", on_response=everything_aborted(first_only=False))


def test_an_id_that_is_blocked_afterwards_is_found(honest):
    steps = []

    def refuse_the_next_write(passing):
        transactional = isinstance(passing.request, ProduceRequest) and passing.request.transactional_id
        if transactional and steps == ["deleted", "ended"]:
            steps.clear()
            return refuse(passing, ErrorCode.INVALID_TXN_STATE)
        return None

    def note(passing):
        if isinstance(passing.response, DeleteTopicsResponse):
            steps[:] = ["deleted"]
        elif isinstance(passing.response, EndTxnResponse) and steps == ["deleted"]:
            steps.append("ended")

    found(honest, "T22", "id-blocked", on_request=refuse_the_next_write, on_response=note)
