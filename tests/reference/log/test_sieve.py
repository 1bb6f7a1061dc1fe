"""What of a batch stays: the tables of the module row by row, and the bugs that others had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.aborted_index import AbortedTransaction
from nilometer_reference.log.sieve import AbortedRanges, Sieve, frames, latest_offsets
from nilometer_reference.wire.record_encoding import (
    Record,
    TimestampType,
    decode_records,
    encode_batch,
    encode_end_transaction_marker,
)
from nilometer_reference.wire.record_errors import CorruptMessage
from nilometer_reference.wire.records import Batch, seal
from tests.reference.log.logs import record, tombstone
from tests.reference.wire.batches import batches

NOW = 1000
RETENTION_MS = 10


def batch(*records: Record, base_offset: int = 0, **fields: object) -> Batch:
    return Batch.parse(encode_batch(records, base_offset=base_offset, **fields))  # type: ignore[arg-type]


def marker(base_offset: int, *, commit: bool = True, producer_id: int = 1) -> Batch:
    return Batch.parse(encode_end_transaction_marker(producer_id, 0, 0, commit, 5, base_offset=base_offset))


def data(base_offset: int, key: str = "k", producer_id: int = 1) -> Batch:
    return batch(record(key), base_offset=base_offset, producer_id=producer_id, producer_epoch=0, transactional=True)


def sieve(
    keys: dict[bytes, int] | None = None, *aborted: tuple[int, int, int], remembered: set[int] | None = None,
    end_offset: int = 99, now_ms: int = NOW,
) -> Sieve:  # fmt: skip
    return Sieve(
        keys or {}, AbortedRanges(AbortedTransaction(*one, one[2] + 1) for one in aborted),
        remembered_offsets=remembered or set(), end_offset=end_offset, now_ms=now_ms, delete_retention_ms=RETENTION_MS,
    )  # fmt: skip


def offsets(kept: Batch | None) -> list[int] | None:
    return None if kept is None else [one.offset for one in decode_records(kept)]


# Records


def test_a_batch_of_which_all_stays_is_itself() -> None:
    one = batch(record("a"), record("b"))
    assert sieve({b"a": 0, b"c": 9}).sift(one) is one


def test_a_record_whose_key_has_a_later_one_goes_and_the_rest_is_byte_for_byte_as_it_was() -> None:
    one = batch(record("a", "1"), record("b", "2"), record("a", "3"), base_offset=10, compression=4)
    kept = sieve({b"a": 12, b"b": 11}).sift(one)
    assert kept is not None
    assert decode_records(kept) == decode_records(one)[1:]
    kept.check_crc()
    assert (kept.header.base_offset, kept.header.last_offset, kept.header.compression) == (10, 12, 4)


def test_a_record_without_a_key_goes() -> None:
    assert offsets(sieve().sift(batch(record(None), record("a")))) == [1]


@pytest.mark.parametrize("kind", list(TimestampType))
def test_the_maximum_is_that_of_what_stays_and_append_time_stays_the_batchs(kind: TimestampType) -> None:
    one = batch(record("a", time=9), record("b", time=5), timestamp_type=kind, max_timestamp=9)
    kept = sieve({b"a": 50}).sift(one)
    assert kept is not None
    assert kept.header.max_timestamp == (9 if kind is TimestampType.LOG_APPEND_TIME else 5)
    assert decode_records(kept) == decode_records(one)[1:]


@given(batches(), st.sets(st.integers(0, 7)))
def test_whatever_stays_is_as_it_was(encoded: bytes, replaced: set[int]) -> None:
    one = Batch.parse(encoded)
    records = decode_records(one)
    keys = {records[index].key or b"": 1000 for index in replaced if index < len(records)}
    kept = sieve(keys, end_offset=one.header.next_offset).sift(one)
    assert kept is not None
    kept.check_crc()
    wanted = [found for found in records if found.key is not None and found.key not in keys]
    assert decode_records(kept) == wanted
    for name in ("base_offset", "last_offset_delta", "producer_id", "producer_epoch", "base_sequence",
                 "is_transactional", "partition_leader_epoch"):  # fmt: skip
        assert getattr(kept.header, name) == getattr(one.header, name)


def test_a_batch_whose_records_cannot_be_read_stays_whole() -> None:
    damaged = bytearray(batch(record("a"), record("b")).data)
    damaged[61] = 3
    seal(damaged)
    one = Batch.parse(damaged)
    assert sieve({b"a": 9, b"b": 9}).sift(one) is one
    with pytest.raises(CorruptMessage):
        frames(one)
    assert list(latest_offsets([one], AbortedRanges([]))) == []


# Batches without records


def test_an_empty_batch_stays_only_where_it_is_needed() -> None:
    keys = {b"a": 50}
    one = batch(record("a"), base_offset=7, producer_id=4, producer_epoch=2, base_sequence=9, compression=4)
    assert sieve(keys).sift(one) is None
    for needed in (sieve(keys, remembered={7}), sieve(keys, end_offset=8)):
        kept = needed.sift(one)
        assert kept is not None
        header = kept.header
        assert (header.record_count, header.base_offset, header.last_offset, header.attributes) == (0, 7, 7, 0)
        assert (header.producer_id, header.producer_epoch, header.base_sequence) == (4, 2, 9)
        kept.check_crc()
        assert needed.sift(kept) is kept
    assert kept is not None
    assert sieve(keys).sift(kept) is None


# Tombstones


def test_a_tombstone_stays_until_the_horizon_that_its_first_cleaning_sets() -> None:
    """B069 (KAFKA-4529)."""
    one = batch(tombstone("a", time=3), record("b", time=4))
    first = sieve({b"a": 0})
    kept = first.sift(one)
    assert kept is not None
    assert kept.header.delete_horizon_ms == NOW + RETENTION_MS == first.next_horizon_ms
    assert decode_records(kept) == decode_records(one)
    waiting = sieve(now_ms=NOW + RETENTION_MS - 1)
    assert waiting.sift(kept) is kept
    assert waiting.next_horizon_ms == NOW + RETENTION_MS
    later = sieve(now_ms=NOW + RETENTION_MS)
    gone = later.sift(kept)
    assert gone is not None
    assert decode_records(gone) == decode_records(one)[1:]
    assert later.next_horizon_ms is None


def test_a_tombstone_that_is_not_the_last_of_its_key_goes_at_once() -> None:
    assert sieve({b"a": 5}).sift(batch(tombstone("a"))) is None


# Transactions


def test_aborted_records_go_and_do_not_shadow_committed_ones() -> None:
    """B070: the key map knows nothing of aborted records."""
    committed, aborted = batch(record("k", "old")), data(1)
    ranges = AbortedRanges([AbortedTransaction(1, 1, 2, 3)])
    keys = dict(latest_offsets([committed, aborted, marker(2, commit=False)], ranges))
    assert keys == {b"k": 0}
    one = sieve(keys, (1, 1, 2))
    assert one.sift(committed) is committed
    assert one.sift(aborted) is None


def test_only_what_lies_in_the_aborted_transaction_of_its_producer_is_aborted() -> None:
    """B050: neither what the producer committed before and after, nor what others wrote meanwhile."""
    ranges = AbortedRanges([AbortedTransaction(1, 10, 20, 21), AbortedTransaction(1, 30, 40, 41)])
    assert [ranges.covers(data(at)) for at in (9, 10, 19, 21, 29, 30, 41)] == [
        False, True, True, False, False, True, False,
    ]  # fmt: skip
    assert not ranges.covers(data(15, producer_id=2))
    assert not ranges.covers(batch(record("k"), base_offset=15, producer_id=1, producer_epoch=0))
    assert not ranges.covers(marker(20))


@pytest.mark.parametrize("commit", [True, False])
def test_a_marker_stays_as_it_is_while_anything_of_its_transaction_does(commit: bool) -> None:
    """B073; and an empty batch is something."""
    end = marker(5, commit=commit)
    one = sieve({b"k": 3 if commit else 9}, *([] if commit else [(1, 3, 5)]), remembered={3})
    assert one.sift(data(3)) is not None
    assert one.sift(end) is end
    assert one.markers_with_data == {5}


def test_markers_are_never_judged_by_their_keys() -> None:
    """B067: two markers have equal keys; those of two producers must both stay."""
    one = sieve({b"\0\0\0\0": 99}, (1, 0, 2), (2, 1, 3), remembered={0, 1})
    first, second = marker(2, commit=False), marker(3, commit=False, producer_id=2)
    for part in (data(0), data(1, producer_id=2)):
        assert one.sift(part) is not None
    assert (one.sift(first), one.sift(second)) == (first, second)


def test_a_marker_without_data_waits_for_its_horizon_and_then_goes() -> None:
    first = sieve()
    waiting = first.sift(marker(5))
    assert waiting is not None
    assert waiting.header.delete_horizon_ms == NOW + RETENTION_MS == first.next_horizon_ms
    assert decode_records(waiting) == decode_records(marker(5))
    assert sieve(now_ms=NOW + 9).sift(waiting) is waiting
    assert sieve(now_ms=NOW + 10).sift(waiting) is None
    for needed in (sieve(now_ms=NOW + 10, remembered={5}), sieve(now_ms=NOW + 10, end_offset=6)):
        assert needed.sift(waiting) is waiting
        assert needed.next_horizon_ms is None  # or the log would be cleaned for ever


def test_the_marker_of_one_transaction_says_nothing_of_the_next() -> None:
    one = sieve({b"k": 9})
    assert one.sift(data(0, "kept")) is not None
    assert one.sift(marker(1)) is not None
    assert one.sift(data(2)) is None
    bare = one.sift(marker(3))
    assert bare is not None
    assert bare.header.delete_horizon_ms is not None
    assert one.markers_with_data == {1}


def test_other_control_batches_stay() -> None:
    other = batch(Record(-1, 5, b"\0\0\0\2", b""), control=True)
    assert sieve().sift(other) is other


def test_an_emptied_control_batch_goes_unless_it_is_needed() -> None:
    empty = batch(base_offset=4, control=True, transactional=True, producer_id=1, last_offset_delta=0)
    assert sieve().sift(empty) is None
    assert sieve(end_offset=5).sift(empty) is empty


def test_what_was_removed_is_counted() -> None:
    one = sieve({b"a": 9})
    one.sift(batch(record("a"), record("b"), record("a")))
    one.sift(batch(record("a")))
    assert one.records_removed == 3
