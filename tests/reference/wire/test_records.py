"""Record batches in place: headers, borders, CRC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.wire.record_encoding import Record, encode_batch, encode_end_transaction_marker
from nilometer_reference.wire.record_errors import CorruptMessage
from nilometer_reference.wire.records import (
    HEADER_BYTES,
    LOG_APPEND_TIME,
    SEQUENCE_MAX,
    Batch,
    BatchHeader,
    advance_sequence,
    assign_offset,
    seal,
    set_max_timestamp,
    split_batches,
    stamp_log_append_time,
)
from tests.reference.wire.batches import batches

ONE = encode_batch([Record(timestamp=5, value=b"v")], producer_id=7, producer_epoch=2, base_sequence=SEQUENCE_MAX)


def test_a_one_record_batch_has_the_size_that_kafka_gives_it() -> None:
    assert HEADER_BYTES == 61
    assert len(encode_batch([Record(timestamp=0, value=b"v")])) == 69  # measured on Apache Kafka
    assert len(encode_end_transaction_marker(1, 0, 0, True, 0)) == 78


def test_the_sequence_after_the_largest_is_zero() -> None:
    assert advance_sequence(SEQUENCE_MAX, 1) == 0
    assert advance_sequence(SEQUENCE_MAX - 1, 3) == 1
    header = BatchHeader.parse(ONE)
    assert (header.last_sequence, header.next_sequence) == (SEQUENCE_MAX, 0)


def test_a_batch_without_a_producer_has_no_sequences() -> None:
    header = BatchHeader.parse(encode_batch([Record(timestamp=0)]))
    assert (header.last_sequence, header.next_sequence, header.has_producer_id) == (-1, -1, False)


@given(batches(), st.integers(0, 2**62), st.integers(-1, 2**31 - 1))
def test_a_leader_assigns_offset_and_epoch_without_touching_the_crc(batch: bytes, offset: int, epoch: int) -> None:
    data = bytearray(batch)
    assign_offset(data, offset, epoch)
    parsed = Batch.parse(data)
    assert parsed.crc_is_valid
    assert (parsed.header.base_offset, parsed.header.partition_leader_epoch) == (offset, epoch)
    assert parsed.header.next_offset == offset + parsed.header.record_count
    assert data[16:] == batch[16:]


@given(batches(), st.integers(0, 2**62))
def test_log_append_time_changes_attributes_maximum_and_crc_only(batch: bytes, now_ms: int) -> None:
    data = bytearray(batch)
    stamp_log_append_time(data, now_ms)
    before, after = BatchHeader.parse(batch), BatchHeader.parse(data)
    assert Batch.parse(data).crc_is_valid
    assert after.attributes == before.attributes | LOG_APPEND_TIME
    assert after.max_timestamp == now_ms
    assert data[HEADER_BYTES:] == batch[HEADER_BYTES:]
    assert after.base_timestamp == before.base_timestamp


def test_a_corrected_maximum_timestamp_has_a_right_crc() -> None:
    data = bytearray(ONE)
    set_max_timestamp(data, 99)
    assert Batch.parse(data).crc_is_valid
    assert BatchHeader.parse(data).max_timestamp == 99


@given(batches(), st.data())
def test_every_changed_byte_behind_the_crc_is_noticed(batch: bytes, data: st.DataObject) -> None:
    damaged = bytearray(batch)
    at = data.draw(st.integers(21, len(batch) - 1))
    damaged[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CorruptMessage, match="crc"):
        Batch.parse(damaged).check_crc()
    seal(damaged)
    Batch.parse(damaged).check_crc()


@given(st.lists(batches(), max_size=4))
def test_a_record_set_splits_at_the_borders_of_its_batches(parts: list[bytes]) -> None:
    assert [bytes(batch.data) for batch in split_batches(b"".join(parts))] == parts


@given(st.lists(batches(), min_size=1, max_size=3), st.data())
def test_a_cut_tail_is_dropped_by_readers_and_refused_by_everyone_else(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts[:-1])
    cut = whole + parts[-1][: data.draw(st.integers(1, len(parts[-1]) - 1))]
    assert [bytes(batch.data) for batch in split_batches(cut, drop_partial_tail=True)] == parts[:-1]
    with pytest.raises(CorruptMessage):
        list(split_batches(cut))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_batches_or_corrupt_message_and_nothing_else(data: bytes) -> None:
    for drop in (False, True):
        try:
            total = sum(len(batch.data) for batch in split_batches(data, drop_partial_tail=drop))
        except CorruptMessage:
            continue
        assert total <= len(data)


@given(batches())
def test_a_header_packs_to_the_bytes_that_it_was_parsed_from(batch: bytes) -> None:
    header = BatchHeader.parse(batch)
    assert header.pack() == batch[:HEADER_BYTES]
    assert header == BatchHeader.parse(header.pack())
    assert hash(header) == hash(BatchHeader.parse(batch))
    assert f"base_sequence={header.base_sequence}" in repr(header)


@pytest.mark.parametrize("length", [-1, 0, 48, 2**31 - 1])
def test_impossible_batch_lengths_are_corrupt(length: int) -> None:
    data = bytearray(ONE)
    data[8:12] = length.to_bytes(4, "big", signed=True)
    with pytest.raises(CorruptMessage):
        Batch.parse(data)


def test_another_magic_is_corrupt() -> None:
    data = bytearray(ONE)
    data[16] = 1
    with pytest.raises(CorruptMessage, match="magic"):
        Batch.parse(data)
