import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from nilometer_reference.wire.record_encoding import Record, encode_batch
from tests.reference.harness import START_MS, Client, Harness
from tests.reference.requests import batch, list_offset, make_topic, produce

VERSIONS = range(1, 12)
LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, LATEST_TIERED, PENDING_UPLOAD = -1, -2, -3, -4, -5, -6


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness)
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def _said(answer: ListOffsetsPartitionResponse) -> tuple[int, int, int]:
    return answer.error_code, answer.offset, answer.timestamp


def _timed(*times: int, **fields: int) -> bytes:
    return encode_batch([Record(-1, START_MS + time, None, b"v") for time in times], **fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_latest_and_earliest_are_the_bounds_of_the_log(harness: Harness, client: Client, version: int) -> None:
    assert _said(list_offset(client, LATEST, version=version)) == (0, 0, -1)
    assert _said(list_offset(client, EARLIEST, version=version)) == (0, 0, -1)
    produce(client, batch(5))
    harness.broker.partition("t", 0).delete_records(2)
    latest = list_offset(client, LATEST, version=version)
    earliest = list_offset(client, EARLIEST, version=version)
    assert _said(latest) == (0, 5, -1)
    assert _said(earliest) == (0, 2, -1)
    assert latest.leader_epoch == earliest.leader_epoch == (0 if version >= 4 else -1)


@pytest.mark.parametrize("codec", [Compression.NONE, Compression.GZIP])
def test_a_time_finds_the_first_record_at_or_after_it_also_inside_a_batch(client: Client, codec: Compression) -> None:
    produce(client, _timed(0, 10, 5, 20, compression=codec))
    produce(client, _timed(15, compression=codec))
    for time, expected in ((0, (0, 0, 0)), (1, (0, 1, 10)), (10, (0, 1, 10)), (11, (0, 3, 20)), (20, (0, 3, 20))):
        error, offset, timestamp = expected
        assert _said(list_offset(client, START_MS + time)) == (error, offset, START_MS + timestamp)
    assert _said(list_offset(client, START_MS + 21)) == (0, -1, -1)


def test_a_time_answers_the_epoch_of_its_batch(harness: Harness, client: Client) -> None:
    produce(client, _timed(0))
    harness.restart()
    client = harness.client()
    produce(client, _timed(10))
    assert [list_offset(client, START_MS + time).leader_epoch for time in (0, 10)] == [0, 1]
    assert list_offset(client, EARLIEST).leader_epoch == 0
    assert list_offset(client, LATEST).leader_epoch == 1


@pytest.mark.parametrize("version", range(7, 12))
def test_the_largest_timestamp_is_found_wherever_it_is(client: Client, version: int) -> None:
    assert _said(list_offset(client, MAX_TIMESTAMP, version=version)) == (0, -1, -1)
    produce(client, _timed(1, 30, 2))
    produce(client, _timed(30, 3))
    assert _said(list_offset(client, MAX_TIMESTAMP, version=version)) == (0, 1, START_MS + 30)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("timestamp", "since"),
    [(LATEST, 1), (EARLIEST, 1), (MAX_TIMESTAMP, 7), (EARLIEST_LOCAL, 8), (LATEST_TIERED, 9), (PENDING_UPLOAD, 11)],
)
def test_a_special_time_is_refused_before_its_version(client: Client, version: int, timestamp: int, since: int) -> None:
    answer = list_offset(client, timestamp, version=version)
    assert answer.error_code == (0 if version >= since else 35)
    if answer.error_code:
        assert _said(answer)[1:] == (-1, -1)


@pytest.mark.parametrize("timestamp", [-7, -100, -(2**63)])
def test_a_time_that_means_nothing_is_refused(client: Client, timestamp: int) -> None:
    assert list_offset(client, timestamp).error_code == 35


def test_nothing_is_tiered_and_everything_local(harness: Harness, client: Client) -> None:
    produce(client, batch(3))
    harness.broker.partition("t", 0).delete_records(1)
    assert _said(list_offset(client, EARLIEST_LOCAL)) == (0, 1, -1)
    for timestamp in (LATEST_TIERED, PENDING_UPLOAD):
        answer = list_offset(client, timestamp)
        assert (*_said(answer), answer.leader_epoch) == (0, -1, -1, -1)


