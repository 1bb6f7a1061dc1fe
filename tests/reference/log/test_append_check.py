"""Every rule, and which of two that are broken is told: clients see the order."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.append_check import AppendOrigin, CheckedBatch, check_batch
from nilometer_reference.log.config import LogConfig, RecordValidation
from nilometer_reference.log.errors import (
    InvalidProducerEpoch,
    InvalidTxnState,
    OutOfOrderSequence,
    RecordListTooLarge,
    TransactionCoordinatorFenced,
)
from nilometer_reference.log.producer_state import BatchMemory, ProducerState
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import (
    EndTransactionMarker,
    Record,
    TimestampType,
    decode_records,
    encode_batch,
    encode_end_transaction_marker,
)
from nilometer_reference.wire.record_errors import (
    CorruptMessage,
    InvalidRecord,
    InvalidTimestamp,
    MessageTooLarge,
    RecordError,
    UnsupportedCompressionType,
)
from nilometer_reference.wire.records import DELETE_HORIZON, LOG_APPEND_TIME, Batch, seal
from tests.reference.log.logs import NOW
from tests.reference.wire.batches import batches

STRUCTURAL = LogConfig(record_validation=RecordValidation.STRUCTURAL)
FULL = LogConfig()


def check(
    data: bytes | bytearray, config: LogConfig = FULL, producers: ProducerState | None = None, **rules: object
) -> CheckedBatch:
    checked = check_batch(data, config, producers or ProducerState(), NOW, **rules)  # type: ignore[arg-type]
    assert isinstance(checked, CheckedBatch)
    return checked


def good(count: int = 3, **fields: object) -> bytearray:
    records = [Record(-1, NOW - count + index, b"k%d" % index, b"value") for index in range(count)]
    return bytearray(encode_batch(records, **fields))  # type: ignore[arg-type]


def with_field(data: bytearray, at: int, layout: str, value: int, *, sealed: bool = True) -> bytearray:
    """The batch with one field of its header changed, and a CRC that is right again."""
    struct.pack_into(layout, data, at, value)
    if sealed:
        seal(data)
    return data


# Damage, one kind at a time, in the order of the rules: each has its own place, so that two can be had at once.

Breakage = Callable[[bytearray], bytearray]


def _more(data: bytearray) -> bytearray:
    return data + b"\0"


def _offset(data: bytearray) -> bytearray:
    return with_field(data, 0, ">q", 5, sealed=False)


def _too_large(_: bytearray) -> bytearray:
    return bytearray(encode_batch([Record(-1, NOW, b"k", b"x" * 2_000_000)]))


def _crc(data: bytearray) -> bytearray:
    return with_field(data, 17, ">I", 1, sealed=False)


def _control(data: bytearray) -> bytearray:
    return with_field(data, 21, ">h", 0x20)


def _count(data: bytearray) -> bytearray:
    return with_field(data, 57, ">i", 2)


def _codec(data: bytearray) -> bytearray:
    return with_field(data, 21, ">h", 6)


def _future(data: bytearray) -> bytearray:
    """The time that all records count from."""
    with_field(data, 27, ">q", NOW + 3_600_010, sealed=False)
    return with_field(data, 35, ">q", NOW + 3_600_012)


RULES: list[tuple[Breakage, type[RecordError]]] = [
    (_more, InvalidRecord),
    (_offset, InvalidRecord),
    (_too_large, MessageTooLarge),
    (_crc, CorruptMessage),
    (_control, InvalidRecord),
    (_count, InvalidRecord),
    (_codec, UnsupportedCompressionType),
    (_future, InvalidTimestamp),
]


@pytest.mark.parametrize("config", [FULL, STRUCTURAL])
def test_a_right_batch_passes_as_it_is(config: LogConfig) -> None:
    data = good()
    checked = check(data, config)
    assert checked.data is data
    assert (checked.fields[12], checked.marker) == (3, None)


@given(batches())
def test_every_batch_that_a_producer_makes_passes_with_both_levels(data: bytes) -> None:
    for config in (FULL, STRUCTURAL):
        assert bytes(check(data, replace(config, timestamp_after_max_ms=2**62)).data) == data


@pytest.mark.parametrize("config", [FULL, STRUCTURAL])
@pytest.mark.parametrize(("broken", "error"), RULES)
def test_a_batch_that_breaks_a_rule_is_refused(broken: Breakage, error: type[RecordError], config: LogConfig) -> None:
    with pytest.raises(error):
        check(broken(good()), config)


@pytest.mark.parametrize("later", range(len(RULES)))
@pytest.mark.parametrize("earlier", range(len(RULES)))
def test_of_two_broken_rules_the_earlier_is_told(earlier: int, later: int) -> None:
    if earlier >= later or _too_large in (RULES[later][0],):
        return
    (break_first, error), (break_second, _) = RULES[earlier], RULES[later]
    data = break_second(good())
    if break_first is _too_large:
        config = LogConfig(max_message_bytes=len(data) - 1)
    else:
        data, config = break_first(data), FULL
    with pytest.raises(error):
        check(data, config)


@pytest.mark.parametrize(("data", "error"), [
    (b"", InvalidRecord),
    (b"\0" * 16, CorruptMessage),
    (b"\0" * 16 + b"\1" + b"\0" * 20, InvalidRecord),
    (b"\0" * 16 + b"\2" + b"\0" * 20, CorruptMessage),
    (bytes(good())[:60], CorruptMessage),
    (bytes(good())[:-1], CorruptMessage),
    (bytes(good()) * 2, InvalidRecord),
])  # fmt: skip
def test_what_is_not_one_whole_batch_of_magic_2_is_refused(data: bytes, error: type[RecordError]) -> None:
    with pytest.raises(error):
        check(data)


def test_a_batch_of_magic_1_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="magic=1"):
        check(with_field(good(), 16, ">b", 1))


@given(batches(), st.data())
def test_no_bytes_break_anything_but_themselves(data: bytes, chosen: st.DataObject) -> None:
    """A named error or a pass, whatever is changed or cut; with a right CRC too."""
    damaged = bytearray(data[: chosen.draw(st.integers(0, len(data)) | st.just(len(data)))])
    for _ in range(chosen.draw(st.integers(0, 3))):
        if damaged:
            damaged[chosen.draw(st.integers(0, len(damaged) - 1))] = chosen.draw(st.integers(0, 255))
    if len(damaged) == len(data) and chosen.draw(st.booleans()):
        struct.pack_into(">i", damaged, 8, len(damaged) - 12)
        seal(damaged)
    producers = ProducerState()
    for config in (FULL, STRUCTURAL, LogConfig(cleanup_compact=True, compression_type=Compression.ZSTD)):
        try:
            check_batch(damaged, config, producers, NOW)
        except RecordError:
            assert producers.encode() == ProducerState().encode()


# Sizes


def test_the_largest_batch_passes_and_one_byte_more_does_not() -> None:
    data = good()
    check(data, LogConfig(max_message_bytes=len(data)))
    with pytest.raises(MessageTooLarge):
        check(data, LogConfig(max_message_bytes=len(data) - 1))


def test_a_batch_that_no_segment_can_hold_is_refused_after_its_records_before_its_sequence() -> None:
    data = good(producer_id=7, producer_epoch=0, base_sequence=-1)
    check(good(), LogConfig(segment_bytes=len(good())))
    with pytest.raises(RecordListTooLarge):
        check(data, LogConfig(segment_bytes=len(data) - 1))


# Time


def test_timestamps_may_be_as_far_from_the_clock_as_the_topic_says() -> None:
    config = LogConfig(timestamp_before_max_ms=100, timestamp_after_max_ms=50)
    for time in (NOW - 100, NOW + 50):
        check(encode_batch([Record(-1, time, None, b"v")]), config)
    for time in (NOW - 101, NOW + 51):
        with pytest.raises(InvalidTimestamp):
            check(encode_batch([Record(-1, time, None, b"v")]), config)


@pytest.mark.parametrize("time", [NOW - 101, NOW + 51])
def test_a_record_in_the_middle_is_looked_at_with_full_validation(time: int) -> None:
    data = bytearray(encode_batch([Record(-1, NOW, None, b"v"), Record(-1, time, None, b"v")]))
    with_field(data, 35, ">q", NOW)
    with pytest.raises(InvalidTimestamp, match="record 1"):
        check(data, LogConfig(timestamp_before_max_ms=100, timestamp_after_max_ms=50))


def test_records_without_a_timestamp_are_neither_early_nor_late() -> None:
    check(encode_batch([Record(-1, -1, None, b"v")]), LogConfig(timestamp_before_max_ms=100))


def test_a_maximum_that_is_not_that_of_the_records_is_corrected_or_taken_on_trust() -> None:
    """L13: max_timestamp is the maximum of the records."""
    data = with_field(good(), 35, ">q", NOW - 50)
    corrected = Batch.parse(check(bytearray(data)).data)
    assert corrected.header.max_timestamp == NOW - 1
    corrected.check_crc()
    assert decode_records(corrected) == decode_records(Batch.parse(data))
    assert check(data, STRUCTURAL).fields[8] == NOW - 50


def test_a_maximum_in_the_future_that_no_record_has_is_corrected_not_refused() -> None:
    data = with_field(good(), 35, ">q", NOW + 10**9)
    assert check(bytearray(data)).fields[8] == NOW - 1
    with pytest.raises(InvalidTimestamp):  # without looking it cannot be told
        check(data, STRUCTURAL)


def test_of_a_missing_key_and_a_timestamp_out_of_range_the_timestamp_is_told() -> None:
    config = LogConfig(cleanup_compact=True)
    keyless, late = Record(-1, NOW, None, b"v"), Record(-1, NOW + 10**9, b"k", b"v")
    for records in ([keyless, late], [late, keyless]):
        with pytest.raises(InvalidTimestamp):
            check(encode_batch(records), config)
    with pytest.raises(InvalidRecord):
        check(encode_batch([keyless._replace(timestamp=NOW + 10**9)]), config)


def test_with_log_append_time_no_producer_time_is_judged_and_none_may_pretend() -> None:
    config = LogConfig(timestamp_type=TimestampType.LOG_APPEND_TIME, timestamp_after_max_ms=0)
    check(encode_batch([Record(-1, NOW + 10**9, None, b"v")]), config)
    with pytest.raises(InvalidTimestamp, match="LogAppendTime"):
        check(with_field(good(), 21, ">h", LOG_APPEND_TIME), config)


@pytest.mark.parametrize("bit", [LOG_APPEND_TIME, DELETE_HORIZON])
def test_bits_that_only_a_log_may_set_are_cleared_and_the_maximum_is_that_of_the_records(bit: int) -> None:
    data = with_field(with_field(good(), 21, ">h", bit), 35, ">q", NOW)
    stored = Batch.parse(check(data).data)
    assert (stored.header.attributes, stored.header.max_timestamp) == (0, NOW - 1)
    stored.check_crc()


# Records


@pytest.mark.parametrize("count", [0, -1, 2, 4])
def test_a_count_that_is_not_last_offset_delta_plus_one_is_refused(count: int) -> None:
    for config in (FULL, STRUCTURAL):
        with pytest.raises(InvalidRecord):
            check(with_field(good(), 57, ">i", count), config)


def test_a_lie_that_the_header_cannot_tell_is_caught_by_full_validation_only() -> None:
    data = bytearray(encode_batch([Record(-1, NOW, b"k", b"v"), Record(-1, NOW, b"k", b"v")]))
    data[-1] = 4  # more record headers than there are
    seal(data)
    check(data, STRUCTURAL)
    with pytest.raises(InvalidRecord) as refused:
        check(data)
    assert refused.value.record_index == 1


@pytest.mark.parametrize("validation", list(RecordValidation))
def test_a_compacted_topic_takes_no_record_without_a_key(validation: RecordValidation) -> None:
    """B074."""
    config = LogConfig(cleanup_compact=True, record_validation=validation)
    check(good(), config)
    with pytest.raises(InvalidRecord, match="record 1 has no key") as refused:
        check(encode_batch([Record(-1, NOW, b"k", b"v"), Record(-1, NOW, None, b"v")]), config)
    assert refused.value.record_index == 1


@pytest.mark.parametrize("codec", list(Compression))
@pytest.mark.parametrize("sent", list(Compression))
def test_a_topic_with_a_codec_of_its_own_stores_in_it(sent: Compression, codec: Compression) -> None:
    data = good(20, compression=sent, producer_id=4, producer_epoch=1, base_sequence=9)
    for validation in RecordValidation:
        checked = check(bytearray(data), LogConfig(compression_type=codec, record_validation=validation))
        stored = Batch.parse(checked.data)
        stored.check_crc()
        assert stored.header.compression is codec
        assert decode_records(stored) == decode_records(Batch.parse(data))
        assert (stored.header.producer_id, stored.header.base_sequence, checked.fields[11]) == (4, 9, 9)


# Producers


def producers_after(*sequences: int, transactional: bool = False) -> ProducerState:
    state = ProducerState()
    for offset, sequence in enumerate(sequences):
        state.apply_batch(7, 1, sequence, offset, offset, timestamp=NOW, transactional=transactional)
    return state


@pytest.mark.parametrize(("fields", "transactional", "error"), [
    ({"producer_epoch": 1, "base_sequence": -1}, False, InvalidRecord),
    ({"producer_epoch": 1, "base_sequence": 5}, False, OutOfOrderSequence),
    ({"producer_epoch": 0, "base_sequence": 1}, False, InvalidProducerEpoch),
    ({"producer_epoch": 1, "base_sequence": 1}, True, InvalidTxnState),
])  # fmt: skip
def test_sequence_epoch_and_transaction_are_judged_last(
    fields: dict[str, int], transactional: bool, error: type[RecordError]
) -> None:
    state = producers_after(0, transactional=transactional)
    before = state.encode()
    with pytest.raises(error):
        check(good(1, producer_id=7, **fields), producers=state)
    with pytest.raises(InvalidTimestamp):
        check(_future(good(1, producer_id=7, **fields)), producers=state)
    assert state.encode() == before


def test_a_retry_is_answered_with_what_is_remembered() -> None:
    data = good(1, producer_id=7, producer_epoch=1, base_sequence=0)
    answer = check_batch(data, FULL, producers_after(0, 1), NOW)
    assert answer == BatchMemory(0, 0, 0, 0, NOW)


def test_a_new_producer_begins_at_zero_when_its_client_says_so() -> None:
    data = good(1, producer_id=9, producer_epoch=0, base_sequence=3)
    check(data)
    with pytest.raises(OutOfOrderSequence):
        check(data, new_producer_starts_at_zero=True)


# The coordinator


def test_the_coordinator_writes_markers_and_batches_without_sequences() -> None:
    marker = encode_end_transaction_marker(7, 1, 3, True, NOW)
    checked = check(marker, origin=AppendOrigin.COORDINATOR)
    assert checked.marker == EndTransactionMarker(True, 3)
    check(good(producer_id=7, producer_epoch=1, transactional=True), origin=AppendOrigin.COORDINATOR)
    check(with_field(good(), 0, ">q", 9, sealed=False), origin=AppendOrigin.COORDINATOR)


@pytest.mark.parametrize(("epoch", "coordinator_epoch", "version", "error"), [
    (0, 3, 1, InvalidProducerEpoch), (1, 3, 2, InvalidProducerEpoch), (1, 1, 1, TransactionCoordinatorFenced),
])  # fmt: skip
def test_a_marker_is_fenced(epoch: int, coordinator_epoch: int, version: int, error: type[RecordError]) -> None:
    state = ProducerState()
    state.apply_marker(7, 1, 2, 0, timestamp=NOW, commit=True)
    state.apply_batch(7, 1, 0, 1, 1, timestamp=NOW, transactional=True)
    marker = encode_end_transaction_marker(7, epoch, coordinator_epoch, True, NOW)
    with pytest.raises(error):
        check(marker, producers=state, origin=AppendOrigin.COORDINATOR, transaction_version=version)


def test_a_control_record_that_is_no_marker_is_let_by() -> None:
    data = encode_batch([Record(-1, NOW, struct.pack(">hh", 0, 3), b"")], control=True)
    assert check(data, origin=AppendOrigin.COORDINATOR).marker is None


def test_a_damaged_marker_is_refused() -> None:
    data = encode_batch([Record(-1, NOW, b"\0", b"")], control=True, transactional=True, producer_id=1)
    with pytest.raises(CorruptMessage):
        check(data, origin=AppendOrigin.COORDINATOR)
