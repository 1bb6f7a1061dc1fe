from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.producing import code_of, partition_of, refuse, sent


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I11", honest))


def test_sequences_that_are_counted_over_partitions_are_found(honest):
    last = {}

    def one_count(passing):
        batch = sent(passing)
        if batch is None or not batch.header.has_producer_id:
            return None
        partition = last.setdefault(batch.header.producer_id, partition_of(passing))
        return refuse(passing, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) if partition != partition_of(passing) else None

    violated_by(honest, "I11", "next-refused", on_request=one_count)


def test_sequences_that_are_counted_over_producers_are_found(honest):
    seen = {}

    def without_id(passing):
        """A batch of another producer with the same numbers counts as a duplicate."""
        batch = sent(passing)
        if batch is None or not batch.header.has_producer_id:
            return None
        producer_id, offset = seen.get((partition_of(passing), batch.header.base_sequence), (None, 0))
        other = producer_id not in (None, batch.header.producer_id)
        return refuse(passing, 0, offset) if other else None

    def note(passing):
        batch = sent(passing)
        if batch is not None and code_of(passing) == 0:
            parts = [part for topic in passing.response.responses for part in topic.partition_responses]
            at = partition_of(passing), batch.header.base_sequence
            seen.setdefault(at, (batch.header.producer_id, parts[0].base_offset))

    violated_by(honest, "I11", "taken-for-another", "log-differs", on_request=without_id, on_response=note)


def test_a_batch_that_is_acknowledged_and_dropped_after_an_error_elsewhere_is_found(honest):
    errors = set()

    def drop(passing):
        batch = sent(passing)
        if batch is not None and batch.header.has_producer_id and errors - {batch.header.producer_id}:
            return refuse(passing, 0, 1_000_000 + batch.header.base_sequence)
        return None

    def note(passing):
        batch = sent(passing)
        if batch is not None and code_of(passing) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
            errors.add(batch.header.producer_id)

    violated_by(honest, "I11", "log-differs", on_request=drop, on_response=note)
