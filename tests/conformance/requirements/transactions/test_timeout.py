import time
from threading import Event

import pytest

from nilometer.settings import Profile
from nilometer.verdict import Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import (
    EndTxnResponse,
    FetchRequest,
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import on_codes
from tests.conformance.requirements.transactions.finding import (
    T_S,
    Identities,
    committed_reads,
    found,
    no_entries,
)


def test_an_honest_broker_holds(hasty):
    result = judge("T13", hasty)
    assert_holds(result)
    assert any(note.startswith("aborted ") for note in result.notes)


def test_smoke_does_not_wait_where_aborts_come_late(honest):
    result = judge("T13", honest)
    assert_holds(result)
    assert result.skipped[Reason.TIME] == 1


@pytest.mark.parametrize("bad", [lambda ms: ms <= 0, lambda ms: ms > 900_000])
def test_a_time_out_that_is_not_checked_is_found(honest, bad):
    def any_time_out(passing):
        if isinstance(passing.request, InitProducerIdRequest) and bad(passing.request.transaction_timeout_ms):
            passing.request.transaction_timeout_ms = 1_000

    found(honest, "T13", "bad-timeout-accepted", on_request=any_time_out)


def test_another_error_for_a_bad_time_out_is_found(honest):
    def another(passing):
        code = getattr(passing.response, "error_code", 0)
        if isinstance(passing.response, InitProducerIdResponse) and code == ErrorCode.INVALID_TRANSACTION_TIMEOUT:
            passing.response.error_code = ErrorCode.INVALID_REQUEST

    found(honest, "T13", "bad-timeout-wrong-error", on_response=another)


def test_an_abort_that_comes_too_early_is_found(hasty):
    def impatient(passing):
        if isinstance(passing.request, InitProducerIdRequest) and passing.request.transaction_timeout_ms == 1_000:
            passing.request.transaction_timeout_ms = 100

    found(hasty, "T13", "aborted-too-early", profile=Profile.CORE, on_request=impatient)


def test_an_abort_that_comes_before_anybody_can_look_is_found(hasty):
    looked = Event()

    def impatient(passing):
        if isinstance(passing.request, InitProducerIdRequest) and passing.request.transaction_timeout_ms == 1_000:
            passing.request.transaction_timeout_ms = 100
        if isinstance(passing.request, FetchRequest) and passing.request.isolation_level == 1 and not looked.is_set():
            time.sleep(0.4)
            looked.set()

    found(hasty, "T13", "aborted-too-early", profile=Profile.CORE, on_request=impatient)


def test_an_abort_that_never_comes_is_found(hasty):
    def patient(passing):
        if isinstance(passing.request, InitProducerIdRequest) and passing.request.transaction_timeout_ms == 300:
            passing.request.transaction_timeout_ms = 60_000

    found(hasty, "T13", "aborted-too-late", on_request=patient, liveness_s=T_S)


def test_a_record_that_stays_visible_after_a_time_out_is_found(hasty):
    found(hasty, "T13", "aborted-visible", on_response=no_entries)


def test_a_slow_producer_that_is_not_fenced_is_found(hasty):
    """KAFKA-6119: the abort with the producer's own epoch."""
    found(hasty, "T13", "not-fenced", on_response=on_codes({ErrorCode.INVALID_PRODUCER_EPOCH: 0}))


def test_a_slow_producer_that_is_told_something_fatal_is_found(hasty):
    """KAFKA-19690."""
    found(
        hasty, "T13", "wrong-error",
        on_response=on_codes({ErrorCode.INVALID_PRODUCER_EPOCH: ErrorCode.INVALID_TXN_STATE}),
    )  # fmt: skip


def test_a_late_commit_that_succeeds_is_found(hasty):
    def succeed(passing):
        if isinstance(passing.response, EndTxnResponse) and passing.response.error_code != 51:
            passing.response.error_code = 0

    found(hasty, "T13", "not-fenced", on_response=succeed)


def test_an_id_that_cannot_be_used_again_is_found(hasty):
    identities = Identities()

    def used_up(passing):
        identities.note(passing)
        newest = identities.present.get(getattr(passing.request, "transactional_id", None) or "", (0, 0))[1]
        if isinstance(passing.response, EndTxnResponse) and newest > 0 and passing.response.error_code == 0:
            passing.response.error_code = ErrorCode.INVALID_TXN_STATE

    found(hasty, "T13", "id-unusable", on_response=used_up)


def test_where_open_transactions_hold_nothing_back_nothing_is_said_about_time(hasty):
    def the_high_watermark(passing):
        for one in committed_reads(passing):
            one.answer.last_stable_offset = one.answer.high_watermark

    with FaultyBroker(hasty, on_response=the_high_watermark) as broker:
        result = judge("T13", broker.bootstrap, profile=Profile.CORE)
    assert_holds(result)
    assert result.skipped[Reason.REFUSED] == 1
