import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.topics import CLUSTER_METADATA
from nilometer_reference.wire.record_encoding import decode_records
from tests.reference.harness import Harness
from tests.reference.requests import batch, batches_of, fetch, fetch_request, make_topic, produce

INTERVAL_MS = 1_000
CONFIG = BrokerConfig(log_retention_check_interval_ms=INTERVAL_MS, log_cleaner_backoff_ms=INTERVAL_MS)


@pytest.fixture
def harness() -> Harness:
    return Harness(CONFIG)


def test_old_segments_go_at_the_next_look_for_them(harness: Harness) -> None:
    make_topic(harness, "t", 1, retention_ms="5000", internal_segment_bytes="100")
    client = harness.client()
    for _ in range(3):
        produce(client, batch(timestamp=harness.now_ms))
    partition = harness.broker.partition("t", 0)
    harness.advance(4 * INTERVAL_MS)
    assert partition.log_start_offset == 0
    harness.advance(3 * INTERVAL_MS)
    assert partition.log_start_offset == 3
    assert fetch(client, 0).error_code == 1


def test_excess_bytes_go_at_the_next_look_for_them(harness: Harness) -> None:
    make_topic(harness, "t", 1, retention_bytes="150", internal_segment_bytes="100")
    for _ in range(5):
        produce(harness.client(), batch())
    harness.advance(INTERVAL_MS)
    partition = harness.broker.partition("t", 0)
    assert 0 < partition.log_start_offset < 5
    assert partition.log_end_offset == 5


def test_a_new_retention_time_holds_at_the_next_look(harness: Harness) -> None:
    make_topic(harness, "t", 1)
    produce(harness.client(), batch(timestamp=harness.now_ms))
    harness.advance(INTERVAL_MS)
    assert harness.broker.partition("t", 0).log_start_offset == 0
    harness.broker.topics.set_topic_configs("t", {"retention.ms": "500"}, harness.now_ms)
    harness.advance(INTERVAL_MS)
    assert harness.broker.partition("t", 0).log_start_offset == 1


def test_a_fetch_that_waits_below_a_new_log_start_offset_is_answered(harness: Harness) -> None:
    make_topic(harness, "t", 1, retention_ms="500")
    client = harness.client()
    produce(harness.client(), batch(timestamp=harness.now_ms))
    client.send(fetch_request(("t", 0, 0), max_wait_ms=60_000, min_bytes=1 << 20), 11)
    harness.advance(INTERVAL_MS)
    assert client.answer().responses[0].partitions[0].error_code == 1


def test_idle_producers_are_forgotten() -> None:
    harness = Harness(BrokerConfig(log_retention_check_interval_ms=INTERVAL_MS, producer_id_expiration_ms=10_000))
    make_topic(harness)
    produce(harness.client(), batch(producer_id=7, producer_epoch=0, base_sequence=0))
    log = harness.broker.partition("t", 0).log
    harness.advance(9_000)
    assert len(log.active_producers()) == 1
    harness.advance(2_000)
    assert log.active_producers() == []
    assert produce(harness.client(), batch(producer_id=7, producer_epoch=0, base_sequence=99)).error_code == 0


def test_a_compacted_topic_keeps_the_last_record_of_each_key(harness: Harness) -> None:
    make_topic(harness, "c", 1, cleanup_policy="compact", internal_segment_bytes="100")
    client = harness.client()
    for number in range(6):
        produce(client, batch(key=b"ab"[number % 2 :][:1]), topic="c")
    harness.advance(10 * INTERVAL_MS)
    kept: list[int] = []
    offset = 0
    while offset < 6:
        for one in batches_of(fetch(client, offset, topic="c")):
            kept += [record.offset for record in decode_records(one)]
            offset = one.header.next_offset
    assert kept == [3, 4, 5]  # 5 lies in the active segment, which is left alone: 3 is the last of its key before it


def test_the_log_of_the_cluster_stays_small(harness: Harness) -> None:
    make_topic(harness)
    for number in range(400):
        harness.broker.metadata_journal.append(0, [(b"often", b"%03d" % number * 30_000)], harness.now_ms)
    (metadata,) = [one for one in harness.broker.every_partition() if one.topic == CLUSTER_METADATA]
    before = metadata.log.size
    harness.advance(3 * INTERVAL_MS)
    assert metadata.log.size < before / 10
    harness.restart()
    assert harness.broker.topics.get("t") is not None


def test_a_log_that_cannot_do_its_work_goes_offline_and_the_others_go_on(harness: Harness) -> None:
    for name in ("a", "b"):
        make_topic(harness, name, 1, retention_ms="500")
        produce(harness.client(), batch(timestamp=harness.now_ms), topic=name)
    waiting = harness.client()
    waiting.send(fetch_request(("a", 0, 1), max_wait_ms=60_000), 11)
    harness.stores.stores["a", 0].failing = True
    harness.advance(INTERVAL_MS)
    assert not harness.broker.partition("a", 0).is_online
    assert waiting.answer().responses[0].partitions[0].error_code == 56
    assert harness.broker.partition("b", 0).log_start_offset == 1
    harness.advance(10 * INTERVAL_MS)  # and it is not tried again


def test_flush_ms_bounds_what_a_loss_of_power_takes(harness: Harness) -> None:
    make_topic(harness, "t", 1, flush_ms="300")
    produce(harness.client(), batch())
    harness.advance(299)
    produce(harness.client(), batch())
    harness.advance(1)
    harness.crash()
    harness.restart()
    assert harness.broker.partition("t", 0).log_end_offset == 2


def test_without_flush_ms_a_loss_of_power_takes_what_was_not_flushed(harness: Harness) -> None:
    make_topic(harness)
    produce(harness.client(), batch())
    harness.advance(60_000)
    harness.crash()
    harness.restart()
    assert harness.broker.partition("t", 0).log_end_offset == 0


def test_flush_ms_may_be_set_later_and_taken_back(harness: Harness) -> None:
    make_topic(harness)
    topics = harness.broker.topics
    topics.set_topic_configs("t", {"flush.ms": "100"}, harness.now_ms)
    produce(harness.client(), batch())
    harness.advance(101)
    assert harness.broker.partition("t", 0).log.flush_due_ms() is None
    topics.set_topic_configs("t", {}, harness.now_ms)
    harness.advance(200)
    produce(harness.client(), batch())
    topics.set_topic_configs("t", {"flush.ms": "100"}, harness.now_ms)
    harness.advance(101)
    harness.crash()
    harness.restart()
    assert harness.broker.partition("t", 0).log_end_offset == 2


def test_flush_ms_of_a_deleted_topic_is_no_ones_business(harness: Harness) -> None:
    make_topic(harness, "t", 1, flush_ms="100")
    produce(harness.client(), batch())
    harness.broker.topics.delete("t", harness.now_ms)
    harness.advance(1_000)


def test_with_flush_messages_1_every_acknowledged_batch_survives_a_loss_of_power(harness: Harness) -> None:
    make_topic(harness, "t", 1, flush_messages="1")
    for _ in range(3):
        assert produce(harness.client(), batch()).error_code == 0
    harness.crash()
    harness.restart()
    assert harness.broker.partition("t", 0).log_end_offset == 3
