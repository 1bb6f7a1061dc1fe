"""What producers see of each fault."""

from typing import Any

import pytest

from nilometer_reference.wire.messages import DeleteRecordsRequest, InitProducerIdRequest
from nilometer_reference.wire.messages.delete_records import DeleteRecordsPartition, DeleteRecordsTopic
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, produce

FAR_FUTURE = 10**15


@pytest.fixture
def client() -> Client:
    harness = Harness()
    make_topic(harness)
    return harness.client()


def send(client: Client, sequence: int, **fields: Any) -> tuple[int, int]:
    answer = produce(client, batch(producer_id=7, producer_epoch=0, base_sequence=sequence, **fields))
    return answer.error_code, answer.base_offset


def test_b027_a_retry_is_appended_again(switched_on, client: Client) -> None:
    fault = switched_on("B027")
    assert [send(client, 0), send(client, 0)] == [(0, 0), (0, 1)]
    assert fault.fired == 1


def test_b028_only_the_last_batch_is_recognised(switched_on, client: Client) -> None:
    fault = switched_on("B028")
    assert [send(client, 0), send(client, 1), send(client, 1), send(client, 0)] == [(0, 0), (0, 1), (0, 1), (45, -1)]
    assert fault.fired == 1


def test_b029_a_retry_is_answered_with_the_end_of_the_log(switched_on, client: Client) -> None:
    fault = switched_on("B029")
    assert [send(client, 0), send(client, 1), send(client, 0)] == [(0, 0), (0, 1), (0, 2)]
    assert fault.fired == 1


def test_b030_the_retry_of_a_refused_batch_is_taken_for_a_duplicate(switched_on, client: Client) -> None:
    fault = switched_on("B030")
    assert send(client, 0, timestamp=FAR_FUTURE)[0] == 32
    assert send(client, 0) == (0, 0)
    assert client._harness.broker.partition("t", 0).log_end_offset == 0, "acknowledged, and not there"
    assert fault.fired == 1


def test_b032_a_producer_goes_with_its_records(switched_on, client: Client) -> None:
    fault = switched_on("B032")
    assert send(client, 0) == (0, 0)
    part = DeleteRecordsPartition(0, -1)
    client.ask(DeleteRecordsRequest([DeleteRecordsTopic("t", [part])], 1000), 2)
    assert send(client, 1) == (59, -1)
    assert fault.fired == 1


def test_b035_two_producers_share_an_id(switched_on, client: Client) -> None:
    switched_on("B035")
    ids = [client.ask(InitProducerIdRequest(), 4).producer_id for _ in range(8)]
    assert len(set(ids)) < len(ids)


def test_without_a_fault_none_of_this_happens(client: Client) -> None:
    assert [send(client, 0), send(client, 1), send(client, 0), send(client, 1)] == [(0, 0), (0, 1), (0, 0), (0, 1)]
