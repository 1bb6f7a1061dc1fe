from nilometer.settings import Profile
from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import (
    ApiVersionsResponse,
    EndTxnRequest,
    EndTxnResponse,
    ProduceRequest,
    TxnOffsetCommitRequest,
)
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import replace, sent, without_producer
from tests.conformance.requirements.tampering import re_encoded
from tests.conformance.requirements.transactions.finding import T_S, Identities, committed_reads, found


class Stale(Identities):
    """Counts what arrives under an older identity."""

    def __init__(self):
        super().__init__()
        self.seen = 0

    def on_request(self, passing):
        present = self.stale(passing)
        if present is not None:
            self.seen += 1
            return self.fault(passing, present)
        return self.afterwards(passing) if self.seen else None

    def fault(self, _passing, _present):
        return None

    def afterwards(self, _passing):
        return None


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T12", honest))


def test_a_late_record_that_is_shown_is_found(honest):
    class Fault(Stale):
        def fault(self, passing, _present):
            if isinstance(passing.request, ProduceRequest):
                replace(passing, without_producer(sent(passing)))
                passing.request.transactional_id = None

    fault = Fault()
    found(honest, "T12", "late-record-visible", on_request=fault.on_request, on_response=fault.note)


def test_a_late_end_that_ends_the_next_transaction_is_found(honest):
    """KAFKA-17754: without a new epoch the coordinator takes it for the next transaction's own."""

    class Fault(Stale):
        def fault(self, passing, present):
            if isinstance(passing.request, EndTxnRequest):
                passing.request.producer_id, passing.request.producer_epoch = present

    fault = Fault()
    found(
        honest, "T12", "ended-by-late-request", also=("next-refused",), on_request=fault.on_request,
        on_response=fault.note,
    )  # fmt: skip


def test_a_late_record_that_joins_the_next_transaction_is_found(honest):
    """KAFKA-14402: the same record under the identity of the next transaction."""

    class Fault(Stale):
        def fault(self, passing, present):
            if isinstance(passing.request, ProduceRequest):
                batch = sent(passing)
                changes = {"producer_id": present[0], "producer_epoch": present[1], "base_sequence": 0}
                replace(passing, re_encoded(batch, **changes))

    fault = Fault()
    found(
        honest, "T12", "late-record-visible", also=("partition-hangs",), liveness_s=2.0, on_request=fault.on_request,
        on_response=fault.note,
    )  # fmt: skip


def test_a_late_offset_that_joins_the_next_transaction_is_found(honest):
    class Fault(Stale):
        def fault(self, passing, present):
            if isinstance(passing.request, TxnOffsetCommitRequest):
                passing.request.producer_id, passing.request.producer_epoch = present

    fault = Fault()
    found(
        honest, "T12", "late-offset-committed", profile=Profile.CORE, liveness_s=T_S, on_request=fault.on_request,
        on_response=fault.note,
    )  # fmt: skip


def test_a_partition_that_a_late_record_hangs_is_found_and_waited_for_once(honest):
    fault = Stale()

    def hang(passing):
        fault.note(passing)
        if fault.seen:
            for one in committed_reads(passing):
                if one.answer.high_watermark > 0:
                    one.answer.last_stable_offset = one.answer.high_watermark - 1

    result = found(honest, "T12", "partition-hangs", on_request=fault.on_request, on_response=hang, liveness_s=T_S)
    assert result.violations == 1


def test_a_next_transaction_that_is_refused_is_found(honest):
    class Fault(Stale):
        def afterwards(self, passing):
            if isinstance(passing.request, EndTxnRequest):
                self.seen = 0
                return EndTxnResponse(error_code=ErrorCode.INVALID_TXN_STATE)
            return None

    fault = Fault()
    found(honest, "T12", "next-refused", on_request=fault.on_request, on_response=fault.note)


def test_a_next_transaction_that_loses_a_record_is_found(honest):
    fault = Stale()

    def lose(passing):
        fault.note(passing)
        if fault.seen:
            for one in committed_reads(passing, partition=2):
                one.put([batch if batch.header.is_control else re_encoded(batch, []) for batch in one.batches])

    found(honest, "T12", "next-changed", on_request=fault.on_request, on_response=lose)


def test_the_older_protocol_is_counted_and_not_judged(honest):
    def version_1(passing):
        if isinstance(passing.response, ApiVersionsResponse):
            for feature in passing.response.finalized_features:
                if feature.name == "transaction.version":
                    feature.max_version_level = 1

    with FaultyBroker(honest, on_response=version_1) as broker:
        result = judge("T12", broker.bootstrap, profile=Profile.CORE)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.FEATURE_OFF)
    assert any(note.startswith("known-unsafe protocol version") for note in result.notes)
