from __future__ import annotations

import pytest

from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.log.replay import delete_snapshots, producers_at, snapshot_offsets
from tests.reference.log.logs import Producer, open_log, put, record


def test_state_at_any_offset_is_what_the_log_knew_when_it_ended_there() -> None:
    log = open_log(segment_bytes=300)
    producer, other = Producer(1), Producer(2)
    known = {0: log.producers.encode()}
    for index in range(12):
        (producer if index % 3 else other).put(log, record(None, "x" * 40), transactional=index % 3 == 0)
        if index % 6 == 5:
            other.end(log, commit=False)
        known[log.log_end_offset] = log.producers.encode()
    log.write_pending()
    assert len(log.segments) > 3
    for offset, state in known.items():
        assert producers_at(log, offset).encode() == state


@pytest.mark.parametrize("damaged", [slice(-1, None), slice(-2, None), slice(0, None)])
def test_any_snapshot_may_be_lost(damaged: slice) -> None:
    store = MemoryStore()
    log = open_log(store, segment_bytes=300)
    producer = Producer(1)
    for _ in range(20):
        producer.put(log, record(None, "x" * 40))
    log.write_pending()
    for offset in snapshot_offsets(log)[damaged]:
        store.write_whole(f"{offset:020d}.snapshot", b"damaged")
    assert producers_at(log, 20).encode() == log.producers.encode()


def test_snapshots_above_an_offset_are_deleted() -> None:
    store = MemoryStore()
    log = open_log(store, segment_bytes=200)
    for _ in range(8):
        put(log)
    log.write_pending()
    assert snapshot_offsets(log) == [2, 4, 6]
    delete_snapshots(log, above=4)
    assert snapshot_offsets(log) == [2, 4]
    store.write_whole("another.snapshot", b"")
    assert snapshot_offsets(log) == [2, 4]
