import pytest

from nilometer.clients.batches import patched
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L13", honest))


@pytest.mark.parametrize(
    ("offset", "format_", "change", "reseal", "signature"),
    [
        (16, "b", lambda _: 1, False, "not-a-batch"),
        (17, "I", lambda header: header.crc ^ 1, False, "crc-wrong"),
        (57, "i", lambda header: header.record_count + 1, True, "record-count-wrong"),
        (23, "i", lambda header: header.last_offset_delta + 1, True, "last-offset-wrong"),
        (35, "q", lambda header: header.max_timestamp + 1, True, "max-timestamp-wrong"),
        (12, "i", lambda _: -1, False, "leader-epoch-missing"),
        (
            53,
            "i",
            lambda header: 0 if header.base_sequence > 0 else header.base_sequence,
            True,
            "producer-fields-changed",
        ),
        (21, "h", lambda header: header.attributes & ~0x10, True, "producer-fields-changed"),
    ],
)
def test_a_header_that_is_wrong_in_one_field_is_found(honest, offset, format_, change, reseal, signature):
    def hook(passing):
        for one in fetched(passing):
            one.put(
                [
                    patched(bytes(batch.data), offset, format_, change(batch.header), reseal=reseal)
                    for batch in one.batches
                ]
            )

    violated_by(honest, "L13", signature, on_response=hook)


def test_max_timestamps_that_only_compressed_batches_lose_are_found(honest):
    def hook(passing):
        for one in fetched(passing):
            one.put(
                [
                    patched(bytes(batch.data), 35, "q", batch.header.base_timestamp - 9_999)
                    if batch.header.compression == 4
                    else batch
                    for batch in one.batches
                ]
            )

    violated_by(honest, "L13", "max-timestamp-wrong", on_response=hook)
