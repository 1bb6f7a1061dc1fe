import pytest

from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import FetchRequest, FetchResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import tampered


def test_an_honest_broker_holds(honest):
    result = judge("L18", honest)
    assert_holds(result)
    assert not result.skipped


def incremental(passing):
    """Whether this is a response within a session, after its first."""
    return isinstance(passing.response, FetchResponse) and passing.request.session_epoch > 0


def all_partitions(passing):
    return [part for topic in passing.response.responses for part in topic.partitions]


def on_incremental(change):
    def hook(passing):
        if incremental(passing) and passing.response.error_code == 0:
            change(passing)

    return hook


def left_out(passing):
    for topic in passing.response.responses:
        topic.partitions = [part for part in topic.partitions if part.partition_index != 0]


def without_records(passing):
    for part in all_partitions(passing):
        part.records = b""


def old_high_watermark(passing):
    for part in all_partitions(passing):
        part.high_watermark -= 1 if part.high_watermark > 0 else 0


@pytest.mark.parametrize(
    ("change", "signature"),
    [
        (without_records, "records-withheld"),
        (old_high_watermark, "field-not-updated"),
        (tampered(lambda record: record._replace(value=b"another")), "records-differ"),
    ],
)
def test_a_session_that_shows_something_else_is_found(honest, change, signature):
    violated_by(honest, "L18", signature, profile="core", on_response=on_incremental(change))


def test_a_partition_that_is_left_out_although_it_changed_is_found(honest):
    with FaultyBroker(honest, on_response=on_incremental(left_out)) as broker:
        result = judge("L18", broker.bootstrap, profile="core")
        assert broker.fired
    assert {one.signature for one in result.counterexamples} <= {"records-withheld", "field-not-updated"}
    assert result.verdict is Verdict.VIOLATED


def test_a_partition_that_is_not_forgotten_is_found(honest):
    def never_forget(passing):
        if isinstance(passing.request, FetchRequest):
            passing.request.forgotten_topics_data = []

    violated_by(honest, "L18", "forgotten-partition-returned", profile="full", on_request=never_forget)


def test_an_error_that_the_session_hides_is_found(honest):
    def hide(passing):
        for part in all_partitions(passing):
            part.error_code = 0

    with FaultyBroker(honest, on_response=on_incremental(hide)) as broker:
        result = judge("L18", broker.bootstrap, profile="full")
        assert broker.fired
    assert {one.signature for one in result.counterexamples} == {"error-not-told"}


@pytest.mark.parametrize(
    ("code", "signature"),
    [
        (ErrorCode.FETCH_SESSION_ID_NOT_FOUND, "unknown-session-accepted"),
        (ErrorCode.INVALID_FETCH_SESSION_EPOCH, "wrong-epoch-accepted"),
    ],
)
def test_a_wrong_session_that_is_accepted_is_found(honest, code, signature):
    def accept(passing):
        if isinstance(passing.response, FetchResponse) and passing.response.error_code == code:
            passing.response.error_code = 0

    violated_by(honest, "L18", signature, on_response=accept)


def test_a_broker_without_sessions_is_not_judged(honest):
    def no_session(passing):
        if isinstance(passing.response, FetchResponse):
            passing.response.session_id = 0

    with FaultyBroker(honest, on_response=no_session) as broker:
        result = judge("L18", broker.bootstrap)
    assert (result.verdict, result.reason, result.judged) == (Verdict.NOT_OBSERVABLE, Reason.FEATURE_OFF, 0)
