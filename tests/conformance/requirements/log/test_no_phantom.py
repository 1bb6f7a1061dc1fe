from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import asked_to_fetch, produced, tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L4", honest))


def test_a_record_that_nobody_sent_is_found(honest):
    violated_by(
        honest, "L4", "record-nobody-sent", on_response=tampered(lambda record: record._replace(value=b"invented"))
    )


def test_a_record_in_the_wrong_partition_is_found(honest):
    def other_partition(passing):
        for part in asked_to_fetch(passing):
            part.partition = (part.partition + 1) % 3

    def back(passing):
        if type(passing.response).__name__ == "FetchResponse":
            for topic in passing.response.responses:
                for part in topic.partitions:
                    part.partition_index = (part.partition_index + 2) % 3

    violated_by(honest, "L4", "record-of-another-partition", on_request=other_partition, on_response=back)


def test_a_refused_batch_that_is_stored_all_the_same_is_found(honest):
    def refuse(passing):
        for part in produced(passing):
            if part.error_code == 0:
                part.error_code, part.base_offset = ErrorCode.CORRUPT_MESSAGE, -1

    violated_by(honest, "L4", "record-of-a-refused-batch", on_response=refuse)


def test_an_indefinite_error_proves_nothing(honest):
    def doubt(passing):
        for part in produced(passing):
            part.error_code = ErrorCode.REQUEST_TIMED_OUT if part.error_code == 0 else part.error_code

    with FaultyBroker(honest, on_response=doubt) as broker:
        assert_holds(judge("L4", broker.bootstrap))
        assert broker.fired
