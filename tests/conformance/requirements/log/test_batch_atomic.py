import pytest

from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, produced, re_encoded


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L9", honest))


def on_batches(change):
    def hook(passing):
        for one in fetched(passing):
            one.put([change(batch) for batch in one.batches])

    return hook


def without_last(batch):
    records = decode_records(batch)
    return re_encoded(batch, records[:-1]) if len(records) > 1 else batch


def last_moved(batch):
    *records, last = decode_records(batch)
    return re_encoded(batch, [*records, last._replace(offset=last.offset + 100)]) if records else batch


def nothing(batch):
    return re_encoded(batch, [])


@pytest.mark.parametrize(
    ("change", "signature"),
    [(without_last, "part-of-a-batch"), (last_moved, "gap-in-a-batch"), (nothing, "acknowledged-batch-missing")],
)
def test_batches_that_are_not_whole_are_found(honest, change, signature):
    violated_by(honest, "L9", signature, on_response=on_batches(change))


def test_a_refused_batch_that_is_stored_is_found(honest):
    def refuse(passing):
        for part in produced(passing):
            if part.error_code == 0:
                part.error_code, part.base_offset = ErrorCode.INVALID_RECORD, -1

    violated_by(honest, "L9", "refused-batch-stored", on_response=refuse)


def test_a_batch_at_another_offset_than_acknowledged_is_found(honest):
    def shifted(passing):
        for part in produced(passing):
            part.base_offset += 1 if part.error_code == 0 else 0

    violated_by(honest, "L9", "batch-elsewhere", on_response=shifted)
