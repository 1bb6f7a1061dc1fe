"""Times are those of the records: with checked headers at the price of headers, with others at any price."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log import record_times
from nilometer_reference.log.config import RecordValidation
from nilometer_reference.log.log import Log
from nilometer_reference.wire.record_encoding import Record, TimestampType, encode_batch
from nilometer_reference.wire.records import seal
from tests.reference.log.logs import NOW, open_log, reconfigure, record, records

TRUSTING = {"record_validation": RecordValidation.STRUCTURAL}


def lying(times: list[int], max_timestamp: int, codec: int = 0) -> bytes:
    return encode_batch(
        [Record(-1, time, b"k", b"v" * 50) for time in times], compression=codec, max_timestamp=max_timestamp
    )  # fmt: skip


def put(log: Log, data: bytes) -> None:
    log.append_as_leader(data, leader_epoch=3, now_ms=NOW)


histories = st.lists(
    st.tuples(st.lists(st.integers(-1, 9), min_size=1, max_size=4), st.integers(-1, 12), st.integers(0, 4)), max_size=12
)


@given(histories, st.booleans(), st.booleans(), st.data())
def test_look_ups_are_those_of_a_full_scan_whatever_the_headers_say(
    history: list[tuple[list[int], int, int]], trusting: bool, again: bool, data: st.DataObject
) -> None:
    log = open_log(segment_bytes=600, index_interval_bytes=150, **(TRUSTING if trusting else {}))
    for times, claimed, codec in history:
        put(log, lying(times, claimed, codec))
        if again:  # what a look-up remembers must not hide what comes later
            log.offset_for_timestamp(5)
            log.offset_of_max_timestamp()
    if history:
        log.delete_records(data.draw(st.integers(0, log.log_end_offset)))
    there = records(log)
    for wanted in range(11):
        limit = data.draw(st.integers(0, log.log_end_offset))
        found = log.offset_for_timestamp(wanted, limit)
        first = next((one for one in there if one.timestamp >= wanted and one.offset < limit), None)
        assert (None if found is None else found[:2]) == (None if first is None else (first.timestamp, first.offset))
    latest = max((one for one in there if one.timestamp >= 0), key=lambda o: (o.timestamp, -o.offset), default=None)
    found = log.offset_of_max_timestamp()
    assert (None if found is None else found[:2]) == (None if latest is None else (latest.timestamp, latest.offset))


def test_an_answer_has_the_epoch_of_its_batch() -> None:
    """TI8."""
    log = open_log()
    for epoch, time in ((0, 10), (4, 20)):
        log.append_as_leader(encode_batch([record(time=time)]), leader_epoch=epoch, now_ms=NOW)
    assert log.offset_for_timestamp(5) == (10, 0, 0)
    assert log.offset_for_timestamp(11) == (20, 1, 4)
    assert log.offset_of_max_timestamp() == (20, 1, 4)


@pytest.mark.parametrize("codec", range(5))
def test_the_first_record_with_the_largest_time_is_found_inside_its_batch(codec: int) -> None:
    """B066: not the last offset of the batch."""
    log = open_log()
    put(log, encode_batch([record(time=time) for time in (5, 9, 2, 9)], compression=codec))
    assert log.offset_of_max_timestamp() == (9, 1, 3)


def test_with_log_append_time_every_record_has_the_time_of_its_batch() -> None:
    log = open_log(timestamp_type=TimestampType.LOG_APPEND_TIME)
    for now_ms in (NOW, NOW + 5):
        log.append_as_leader(encode_batch([record(time=1)] * 3), leader_epoch=0, now_ms=now_ms)
    assert log.offset_for_timestamp(NOW) == (NOW, 0, 0)
    assert log.offset_for_timestamp(NOW + 1) == (NOW + 5, 3, 0)
    assert log.offset_of_max_timestamp() == (NOW + 5, 3, 0)
    assert log.headers_are_checked


def test_an_empty_log_and_records_without_time_have_no_times() -> None:
    log = open_log()
    assert (log.offset_for_timestamp(0), log.offset_of_max_timestamp()) == (None, None)
    put(log, encode_batch([record(time=-1)] * 2))
    assert (log.offset_for_timestamp(0), log.offset_of_max_timestamp()) == (None, None)


def test_a_batch_that_nobody_can_read_stands_for_itself() -> None:
    """Stored unvalidated: a look-up must not fail for it."""
    log = open_log(**TRUSTING)
    data = bytearray(lying([5, 6, 7], 7))
    struct.pack_into(">b", data, 61, 1)  # a record of a negative length
    seal(data)
    put(log, bytes(data))
    put(log, lying([8], 8))
    assert log.offset_for_timestamp(6) == (7, 0, 3)
    assert log.offset_of_max_timestamp() == (8, 3, 3)


def test_records_are_read_once_and_with_checked_headers_only_those_of_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    careful = record_times.record_facts

    def counted(batch: object, **options: object) -> object:
        read.append(1)
        return careful(batch, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(record_times, "record_facts", counted)
    for settings, wanted in (({}, 0), (TRUSTING, 20)):
        log = open_log(segment_bytes=500, **settings)
        for time in range(20):
            put(log, lying([time], time))
        for time in range(20):
            log.offset_for_timestamp(time)
            log.offset_of_max_timestamp()
        assert len(read) == wanted
        read.clear()


def test_what_was_taken_on_trust_is_known_after_a_start_and_after_the_setting_has_changed() -> None:
    log = open_log(segment_bytes=300, **TRUSTING)
    put(log, lying([50], 1))
    put(log, lying([3], 3))
    log.roll(NOW)
    reconfigure(log, record_validation=RecordValidation.FULL)
    put(log, lying([40], 2))
    for end in (log.close, log.write_pending):
        end()
        log = open_log(log.store, segment_bytes=300)
        assert not log.headers_are_checked
        assert log.offset_for_timestamp(30) == (50, 0, 3)
        assert log.offset_for_timestamp(45) == (50, 0, 3)
        assert log.offset_of_max_timestamp() == (50, 0, 3)
