"""Batches to send: whole ones, and ones that are wrong in one place."""

import time

import pytest

from nilometer.clients.batches import data_batch, patched, unique_records, wall_clock_ms
from nilometer_reference.wire.record_encoding import decode_records
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import split_batches

RECORD_COUNT = 57


def only(data: bytes):
    (batch,) = split_batches(data)
    return batch


def test_values_are_unique_by_the_tag_and_a_number():
    records = unique_records("t", 3, timestamp=5)
    assert [(one.key, one.value, one.timestamp) for one in records] == [
        (b"k0", b"t.0", 5), (b"k1", b"t.1", 5), (b"k2", b"t.2", 5),
    ]  # fmt: skip


def test_the_clock_is_unix_time_in_milliseconds():
    assert abs(wall_clock_ms() - time.time() * 1000) < 1000
    assert abs(unique_records("t", 1)[0].timestamp - wall_clock_ms()) < 1000


def test_a_batch_carries_what_was_asked_for():
    batch = only(data_batch("t", 2, producer_id=7, producer_epoch=1, base_sequence=4, transactional=True))
    header = batch.header
    assert (header.producer_id, header.producer_epoch, header.base_sequence, header.is_transactional) == (7, 1, 4, True)
    assert [one.value for one in decode_records(batch)] == [b"t.0", b"t.1"]


def test_a_patched_field_is_under_a_right_crc_unless_that_is_what_is_wrong():
    good = data_batch("t", 2)
    patched_batch = only(patched(good, RECORD_COUNT, "i", 9))
    assert patched_batch.header.record_count == 9
    assert patched_batch.header.crc != only(good).header.crc
    unsealed = patched(good, RECORD_COUNT, "i", 9, reseal=False)
    assert unsealed[17:21] == good[17:21]
    with pytest.raises(RecordError):
        only(unsealed).check_crc()
