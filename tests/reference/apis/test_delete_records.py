from __future__ import annotations

import pytest

from nilometer_reference.broker.topic_names import CONSUMER_OFFSETS
from nilometer_reference.wire.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, list_offset, make_topic, offsets_of, produce

VERSIONS = range(3)
EARLIEST = -2


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness, "t", 2)
    client = harness.client()
    for _ in range(5):
        produce(client, batch(2))
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def request(*topics: tuple[str, list[tuple[int, int]]], timeout_ms: int = 1000) -> DeleteRecordsRequest:
    return DeleteRecordsRequest(
        [DeleteRecordsTopic(name, [DeleteRecordsPartition(*pair) for pair in pairs]) for name, pairs in topics],
        timeout_ms,
    )


def delete(client: Client, offset: int, *, topic: str = "t", index: int = 0, version: int = 2) -> tuple[int, int]:
    """Error code and low watermark."""
    response: DeleteRecordsResponse = client.ask(request((topic, [(index, offset)])), version)
    (answered,) = response.topics
    (partition,) = answered.partitions
    assert (answered.name, partition.partition_index) == (topic, index)
    return partition.error_code, partition.low_watermark


@pytest.mark.parametrize("version", VERSIONS)
def test_records_below_the_offset_are_gone_and_the_others_keep_theirs(client: Client, version: int) -> None:
    assert delete(client, 3, version=version) == (0, 3)
    assert list_offset(client, EARLIEST).offset == 3
    assert fetch(client, 2).error_code == 1
    assert [offset for offset in offsets_of(fetch(client, 3)) if offset >= 3] == list(range(3, 10))
    assert fetch(client, 3).log_start_offset == 3


@pytest.mark.parametrize("version", VERSIONS)
def test_minus_one_is_the_high_watermark(client: Client, version: int) -> None:
    assert delete(client, -1, version=version) == (0, 10)
    assert list_offset(client, EARLIEST).offset == 10
    assert produce(client, batch()).base_offset == 10
    assert offsets_of(fetch(client, 10)) == [10]


def test_the_low_watermark_never_goes_down(client: Client) -> None:
    assert delete(client, 4) == (0, 4)
    assert delete(client, 2) == (0, 4)
    assert delete(client, 0) == (0, 4)


@pytest.mark.parametrize(
    ("topic", "index", "offset", "code"),
    [
        ("t", 0, 11, 1),
        ("t", 1, 1, 1),
        ("t", 0, -2, 1),
        ("t", 2, 0, 3),
        ("t", -1, 0, 3),
        ("gone", 0, 0, 3),
        ("compacted", 0, 0, 44),
        ("compacted", 0, 99, 44),
        (CONSUMER_OFFSETS, 0, 0, 17),
        (CONSUMER_OFFSETS, 99, 0, 3),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_cannot_be_deleted_is_refused_with_its_code_and_without_a_low_watermark(
    harness: Harness, client: Client, topic: str, index: int, offset: int, code: int, version: int
) -> None:
    make_topic(harness, "compacted", cleanup_policy="compact")
    harness.broker.topics.ensure_internal(CONSUMER_OFFSETS, harness.now_ms)
    assert delete(client, offset, topic=topic, index=index, version=version) == (code, -1)
    assert list_offset(client, EARLIEST).offset == 0


@pytest.mark.parametrize("policy", ["delete", "compact,delete", ""])
def test_other_policies_allow_it(harness: Harness, client: Client, policy: str) -> None:
    make_topic(harness, "u", cleanup_policy=policy)
    produce(client, batch(key=b"k"), topic="u")
    assert delete(client, 1, topic="u") == (0, 1)


def test_each_partition_has_its_own_result_and_one_given_twice_the_last_offset(client: Client) -> None:
    asked = request(("t", [(0, 2), (1, 5)]), ("gone", [(0, 0)]), ("t", [(0, 4)]), ("empty", []))
    response: DeleteRecordsResponse = client.ask(asked, 2)
    found = {(topic.name, p.partition_index): p for topic in response.topics for p in topic.partitions}
    assert found == {
        ("t", 0): DeleteRecordsPartitionResult(0, 4, 0),
        ("t", 1): DeleteRecordsPartitionResult(1, -1, 1),
        ("gone", 0): DeleteRecordsPartitionResult(0, -1, 3),
    }
    assert [topic.name for topic in response.topics] == ["t", "gone"]


@pytest.mark.parametrize("timeout_ms", [0, -1])
def test_there_is_nothing_that_a_timeout_could_cut_short(client: Client, timeout_ms: int) -> None:
    response: DeleteRecordsResponse = client.ask(request(("t", [(0, 2)]), timeout_ms=timeout_ms), 2)
    assert response.topics[0].partitions[0].low_watermark == 2


def test_records_that_are_gone_stay_so_after_a_loss_of_power(harness: Harness, client: Client) -> None:
    harness.broker.partition("t", 0).log.flush()
    assert delete(client, 7) == (0, 7)
    harness.crash()
    harness.restart()
    assert list_offset(harness.client(), EARLIEST).offset == 7
    assert fetch(harness.client(), 6).error_code == 1


def test_a_broken_disk_is_answered_so(harness: Harness, client: Client) -> None:
    harness.stores.stores["t", 0].failing = True
    assert delete(client, 3) == (56, -1)
