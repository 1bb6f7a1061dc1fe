"""Single records: round trips, what is refused, what hostile bytes cost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import (
    EndTransactionMarker,
    Record,
    RecordFacts,
    TimestampType,
    check_structure,
    decode_control_record,
    decode_records,
    encode_batch,
    encode_end_transaction_marker,
    read_varint,
    walk_records,
    write_varint,
)
from nilometer_reference.wire.record_errors import CorruptMessage, InvalidRecord, MessageTooLarge, RecordError
from nilometer_reference.wire.records import HEADER_BYTES, Batch, seal
from tests.reference.wire.batches import batches, codecs, record_lists


def numbered(records: list[Record], base_offset: int) -> list[Record]:
    return [record._replace(offset=base_offset + index) for index, record in enumerate(records)]


@given(record_lists(), codecs, st.integers(0, 2**60))
def test_records_survive_every_codec_with_null_and_empty_kept_apart(
    records: list[Record], codec: int, base_offset: int
) -> None:
    batch = Batch.parse(encode_batch(records, compression=codec, base_offset=base_offset))
    assert batch.crc_is_valid
    assert decode_records(batch) == numbered(records, base_offset)


@given(record_lists())
def test_with_log_append_time_every_record_has_the_time_of_the_batch(records: list[Record]) -> None:
    batch = Batch.parse(encode_batch(records, timestamp_type=TimestampType.LOG_APPEND_TIME, max_timestamp=77))
    assert {record.timestamp for record in decode_records(batch)} == {77}


@given(record_lists(), codecs)
def test_the_walk_finds_what_decoding_finds(records: list[Record], codec: int) -> None:
    batch = Batch.parse(encode_batch(records, compression=codec, base_offset=100))
    decoded = decode_records(batch)
    latest = max(record.timestamp for record in decoded)
    null_keys = [index for index, record in enumerate(decoded) if record.key is None]
    assert walk_records(batch) == RecordFacts(
        latest,
        next(record.offset for record in decoded if record.timestamp == latest),
        null_keys[0] if null_keys else -1,
    )


@given(st.integers(-(2**63), 2**63 - 1))
def test_varints_round_trip(value: int) -> None:
    out = bytearray()
    write_varint(out, value)
    assert read_varint(bytes(out), 0, 10) == (value, len(out))


@pytest.mark.parametrize(("data", "size"), [(b"\xff" * 5, 5), (b"\xff" * 10, 10)])
def test_a_varint_without_an_end_is_corrupt(data: bytes, size: int) -> None:
    with pytest.raises(CorruptMessage):
        read_varint(data, 0, size)


def with_block(block: bytes, count: int) -> Batch:
    """An uncompressed batch with these bytes as its records."""
    data = bytearray(encode_batch([Record(timestamp=0)] * max(count, 1)))[:HEADER_BYTES] + block
    data[8:12] = (len(data) - 12).to_bytes(4, "big")
    data[23:27] = (count - 1).to_bytes(4, "big", signed=True)
    data[57:61] = count.to_bytes(4, "big", signed=True)
    seal(data)
    return Batch.parse(data)


@given(st.binary(max_size=60), st.integers(-2, 9))
@example(b"\x0c\x00\x00\x00\x01\x01\x00", 1)
def test_arbitrary_record_bytes_are_records_or_a_named_error(block: bytes, count: int) -> None:
    """Decoding says CORRUPT_MESSAGE, the walk INVALID_RECORD, as their callers answer them; never anything else."""
    batch = with_block(block, count)
    try:
        records = decode_records(batch)
    except CorruptMessage:
        records = None
    try:
        walk_records(batch)
    except InvalidRecord:
        return
    assert records is not None or count <= 0


@given(batches(), st.data())
def test_a_mutated_batch_with_a_right_crc_gives_a_named_error_and_no_more(batch: bytes, data: st.DataObject) -> None:
    mutated = bytearray(batch)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(21, len(batch) - 1))] = data.draw(st.integers(0, 255))
    seal(mutated)
    for read in (decode_records, walk_records, check_structure):
        try:
            read(Batch.parse(mutated))
        except RecordError as refused:
            assert refused.error_code in (2, 10, 76, 87)


@pytest.mark.parametrize("codec", [Compression.GZIP, Compression.SNAPPY, Compression.LZ4, Compression.ZSTD])
def test_a_compression_bomb_costs_no_more_than_the_limit(codec: Compression) -> None:
    bomb = Batch.parse(encode_batch([Record(timestamp=0, value=bytes(4 << 20))], compression=codec))
    assert len(bomb.data) < 300_000
    with pytest.raises(MessageTooLarge):
        decode_records(bomb, limit=1 << 20)
    assert len(decode_records(bomb)[0].value or b"") == 4 << 20


def test_a_batch_must_have_room_for_the_records_that_it_counts() -> None:
    data = bytearray(encode_batch([Record(timestamp=0)]))
    data[57:61] = (2**31 - 1).to_bytes(4, "big")
    seal(data)
    batch = Batch.parse(data)
    for read in (check_structure, walk_records):
        with pytest.raises(InvalidRecord):
            read(batch)
    with pytest.raises(CorruptMessage):
        decode_records(batch)


def test_the_structure_check_refuses_holes_and_empty_batches() -> None:
    check_structure(Batch.parse(encode_batch([Record(timestamp=0)])))
    with pytest.raises(InvalidRecord, match="last_offset_delta"):
        check_structure(Batch.parse(encode_batch([Record(timestamp=0)], last_offset_delta=5)))
    with pytest.raises(InvalidRecord, match="record_count"):
        check_structure(Batch.parse(encode_batch([], last_offset_delta=0)))


def test_offset_deltas_that_skip_are_refused_unless_the_batch_was_compacted() -> None:
    batch = Batch.parse(encode_batch([Record(3, 0, b"k"), Record(7, 0, b"l")], base_offset=0, last_offset_delta=9))
    with pytest.raises(InvalidRecord) as refused:
        walk_records(batch)
    assert refused.value.record_index == 0
    assert walk_records(batch, compacted=True).first_null_key_index == -1


def test_an_emptied_batch_has_no_records() -> None:
    batch = Batch.parse(encode_batch([], compression=Compression.ZSTD, last_offset_delta=4, max_timestamp=9))
    assert decode_records(batch) == []
    assert walk_records(batch) == RecordFacts(-1, -1, -1)
    assert batch.header.next_offset == 5


@given(st.integers(0, 2**62), st.integers(0, 2**15 - 1), st.integers(0, 2**31 - 1), st.booleans())
def test_a_marker_says_how_the_transaction_ended(producer_id: int, epoch: int, coordinator: int, commit: bool) -> None:
    batch = Batch.parse(encode_end_transaction_marker(producer_id, epoch, coordinator, commit, 5, base_offset=8))
    assert batch.header.is_control
    assert batch.header.is_transactional
    assert (batch.header.producer_id, batch.header.producer_epoch, batch.header.base_sequence) == (
        producer_id, epoch, -1,
    )  # fmt: skip
    assert decode_control_record(decode_records(batch)[0]) == EndTransactionMarker(commit, coordinator)


@pytest.mark.parametrize(
    ("record", "message"),
    [(Record(key=None), "key"), (Record(key=b"\0\0\0"), "key"), (Record(key=bytes(4), value=b"\0"), "value")],
)
def test_a_cut_control_record_is_corrupt(record: Record, message: str) -> None:
    with pytest.raises(CorruptMessage, match=message):
        decode_control_record(record)


def test_control_records_of_the_quorum_are_not_markers() -> None:
    assert decode_control_record(Record(key=bytes.fromhex("00000002"), value=b"")) is None
