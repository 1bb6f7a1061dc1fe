import pytest

from nilometer.clients.batches import Record, encode_batch
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, re_encoded, tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L3", honest))


@pytest.mark.parametrize(
    ("change", "signature"),
    [
        (lambda record: record._replace(key=b"" if record.key is None else record.key), "key-changed"),
        (lambda record: record._replace(value=None if record.value == b"" else record.value), "value-changed"),
        (lambda record: record._replace(headers=tuple(dict(record.headers).items())), "headers-changed"),
        (lambda record: record._replace(headers=record.headers[::-1]), "headers-changed"),
        (lambda record: record._replace(timestamp=record.timestamp // 10 * 10), "timestamp-changed"),
        (lambda record: None if record.key == b"large" else record, "record-missing"),
    ],
    ids=["null-key-empty", "empty-value-null", "headers-merged", "headers-turned", "time-rounded", "large-record-lost"],
)
def test_a_broker_that_loses_a_difference_is_found(honest, change, signature):
    violated_by(honest, "L3", signature, on_response=tampered(change))


def test_a_broker_that_recompresses_unasked_is_found(honest):
    def gzip(passing):
        for one in fetched(passing):
            one.put([re_encoded(batch, compression=Compression.GZIP) for batch in one.batches])

    violated_by(honest, "L3", "batch-changed", on_response=gzip)


def test_a_broker_that_splits_batches_is_found(honest):
    def split(passing):
        for one in fetched(passing):
            one.put(
                [
                    encode_batch(
                        [Record(*record)], base_offset=record.offset, compression=batch.header.compression,
                        partition_leader_epoch=0,
                    )
                    for batch in one.batches
                    for record in decode_records(batch)
                ]
            )  # fmt: skip

    violated_by(honest, "L3", "batch-changed", on_response=split)
