from nilometer_reference.wire.record_encoding import TimestampType
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, produced, re_encoded


def test_an_honest_broker_holds(honest):
    result = judge("TI6", honest)
    assert_holds(result)
    assert "the broker's clock is ahead of ours by" in result.notes[0]


def on_batches(change):
    def hook(passing):
        for one in fetched(passing):
            one.put([change(batch) for batch in one.batches])

    return hook


def test_batches_that_keep_the_producers_time_are_found(honest):
    def create_time(batch):
        return re_encoded(batch, timestamp_type=TimestampType.CREATE_TIME)

    violated_by(honest, "TI6", "not-the-append-time", on_response=on_batches(create_time))


def test_an_acknowledged_time_that_is_not_stored_is_found(honest):
    def other(passing):
        for part in produced(passing):
            part.log_append_time_ms += 1

    violated_by(honest, "TI6", "acknowledged-time-differs", on_response=other)


def shifted_clock(shift):
    """The broker's clock is ahead by `shift(offset)` milliseconds when it stamps the batch at an offset."""

    def hook(passing):
        for part in produced(passing):
            part.log_append_time_ms += shift(part.base_offset)
        on_batches(
            lambda batch: re_encoded(batch, max_timestamp=batch.header.max_timestamp + shift(batch.header.base_offset))
        )(passing)

    return hook


def test_a_clock_that_is_wrong_by_a_constant_holds(honest):
    with FaultyBroker(honest, on_response=shifted_clock(lambda _: 5_000_000)) as broker:
        result = judge("TI6", broker.bootstrap)
        assert broker.fired
    assert_holds(result)


def test_a_batch_that_was_stamped_outside_its_call_is_found(honest):
    violated_by(
        honest, "TI6", "outside-the-call", on_response=shifted_clock(lambda offset: 2_000 if offset == 6 else 0)
    )
