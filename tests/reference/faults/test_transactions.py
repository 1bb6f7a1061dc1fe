"""What transactional clients see of each fault."""

import pytest

from nilometer_reference.wire.messages import InitProducerIdRequest
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, make_topic, offsets_of, produce


@pytest.fixture
def client() -> Client:
    harness = Harness()
    make_topic(harness)
    return harness.client()


def begin(client: Client) -> tuple[int, int]:
    answer = client.ask(InitProducerIdRequest("id", 60_000), 4)
    assert answer.error_code == 0
    return answer.producer_id, answer.producer_epoch


def write(client: Client, identity: tuple[int, int], sequence: int = 0, version: int = 12) -> int:
    records = batch(
        producer_id=identity[0], producer_epoch=identity[1], base_sequence=sequence, transactional=True
    )  # fmt: skip
    return produce(client, records, version=version, transactional_id="id").error_code


def marker(client: Client, identity: tuple[int, int], *, commit: bool) -> None:
    client._harness.broker.partition("t", 0).write_marker(
        producer_id=identity[0], producer_epoch=identity[1], coordinator_epoch=0, commit=commit,
        transaction_version=1, now_ms=client._harness.now_ms,
    )  # fmt: skip


def test_b036_a_batch_of_no_transaction_opens_one(switched_on, client: Client) -> None:
    identity = begin(client)
    assert write(client, identity, version=9) == 48
    fault = switched_on("B036")
    assert write(client, identity, version=9) == 0
    assert fault.fired == 1


def test_b046_readers_see_the_first_batch_of_an_open_transaction(switched_on, client: Client) -> None:
    identity = begin(client)
    assert write(client, identity) == 0
    assert offsets_of(fetch(client, 0, isolation_level=1)) == []
    fault = switched_on("B046")
    seen = fetch(client, 0, isolation_level=1)
    assert (offsets_of(seen), seen.last_stable_offset) == ([0], 0)
    assert fault.fired == 1


def test_b051_any_time_out_is_taken(switched_on, client: Client) -> None:
    assert client.ask(InitProducerIdRequest("id", 2**31 - 1), 4).error_code == 50
    fault = switched_on("B051")
    assert client.ask(InitProducerIdRequest("id", 2**31 - 1), 4).error_code == 0
    assert fault.fired == 1


def test_b052_an_aborted_transaction_is_not_listed(switched_on, client: Client) -> None:
    identity = begin(client)
    assert write(client, identity) == 0
    marker(client, identity, commit=False)
    assert [one.producer_id for one in fetch(client, 0, isolation_level=1).aborted_transactions] == [identity[0]]
    fault = switched_on("B052")
    assert fetch(client, 0, isolation_level=1).aborted_transactions == []
    assert fault.fired == 1
