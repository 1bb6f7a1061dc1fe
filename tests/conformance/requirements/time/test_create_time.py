import pytest

from nilometer.clients.batches import wall_clock_ms
from nilometer.requirements.time.create_time import AFTER_MS, BEFORE_MS
from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import CreateTopicsRequest, CreateTopicsResponse
from nilometer_reference.wire.record_encoding import decode_records
from nilometer_reference.wire.records import split_batches
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import produced, tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI7", honest, profile="core"))


def test_a_timestamp_that_is_changed_is_found(honest):
    violated_by(
        honest, "TI7", "timestamp-changed", on_response=tampered(lambda r: r._replace(timestamp=r.timestamp + 1))
    )


@pytest.mark.parametrize(("setting", "signature"), [("before", "too-old-accepted"), ("after", "too-new-accepted")])
def test_a_bound_that_is_not_kept_is_found(honest, setting, signature):
    def ignore(passing):
        if isinstance(passing.request, CreateTopicsRequest):
            for topic in passing.request.topics:
                topic.configs = [one for one in topic.configs if f".{setting}." not in one.name]
                name = f"message.timestamp.{setting}.max.ms"
                topic.configs.append(type(topic.configs[0])(name, str(2**63 - 1)))

    violated_by(honest, "TI7", signature, profile="full", on_request=ignore)


def test_good_batches_that_are_refused_are_found(honest):
    def refuse(passing):
        for part in produced(passing):
            part.error_code, part.base_offset = ErrorCode.INVALID_TIMESTAMP, -1

    with FaultyBroker(honest, on_response=refuse) as broker:
        result = judge("TI7", broker.bootstrap)
    assert {one.signature for one in result.counterexamples} <= {"good-refused", "refused-but-stored"}
    assert result.verdict is Verdict.VIOLATED


def test_a_refused_batch_that_is_stored_is_found(honest):
    stored = []

    def store_and_refuse(passing):
        """Bounds are wide, so all is stored, and what should be refused is answered as if it were."""
        if isinstance(passing.request, CreateTopicsRequest):
            for topic in passing.request.topics:
                topic.configs = [
                    type(one)(one.name, str(2**63 - 1)) if "max.ms" in one.name else one for one in topic.configs
                ]

    def answer(passing):
        for part in produced(passing):
            records = passing.request.topic_data[0].partition_data[0].records
            if wrong(bytes(records)):
                stored.append(part)
                part.error_code, part.base_offset = ErrorCode.INVALID_TIMESTAMP, -1

    violated_by(honest, "TI7", "refused-but-stored", profile="full", on_request=store_and_refuse, on_response=answer)
    assert stored


def wrong(data):
    now = wall_clock_ms()
    times = [record.timestamp for batch in split_batches(data) for record in decode_records(batch)]
    return any(not now - BEFORE_MS < at < now + AFTER_MS for at in times)


def test_a_broker_without_these_settings_is_not_judged(honest):
    def refuse(passing):
        if isinstance(passing.response, CreateTopicsResponse):
            for topic in passing.response.topics:
                topic.error_code = ErrorCode.INVALID_CONFIG

    with FaultyBroker(honest, on_response=refuse) as broker:
        result = judge("TI7", broker.bootstrap)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.REFUSED)
