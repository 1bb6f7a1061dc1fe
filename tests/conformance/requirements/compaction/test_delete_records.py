import pytest

from nilometer.clients.session import EARLIEST
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import DeleteRecordsRequest, DeleteRecordsResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed, tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("C9", honest, profile="core"))


def on_deleted(change):
    def hook(passing):
        if isinstance(passing.response, DeleteRecordsResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    change(part)

    return hook


def test_another_low_watermark_is_found(honest):
    def one_less(part):
        part.low_watermark -= part.low_watermark > 0

    violated_by(honest, "C9", "wrong-low-watermark", on_response=on_deleted(one_less))


def test_a_log_that_is_not_shortened_is_found(honest):
    def stays(passing):
        for asked, answer in listed(passing):
            if asked.timestamp == EARLIEST:
                answer.offset = 0

    violated_by(honest, "C9", "log-start-not-moved", on_response=stays)


def test_deleted_records_that_are_still_served_are_found(honest):
    def still(passing):
        for one in fetched(passing):
            if one.answer.error_code == ErrorCode.OFFSET_OUT_OF_RANGE:
                one.answer.error_code = 0

    violated_by(honest, "C9", "still-readable", on_response=still)


def test_remaining_records_that_change_are_found(honest):
    violated_by(
        honest, "C9", "remaining-changed", profile="core", on_response=tampered(lambda r: r._replace(key=b"other"))
    )


@pytest.mark.parametrize(
    ("code", "signature"),
    [
        (ErrorCode.OFFSET_OUT_OF_RANGE, "above-the-end-accepted"),
        (ErrorCode.POLICY_VIOLATION, "compacted-topic-accepted"),
    ],
)
def test_what_is_not_refused_is_found(honest, code, signature):
    def accept(part):
        if part.error_code == code:
            part.error_code = 0

    violated_by(honest, "C9", signature, on_response=on_deleted(accept))


def test_a_deletion_that_happens_in_spite_of_its_error_is_found(honest):
    asked = []

    def everything(passing):
        if isinstance(passing.request, DeleteRecordsRequest):
            part = passing.request.topics[0].partitions[0]
            asked.append(part.offset)
            if len(asked) % 2 == 0 and part.offset > 0:
                part.offset = -1

    def error(passing):
        if isinstance(passing.response, DeleteRecordsResponse) and asked[-1] > 0:
            part = passing.response.topics[0].partitions[0]
            if passing.request.topics[0].partitions[0].offset == -1:
                part.error_code = ErrorCode.OFFSET_OUT_OF_RANGE

    with FaultyBroker(honest, on_request=everything, on_response=error) as broker:
        result = judge("C9", broker.bootstrap, profile="core")
        assert broker.fired
    assert "deleted-in-spite-of-the-error" in {one.signature for one in result.counterexamples}
