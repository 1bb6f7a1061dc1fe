from __future__ import annotations

import pytest

from nilometer_reference.apis.describe_producers import REPETITIONS_MAX
from nilometer_reference.wire.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    PartitionResponse,
    ProducerState,
    TopicRequest,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, produce


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness, "t", 2)
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def ask(client: Client, *topics: tuple[str, list[int]]) -> dict[str, list[PartitionResponse]]:
    request = DescribeProducersRequest([TopicRequest(*topic) for topic in topics])
    response: DescribeProducersResponse = client.ask(request, 0)
    assert [topic.name for topic in response.topics] == [name for name, _ in topics]
    return {topic.name: topic.partitions for topic in response.topics}


def producers(client: Client, index: int = 0) -> list[ProducerState]:
    (partition,) = ask(client, ("t", [index]))["t"]
    assert (partition.error_code, partition.error_message, partition.partition_index) == (0, None, index)
    return partition.active_producers


def test_a_producer_is_described_by_its_last_batch(harness: Harness, client: Client) -> None:
    produce(client, batch(3, producer_id=7, producer_epoch=2, base_sequence=0))
    harness.advance(50)
    produce(client, batch(2, producer_id=7, producer_epoch=2, base_sequence=3))
    produce(client, batch(1, producer_id=9, producer_epoch=0, base_sequence=0))
    produce(client, batch(1))
    assert sorted(producers(client), key=lambda state: state.producer_id) == [
        ProducerState(7, 2, 4, harness.now_ms, -1, -1),
        ProducerState(9, 0, 0, harness.now_ms, -1, -1),
    ]
    assert producers(client, 1) == []


def test_an_open_transaction_shows_its_first_offset_and_its_end_the_coordinators_epoch(
    harness: Harness, client: Client
) -> None:
    partition = harness.broker.partition("t", 0)
    partition.append(batch(3), harness.now_ms)
    partition.append(batch(2, producer_id=7, producer_epoch=2, base_sequence=0, transactional=True), harness.now_ms)
    assert producers(client) == [ProducerState(7, 2, 1, harness.now_ms, -1, 3)]
    partition.write_marker(
        producer_id=7, producer_epoch=2, coordinator_epoch=5, commit=True, transaction_version=1, now_ms=harness.now_ms
    )
    (state,) = producers(client)
    assert (state.coordinator_epoch, state.current_txn_start_offset) == (5, -1)


def test_what_cannot_be_described_is_refused_by_itself(client: Client) -> None:
    found = ask(client, ("t", [0, 2, -1, 0]), ("gone", [0]), ("a b", [0]), ("", [0]), ("u", []))
    codes = {name: [partition.error_code for partition in partitions] for name, partitions in found.items()}
    assert codes == {"t": [0, 3, 3, 0], "gone": [3], "a b": [17], "": [17], "u": []}


def test_a_log_that_has_failed_is_not_described(harness: Harness, client: Client) -> None:
    harness.stores.stores["t", 0].failing = True
    partition = harness.broker.partition("t", 0)
    partition.append(batch(producer_id=7, producer_epoch=0, base_sequence=0), harness.now_ms)
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    (found,) = ask(client, ("t", [0]))["t"]
    assert (found.error_code, found.active_producers) == (56, [])


def test_a_request_that_repeats_itself_without_end_closes_its_connection_and_no_other(
    harness: Harness, client: Client
) -> None:
    many = [0] * (REPETITIONS_MAX + 1)
    assert len(ask(client, ("t", many))["t"]) == REPETITIONS_MAX + 1
    other = harness.client()
    client.send(DescribeProducersRequest([TopicRequest("t", [*many, 0])]), 0)
    assert client.is_closed
    assert producers(other) == []
