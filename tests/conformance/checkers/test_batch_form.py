import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.batch_form import SIGNATURES, defects
from nilometer.clients.batches import Record, encode_batch, patched
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import TimestampType
from nilometer_reference.wire.records import Batch

RECORDS = [Record(-1, 1_000, b"k", b"v"), Record(-1, 3_000, None, b"w"), Record(-1, 2_000, b"k", None)]


def sent(**changes):
    return encode_batch(RECORDS, producer_id=7, producer_epoch=1, base_sequence=5, partition_leader_epoch=0, **changes)


def found(data, before=None, append_time_ms=-1):
    header = None if before is None else Batch.parse(before).header
    return [one.signature for one in defects(Batch.parse(data), header, append_time_ms=append_time_ms)]


@pytest.mark.parametrize("codec", Compression)
@pytest.mark.parametrize("transactional", [False, True])
def test_a_batch_as_it_was_sent_has_no_defect(codec, transactional):
    data = sent(compression=codec, transactional=transactional, base_offset=40)
    assert found(data, data) == []
    assert found(data) == []


@pytest.mark.parametrize(
    ("offset", "format_", "value", "signature"),
    [
        (35, "q", 2_999, "max-timestamp-wrong"),
        (35, "q", 3_001, "max-timestamp-wrong"),
        (57, "i", 2, "record-count-wrong"),
        (57, "i", 4, "record-count-wrong"),
        (23, "i", 1, "last-offset-wrong"),
        (23, "i", 3, "last-offset-wrong"),
        (43, "q", 8, "producer-fields-changed"),
        (51, "h", 2, "producer-fields-changed"),
        (53, "i", 4, "producer-fields-changed"),
        (21, "h", 0x10, "producer-fields-changed"),
        (12, "i", -1, "leader-epoch-missing"),
    ],
)
def test_each_field_that_is_wrong_is_one_defect(offset, format_, value, signature):
    data = sent()
    assert found(patched(data, offset, format_, value), data) == [signature]
    assert signature in SIGNATURES


@given(st.integers(17, len(sent()) - 1), st.integers(1, 255))
def test_any_flipped_byte_under_the_crc_is_found(position, flip):
    data = bytearray(sent())
    data[position] ^= flip
    assert found(bytes(data)) == ["crc-wrong"]


def test_with_log_append_time_the_largest_timestamp_is_that_of_the_acknowledgement():
    data = sent(timestamp_type=TimestampType.LOG_APPEND_TIME, max_timestamp=9_000)
    assert found(data, append_time_ms=9_000) == []
    assert found(data, append_time_ms=9_001) == ["max-timestamp-wrong"]
    assert found(data) == []
