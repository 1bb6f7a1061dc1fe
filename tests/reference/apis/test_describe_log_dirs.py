from __future__ import annotations

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.messages.describe_log_dirs import (
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, produce, produce_request

VERSIONS = range(1, 6)


@pytest.fixture
def harness() -> Harness:
    harness = Harness(BrokerConfig(log_dir="/logs"))
    make_topic(harness, "t", 2)
    make_topic(harness, "u")
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def sizes(client: Client, wanted: list[tuple[str, list[int]]] | None, version: int = 5) -> dict[str, dict[int, int]]:
    topics = None if wanted is None else [DescribableLogDirTopic(name, indexes) for name, indexes in wanted]
    response: DescribeLogDirsResponse = client.ask(DescribeLogDirsRequest(topics), version)
    assert response.error_code == 0
    (directory,) = response.results
    assert (directory.error_code, directory.log_dir, directory.is_cordoned) == (0, "/logs", False)
    assert (directory.total_bytes, directory.usable_bytes) == (-1, -1)
    for topic in directory.topics:
        assert all((p.offset_lag, p.is_future_key) == (0, False) for p in topic.partitions)
    return {topic.name: {p.partition_index: p.partition_size for p in topic.partitions} for topic in directory.topics}


@pytest.mark.parametrize("version", VERSIONS)
def test_null_asks_for_all_partitions_and_an_empty_list_for_none(client: Client, version: int) -> None:
    assert sizes(client, None, version) == {"t": {0: 0, 1: 0}, "u": {0: 0}}
    assert sizes(client, [], version) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_asked_for_and_there_is_told(client: Client, version: int) -> None:
    wanted = [("t", [1, 7, 1]), ("gone", [0]), ("u", [])]
    assert sizes(client, wanted, version) == {"t": {1: 0}}


def test_a_partition_has_the_bytes_of_its_batches(client: Client) -> None:
    small, large = batch(1), batch(50)
    produce(client, small)
    produce(client, large)
    produce(client, small, index=1)
    assert sizes(client, None) == {"t": {0: len(small) + len(large), 1: len(small)}, "u": {0: 0}}


def test_a_partition_whose_log_has_failed_is_left_out(harness: Harness, client: Client) -> None:
    harness.stores.stores["t", 1].failing = True
    harness.client().send(produce_request(("t", 1, batch())), 9)
    assert sizes(client, None) == {"t": {0: 0}, "u": {0: 0}}


def test_the_metadata_log_is_nobodys_topic(client: Client) -> None:
    assert sizes(client, [("__cluster_metadata", [0])]) == {}