@pytest.mark.parametrize("version", [2, 7, 11])
def test_read_committed_sees_nothing_of_an_open_transaction(harness: Harness, client: Client, version: int) -> None:
    produce(client, _timed(0))
    producer_id, epoch = harness.broker.transactions.init_producer_id(
        "x", 60_000, producer_id=-1, producer_epoch=-1, now_ms=harness.now_ms
    )
    records = _timed(10, producer_id=producer_id, producer_epoch=epoch, base_sequence=0, transactional=True)
    assert produce(client, records, version=12, transactional_id="x").error_code == 0
    produce(client, _timed(5))

    def ask(timestamp: int, isolation_level: int) -> int:
        offset: int = list_offset(client, timestamp, version=version, isolation_level=isolation_level).offset
        return offset

    assert [ask(LATEST, level) for level in (0, 1)] == [3, 1]
    assert [ask(START_MS + 5, level) for level in (0, 1)] == [1, -1]
    if version >= 7:
        assert [ask(MAX_TIMESTAMP, level) for level in (0, 1)] == [1, -1]
    # Who is no consumer is not held back.
    assert list_offset(client, LATEST, version=version, isolation_level=1, replica_id=-2).offset == 3


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("topic", "index"), [("nowhere", 0), ("t", 1), ("t", -1)])
def test_an_unknown_partition_is_refused(client: Client, version: int, topic: str, index: int) -> None:
    answer = list_offset(client, LATEST, version=version, topic=topic, index=index)
    assert (*_said(answer), answer.leader_epoch) == (3, -1, -1, -1)


@pytest.mark.parametrize("version", [4, 5, 11])
@pytest.mark.parametrize(("epoch", "code"), [(0, 74), (1, 0), (2, 75), (-1, 0)])
def test_the_leader_epoch_that_a_client_knows_is_checked(harness: Harness, version: int, epoch: int, code: int) -> None:
    harness.restart()
    assert list_offset(harness.client(), LATEST, version=version, leader_epoch=epoch).error_code == code


def test_a_partition_that_is_named_twice_is_refused_and_the_others_are_not(client: Client) -> None:
    twice = [ListOffsetsPartition(0, -1, LATEST), ListOffsetsPartition(0, -1, EARLIEST)]
    request = ListOffsetsRequest(-1, 0, [ListOffsetsTopic("t", twice), ListOffsetsTopic("u", twice[:1])])
    answers = client.ask(request, 11).topics
    assert [(topic.name, [one.error_code for one in topic.partitions]) for topic in answers] == [
        ("t", [42, 42]),
        ("u", [3]),
    ]


def test_a_broken_disk_is_told(harness: Harness, client: Client) -> None:
    harness.stores.stores["t", 0].failing = True
    produce(client, batch())
    assert list_offset(client, LATEST).error_code == 56


def test_with_log_append_time_the_brokers_clock_counts(harness: Harness) -> None:
    make_topic(harness, "u", message_timestamp_type="LogAppendTime")
    client = harness.client()
    produce(client, _timed(10**12), topic="u")
    harness.advance(100)
    produce(client, _timed(0), topic="u")
    assert _said(list_offset(client, START_MS + 1, topic="u")) == (0, 1, START_MS + 100)


@given(st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=4), max_size=6), st.integers(0, 22))
def test_any_time_finds_the_same_as_reading_all_records(batches: list[list[int]], time: int) -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    for times in batches:
        produce(client, _timed(*times))
    all_times = [one for times in batches for one in times]
    later = [(offset, one) for offset, one in enumerate(all_times) if one >= time]
    expected = (later[0][0], START_MS + later[0][1]) if later else (-1, -1)
    assert _said(list_offset(client, START_MS + time))[1:] == expected
    largest = max(all_times, default=None)
    expected = (-1, -1) if largest is None else (all_times.index(largest), START_MS + largest)
    assert _said(list_offset(client, MAX_TIMESTAMP))[1:] == expected
