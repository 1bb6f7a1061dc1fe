from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by
from tests.conformance.requirements.tampering import answered, re_encoded


def test_an_honest_broker_holds(cleaning):
    assert_holds(judge("C1", cleaning, profile="core"))


def hide_last_of_each_key(change):
    """What a cleaner does that keeps another record than the last."""

    def hook(passing):
        for one in answered(passing):
            last = {}
            for batch in one.batches:
                if not batch.header.is_control:
                    last.update({record.key: record.offset for record in decode_records(batch)})
            gone = set(last.values())
            one.put(
                [
                    batch
                    if batch.header.is_control
                    else re_encoded(batch, [new for r in decode_records(batch) if (new := change(r, gone))])
                    for batch in one.batches
                ]
            )

    return hook


def test_a_cleaner_that_keeps_the_first_value_is_found(cleaning):
    hook = hide_last_of_each_key(
        lambda record, last: None if record.offset in last and record.key != b"end" else record
    )
    with FaultyBroker(cleaning, on_response=hook) as broker:
        result = judge("C1", broker.bootstrap, profile="core")
    assert_violated(result, "latest-value-lost")


def test_a_cleaner_that_changes_the_last_value_is_found(cleaning):
    hook = hide_last_of_each_key(
        lambda record, last: record._replace(value=b"old") if record.offset in last else record
    )
    violated_by(cleaning, "C1", "latest-value-changed", profile="core", on_response=hook)
