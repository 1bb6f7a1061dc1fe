"""What was measured on Apache Kafka, row by row; then each version's own."""

from typing import Any

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.chunks import RecordChunks, join
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.messages.fetch import (
    FetchResponse,
    PartitionData,
    ReplicaState,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, batches_of, fetch, fetch_request, make_topic, offsets_of, produce

VERSIONS = range(4, 19)


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture
def topic_id(harness: Harness) -> bytes:
    return make_topic(harness, "t")


@pytest.fixture
def client(harness: Harness, topic_id: bytes) -> Client:  # noqa: ARG001  # the topic is there
    return harness.client()


def _size(data: PartitionData) -> int:
    assert data.records is not None
    return data.records.size if isinstance(data.records, RecordChunks) else len(data.records)


def _only(response: FetchResponse) -> PartitionData:
    assert response.error_code == 0
    ((data,),) = (topic.partitions for topic in response.responses)
    return data


# What comes


@pytest.mark.parametrize("version", VERSIONS)
def test_batches_come_from_the_offset_on_with_the_bounds_of_the_log(
    client: Client, topic_id: bytes, version: int
) -> None:
    for _ in range(3):
        produce(client, batch(2))
    data = fetch(client, 2, topic=topic_id if version >= 13 else "t", version=version)
    assert data.error_code == 0
    assert offsets_of(data) == [2, 3, 4, 5]
    assert (data.high_watermark, data.last_stable_offset) == (6, 6)
    assert data.log_start_offset == (0 if version >= 5 else -1)
    assert data.preferred_read_replica == -1
    assert data.aborted_transactions is None


def test_an_offset_inside_a_batch_gets_the_whole_batch(client: Client) -> None:
    produce(client, batch(5))
    assert offsets_of(fetch(client, 3)) == [0, 1, 2, 3, 4]


def test_an_empty_partition_gives_no_records_rather_than_null(client: Client) -> None:
    assert fetch(client, 0).records == b""


@pytest.mark.parametrize("offset", [-1, 4, 2**62, -(2**62)])
@pytest.mark.parametrize("version", [4, 11, 12])
def test_an_offset_outside_of_the_log_is_refused_at_once_without_bounds(
    client: Client, offset: int, version: int
) -> None:
    produce(client, batch(3))
    data = fetch(client, offset, version=version, max_wait_ms=60_000)
    assert data.error_code == 1
    assert (data.high_watermark, data.last_stable_offset, data.log_start_offset) == (-1, -1, -1)
    assert data.records == b""


def test_below_the_log_start_offset_nothing_is_served(harness: Harness, client: Client) -> None:
    for _ in range(3):
        produce(client, batch())
    harness.broker.partition("t", 0).delete_records(2)
    assert fetch(client, 1).error_code == 1
    data = fetch(client, 2)
    assert (offsets_of(data), data.log_start_offset) == ([2], 2)


@pytest.mark.parametrize("version", [4, 12])
@pytest.mark.parametrize(("topic", "index"), [("nowhere", 0), ("t", 1), ("t", -1)])
def test_an_unknown_partition_is_refused_at_once(client: Client, version: int, topic: str, index: int) -> None:
    data = fetch(client, 0, topic=topic, index=index, version=version, max_wait_ms=60_000)
    assert (data.error_code, data.high_watermark) == (3, -1)


def test_an_error_of_one_partition_is_told_at_once_with_the_others(client: Client) -> None:
    response = client.ask(fetch_request(("t", 0, 0), ("nowhere", 0, 0), max_wait_ms=60_000), 12)
    assert [topic.partitions[0].error_code for topic in response.responses] == [0, 3]


@pytest.mark.parametrize("version", [9, 12, 18])
@pytest.mark.parametrize(("epoch", "code"), [(0, 74), (1, 0), (2, 75), (-1, 0)])
def test_the_leader_epoch_that_a_client_knows_is_checked(
    harness: Harness, topic_id: bytes, version: int, epoch: int, code: int
) -> None:
    harness.restart()
    topic = topic_id if version >= 13 else "t"
    data = fetch(harness.client(), 0, topic=topic, version=version, leader_epoch=epoch)
    assert data.error_code == code


@pytest.mark.parametrize("version", [15, 16, 18])
def test_from_version_16_a_fenced_client_is_told_the_leader(harness: Harness, topic_id: bytes, version: int) -> None:
    harness.restart()
    response = harness.client().ask(fetch_request((topic_id, 0, 0), leader_epoch=0), version)
    data = _only(response)
    told = (data.current_leader.leader_id, data.current_leader.leader_epoch)
    assert told == ((1, 1) if version >= 16 else (-1, -1))
    endpoints = [(node.node_id, node.host, node.port) for node in response.node_endpoints]
    assert endpoints == ([(1, "127.0.0.1", 9092)] if version >= 16 else [])


# Limits


def test_the_first_batch_comes_whole_whatever_the_limits(client: Client) -> None:
    for _ in range(2):
        produce(client, batch(10))
    limits_of_no_use: list[dict[str, Any]] = [
        {"max_bytes": 1}, {"partition_max_bytes": 1}, {"max_bytes": 0}, {"partition_max_bytes": 0},
    ]  # fmt: skip
    for limits in limits_of_no_use:
        assert offsets_of(fetch(client, 0, **limits)) == list(range(10))


def test_the_first_batch_comes_of_the_first_partition_that_has_one_and_of_no_other(harness: Harness) -> None:
    make_topic(harness, "m", 3)
    client = harness.client()
    for index in (1, 2):
        produce(client, batch(), topic="m", index=index)
    response = client.ask(fetch_request(("m", 0, 0), ("m", 1, 0), ("m", 2, 0), max_bytes=1), 12)
    assert [_size(data) > 0 for topic in response.responses for data in topic.partitions] == [False, True, False]


def test_a_limit_within_a_batch_cuts_it(client: Client) -> None:
    size = len(batch(10))
    for _ in range(3):
        produce(client, batch(10))
    data = fetch(client, 0, partition_max_bytes=2 * size + 7)
    assert _size(data) == 2 * size + 7
    assert offsets_of(data) == list(range(20))
    assert offsets_of(fetch(client, 20, partition_max_bytes=2 * size + 7)) == list(range(20, 30))


def test_a_limit_on_a_border_cuts_nothing(client: Client) -> None:
    size = len(batch(10))
    for _ in range(3):
        produce(client, batch(10))
    assert _size(fetch(client, 0, partition_max_bytes=2 * size)) == 2 * size


def test_the_limit_of_the_request_is_shared_by_its_partitions(harness: Harness) -> None:
    make_topic(harness, "m", 3)
    client = harness.client()
    size = len(batch(10))
    for index in range(3):
        produce(client, batch(10), topic="m", index=index)
    response = client.ask(fetch_request(*(("m", index, 0) for index in range(3)), max_bytes=size + 70), 12)
    sizes = [_size(data) for topic in response.responses for data in topic.partitions]
    assert sizes == [size, 0, 0]  # what is left takes no whole batch


def test_the_broker_has_a_limit_of_its_own() -> None:
    size = len(batch(10))
    harness = Harness(BrokerConfig(fetch_max_bytes=2 * size))
    make_topic(harness)
    client = harness.client()
    for _ in range(3):
        produce(client, batch(10))
    assert _size(fetch(client, 0)) == 2 * size


# Waiting


def test_at_the_high_watermark_a_fetch_waits_as_long_as_it_said(harness: Harness, client: Client) -> None:
    client.send(fetch_request(("t", 0, 0), max_wait_ms=300), 11)
    harness.advance(299)
    assert not client.has_answer
    harness.advance(1)
    assert _only(client.answer()).records == b""


@pytest.mark.parametrize("fields", [{"max_wait_ms": 0}, {"max_wait_ms": -1}, {"max_wait_ms": 500, "min_bytes": 0}])
def test_who_does_not_want_to_wait_is_answered_at_once(client: Client, fields: dict[str, Any]) -> None:
    assert fetch(client, 0, **fields).records == b""


def test_a_produce_ends_the_wait(harness: Harness, client: Client) -> None:
    client.send(fetch_request(("t", 0, 0), max_wait_ms=500), 11)
    harness.advance(100)
    produce(harness.client(), batch(2))
    data = _only(client.answer())
    assert (offsets_of(data), data.high_watermark) == ([0, 1], 2)
    harness.advance(1000)
    assert not client.has_answer  # not a second time


def test_with_min_bytes_the_wait_ends_when_they_are_there(harness: Harness, client: Client) -> None:
    size = len(batch())
    client.send(fetch_request(("t", 0, 0), max_wait_ms=500, min_bytes=3 * size), 11)
    for _ in range(2):
        produce(harness.client(), batch())
        assert not client.has_answer
    produce(harness.client(), batch())
    assert offsets_of(_only(client.answer())) == [0, 1, 2]


def test_min_bytes_are_counted_over_all_partitions(harness: Harness) -> None:
    make_topic(harness, "m", 2)
    waiting, producer = harness.client(), harness.client()
    request = fetch_request(("m", 0, 0), ("m", 1, 0), max_wait_ms=500, min_bytes=2 * len(batch()))
    waiting.send(request, 11)
    produce(producer, batch(), topic="m", index=0)
    assert not waiting.has_answer
    produce(producer, batch(), topic="m", index=1)
    (topic,) = waiting.answer().responses
    assert [offsets_of(data) for data in topic.partitions] == [[0], [0]]


def test_bytes_that_were_there_before_the_wait_count_too(harness: Harness) -> None:
    make_topic(harness, "m", 2)
    waiting, producer = harness.client(), harness.client()
    produce(producer, batch(), topic="m", index=0)
    waiting.send(fetch_request(("m", 0, 0), ("m", 1, 0), max_wait_ms=500, min_bytes=2 * len(batch())), 11)
    assert not waiting.has_answer
    produce(producer, batch(), topic="m", index=1)
    assert waiting.has_answer


def test_after_the_wait_what_there_is_comes_however_little(harness: Harness, client: Client) -> None:
    produce(harness.client(), batch())
    client.send(fetch_request(("t", 0, 0), max_wait_ms=500, min_bytes=1 << 20), 11)
    assert not client.has_answer
    harness.advance(500)
    assert offsets_of(_only(client.answer())) == [0]


def test_more_than_the_broker_gives_is_not_waited_for(harness: Harness) -> None:
    harness = Harness(BrokerConfig(fetch_max_bytes=50))
    make_topic(harness)
    client = harness.client()
    produce(client, batch())
    assert offsets_of(fetch(client, 0, max_wait_ms=60_000, min_bytes=1 << 20)) == [0]


def test_a_deleted_topic_ends_the_wait(harness: Harness, client: Client) -> None:
    client.send(fetch_request(("t", 0, 0), max_wait_ms=60_000), 12)
    harness.broker.topics.delete("t", harness.now_ms)
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    assert _only(client.answer()).error_code == 3


def test_a_log_start_offset_beyond_the_fetch_ends_the_wait(harness: Harness, client: Client) -> None:
    produce(client, batch())
    client.send(fetch_request(("t", 0, 0), max_wait_ms=60_000, min_bytes=1000), 12)
    harness.broker.partition("t", 0).delete_records(1)
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    assert _only(client.answer()).error_code == 1


@pytest.mark.parametrize(("version", "code"), [(5, 6), (6, 56), (12, 56)])
def test_a_broken_disk_ends_the_wait(harness: Harness, client: Client, version: int, code: int) -> None:
    client.send(fetch_request(("t", 0, 0), max_wait_ms=60_000), version)
    harness.stores.stores["t", 0].failing = True
    produce(harness.client(), batch())
    assert _only(client.answer()).error_code == code
    assert fetch(client, 0, version=version).error_code == code


def test_a_new_segment_ends_the_wait(harness: Harness) -> None:
    make_topic(harness, "small", 1, internal_segment_bytes="100")
    client, producer = harness.client(), harness.client()
    produce(producer, batch(), topic="small")
    client.send(fetch_request(("small", 0, 0), max_wait_ms=60_000, min_bytes=1 << 20), 12)
    produce(producer, batch(), topic="small")
    assert offsets_of(_only(client.answer())) == [0]


def test_the_next_request_of_the_connection_waits_too(harness: Harness, client: Client) -> None:
    client.send(fetch_request(("t", 0, 0), max_wait_ms=500), 11)
    client.send(fetch_request(("t", 0, 0)), 11)
    harness.advance(499)
    assert not client.has_answer
    harness.advance(1)
    client.answer()
    client.answer()


def test_who_has_gone_waits_for_nothing(harness: Harness, client: Client) -> None:
    client.send(fetch_request(("t", 0, 0), max_wait_ms=60_000), 12)
    client.close()
    assert not harness.broker.partition("t", 0).waiters
    produce(harness.client(), batch())


# Topic ids, epochs of the reader's log, replicas, zstd


@pytest.mark.parametrize("version", range(13, 19))
def test_an_unknown_topic_id_is_refused_at_once(client: Client, version: int) -> None:
    assert fetch(client, 0, topic=b"\x09" * 16, version=version, max_wait_ms=60_000).error_code == 100


@pytest.mark.parametrize("version", [12, 18])
@pytest.mark.parametrize(
    ("last_fetched_epoch", "offset", "answer"),
    [
        (0, 2, "records"),  # in step
        (0, 3, (0, 2)),  # more records of epoch 0 than the leader has
        (2, 2, "records"),  # the leader's own epoch, up to its end
        (1, 4, (0, 2)),  # epoch 1 wrote nothing here
        (3, 2, "out of range"),  # an epoch that the leader never heard of
    ],
)
def test_a_reader_whose_log_parts_from_ours_is_told_where(
    harness: Harness, topic_id: bytes, version: int, last_fetched_epoch: int, offset: int, answer: object
) -> None:
    produce(harness.client(), batch(2))
    harness.restart()
    harness.restart()
    produce(harness.client(), batch(2))
    topic = topic_id if version >= 13 else "t"
    data = fetch(
        harness.client(), offset, topic=topic, version=version,
        last_fetched_epoch=last_fetched_epoch, max_wait_ms=60_000,
    )  # fmt: skip
    diverging = (data.diverging_epoch.epoch, data.diverging_epoch.end_offset)
    if answer == "records":
        assert (data.error_code, diverging) == (0, (-1, -1))
        assert offsets_of(data)[-1] == 3
    elif answer == "out of range":
        assert data.error_code == 1
    else:
        assert (data.error_code, diverging, data.records) == (0, answer, b"")
        assert data.high_watermark == 4


@pytest.mark.parametrize("version", [14, 15])
@pytest.mark.parametrize(("epoch", "code"), [(-1, 6), (0, 75)])
def test_a_replica_that_a_partition_does_not_have_gets_nothing(
    client: Client, topic_id: bytes, version: int, epoch: int, code: int
) -> None:
    who: dict[str, Any] = {"replica_id": 2} if version < 15 else {"replica_state": ReplicaState(2, 1)}
    produce(client, batch())
    data = fetch(client, 0, topic=topic_id, version=version, leader_epoch=epoch, **who)
    assert (data.error_code, data.records) == (code, b"")


@pytest.mark.parametrize("version", range(4, 13))
def test_zstd_is_handed_to_readers_of_every_version(harness: Harness, client: Client, version: int) -> None:
    make_topic(harness, "z", compression_type="zstd")
    produce(client, batch(), topic="z")
    data = fetch(client, 0, topic="z", version=version)
    assert [one.header.compression for one in batches_of(data)] == [Compression.ZSTD]


@pytest.mark.parametrize("limit", [{"max_bytes": -1}, {"partition_max_bytes": -1}])
def test_a_negative_limit_is_refused(client: Client, limit: dict[str, Any]) -> None:
    produce(client, batch())
    data = fetch(client, 0, max_wait_ms=60_000, **limit)
    assert (data.error_code, data.high_watermark, data.records) == (-1, -1, b"")


def test_a_log_of_many_segments_is_read_to_its_end(harness: Harness) -> None:
    make_topic(harness, "small", 1, internal_segment_bytes="200")
    client = harness.client()
    for _ in range(20):
        produce(client, batch(), topic="small")
    read: list[int] = []
    while len(read) < 20:
        read += offsets_of(fetch(client, len(read), topic="small"))
    assert read == list(range(20))


def test_a_record_set_is_handed_on_as_it_lies_in_the_segment(client: Client, harness: Harness) -> None:
    sent = [batch(3), batch(2, compression=Compression.GZIP)]
    for records in sent:
        produce(client, records)
    data = fetch(client, 0)
    assert data.records is not None
    got = join(data.records.chunks) if isinstance(data.records, RecordChunks) else bytes(data.records)
    name = f"{0:020d}.log"
    assert got == harness.stores.stores["t", 0].read_whole(name)
