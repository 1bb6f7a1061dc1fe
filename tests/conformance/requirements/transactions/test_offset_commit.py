import pytest

from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import EndTxnResponse, OffsetFetchResponse, TxnOffsetCommitRequest
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.transactions.finding import T_S, found

UNSTABLE = ErrorCode.UNSTABLE_OFFSET_COMMIT


class Pending:
    """What TxnOffsetCommit has sent since the last EndTxn, and how that ended."""

    def __init__(self, change):
        self.pending, self.ended, self.committed = {}, False, False
        self.change = change

    def on_request(self, passing):
        if isinstance(passing.request, TxnOffsetCommitRequest):
            self.ended = False
            for topic in passing.request.topics:
                for part in topic.partitions:
                    self.pending[passing.request.group_id, part.partition_index] = part.committed_offset

    def on_response(self, passing):
        if isinstance(passing.response, EndTxnResponse) and passing.response.error_code == 0:
            self.ended, self.committed = True, passing.request.committed
        if isinstance(passing.response, OffsetFetchResponse):
            for group in passing.response.groups:
                for topic in group.topics:
                    for part in topic.partitions:
                        self.change(self, passing, part, self.pending.get((group.group_id, part.partition_index)))


def with_fault(honest, change, *signatures, also=(), liveness_s=15.0):
    pending = Pending(change)
    found(
        honest, "T15", *signatures, also=also, liveness_s=liveness_s, on_request=pending.on_request,
        on_response=pending.on_response,
    )  # fmt: skip


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T15", honest))


def test_a_pending_offset_that_is_answered_as_committed_is_found(honest):
    def show(pending, passing, part, offset):
        if not pending.ended and offset is not None and not passing.request.require_stable:
            part.committed_offset = offset

    with_fault(honest, show, "visible-before-commit", also=("former-value-lost",))


def test_a_former_value_that_is_gone_while_another_is_pending_is_found(honest):
    def hide(pending, passing, part, offset):
        if not pending.ended and offset is not None and not passing.request.require_stable:
            part.committed_offset = -1

    with_fault(honest, hide, "former-value-lost")


def test_a_pending_offset_that_is_called_stable_is_found(honest):
    """KIP-447: the new member begins where the old one's transaction may still move the group."""

    def stable(pending, _passing, part, _offset):
        if not pending.ended and part.error_code == UNSTABLE:
            part.error_code = 0

    with_fault(honest, stable, "pending-called-stable")


def test_a_commit_that_does_not_reach_the_group_is_found(honest):
    def lose(pending, _passing, part, _offset):
        if pending.ended and pending.committed and part.committed_offset > 0:
            part.committed_offset = 1

    with_fault(honest, lose, "commit-lost", liveness_s=T_S)


def test_an_abort_that_is_applied_all_the_same_is_found(honest):
    def apply(pending, _passing, part, offset):
        if pending.ended and not pending.committed and offset is not None:
            part.committed_offset = offset

    with_fault(honest, apply, "abort-applied", liveness_s=T_S)


@pytest.mark.parametrize("committed", [True, False])
def test_offsets_that_stay_unstable_are_found(honest, committed):
    def forever(pending, passing, part, offset):
        if pending.ended and pending.committed == committed and offset is not None and passing.request.require_stable:
            part.error_code = UNSTABLE

    with_fault(honest, forever, "never-stable", liveness_s=T_S)
