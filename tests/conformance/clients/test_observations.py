"""What answers say about one partition."""

import pytest

from nilometer.clients.batches import data_batch
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, ListedOffset, Produced, Scan, Topic, named, record_bytes
from nilometer.verdict import NotObservable
from nilometer_reference.wire.chunks import RecordChunks
from nilometer_reference.wire.messages import FetchRequest
from nilometer_reference.wire.records import assign_offset

EXCHANGE = Exchange(1, "h", 12, 1, FetchRequest(), 0)


def batch(base: int, tag: str, count: int) -> bytes:
    data = bytearray(data_batch(tag, count))
    assign_offset(data, base, 0)
    return bytes(data)


def fetched(offset: int, data: bytes, *, high_watermark: int = 99, code: int = 0) -> Fetched:
    return Fetched(EXCHANGE, offset, code, high_watermark, high_watermark, 0, None, data)


def test_errors_are_named():
    assert named(0) == "no error"
    assert named(87) == "INVALID_RECORD (87)"
    for one in (Produced(EXCHANGE, 6, -1, -1, 0), fetched(0, b"", code=6), ListedOffset(EXCHANGE, 6, -1, -1, -1)):
        assert not one.ok
        assert one.error == "NOT_LEADER_OR_FOLLOWER (6)"


def test_records_below_the_fetch_offset_are_stored_and_not_delivered():
    one = fetched(6, batch(5, "a", 3))
    assert [stored.offset for stored in one.stored] == [5, 6, 7]
    assert [record.value for record in one.records] == [b"a.1", b"a.2"]
    assert one.next_offset == 8


def test_an_empty_answer_stays_where_it_was():
    assert fetched(6, b"").next_offset == 6
    assert fetched(6, b"").records == []


def test_a_part_of_a_batch_at_the_end_is_dropped():
    data = batch(0, "a", 2)
    one = fetched(0, data + batch(2, "b", 2)[:-3])
    assert [len(list(one.batches)), one.next_offset] == [1, 2]


def test_bytes_that_are_no_batch_are_not_observable_with_the_reason():
    with pytest.raises(NotObservable, match="the records do not decode"):
        _ = fetched(0, b"\x00" * 100).batches


def test_a_scan_has_every_record_once_in_order():
    first, second = batch(0, "a", 3), batch(3, "b", 2)
    scan = Scan(0, [fetched(0, first), fetched(3, second), fetched(5, b"")], complete=True)
    assert [one.value for one in scan.records] == [b"a.0", b"a.1", b"a.2", b"b.0", b"b.1"]
    assert len(scan.batches) == 2
    assert len(scan.exchanges) == 3
    assert scan.last.fetch_offset == 5


def test_a_batch_that_is_sent_again_at_the_seam_counts_once():
    first, both = batch(0, "a", 3), batch(0, "a", 3) + batch(3, "b", 1)
    scan = Scan(0, [fetched(0, first), fetched(3, both)])
    assert [one.offset for one in scan.stored] == [0, 1, 2, 3]
    assert [one.header.base_offset for one in scan.batches] == [0, 3]


def test_a_topic_without_an_id_says_so():
    assert not Topic("t").has_id
    assert Topic("t", b"0123456789abcdef").has_id


def test_record_sets_are_one_byte_string():
    assert record_bytes(None) == b""
    assert record_bytes(b"ab") == b"ab"
    assert record_bytes(RecordChunks([b"a", b"b"], 2)) == b"ab"
