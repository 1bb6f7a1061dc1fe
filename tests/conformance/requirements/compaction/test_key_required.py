from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import CreateTopicsRequest
from nilometer_reference.wire.messages.produce import BatchIndexAndErrorMessage
from nilometer_reference.wire.record_encoding import decode_records
from nilometer_reference.wire.records import split_batches
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import produced


def test_an_honest_broker_holds(honest):
    assert_holds(judge("C6", honest, profile="core"))


def test_a_null_key_is_sent_whatever_is_generated(honest):
    assert_holds(judge("C6", honest, seed=24686))  # generates keys only


def plain_topics(passing):
    """The broker ignores the policy."""
    if isinstance(passing.request, CreateTopicsRequest):
        for topic in passing.request.topics:
            topic.configs = []


def test_a_null_key_that_is_accepted_is_found(honest):
    violated_by(honest, "C6", "null-key-accepted", profile="core", on_request=plain_topics)


def test_an_answer_that_names_no_record_is_found(honest):
    def no_index(passing):
        for part in produced(passing):
            part.record_errors = []

    violated_by(honest, "C6", "index-not-named", profile="core", on_response=no_index)


def test_a_refused_batch_that_is_stored_is_found(honest):
    def refuse(passing):
        for part in produced(passing):
            (batch,) = split_batches(bytes(passing.request.topic_data[0].partition_data[0].records))
            keys = [record.key for record in decode_records(batch)]
            part.error_code, part.base_offset = ErrorCode.INVALID_RECORD, -1
            part.record_errors = [BatchIndexAndErrorMessage(n) for n, key in enumerate(keys) if key is None]

    violated_by(honest, "C6", "refused-but-stored", profile="core", on_request=plain_topics, on_response=refuse)


def test_an_index_of_a_record_with_a_key_is_found(honest):
    def all_of_them(passing):
        for part in produced(passing):
            if part.error_code:
                part.record_errors = [BatchIndexAndErrorMessage(index) for index in range(9)]

    violated_by(honest, "C6", "index-not-named", profile="core", on_response=all_of_them)
