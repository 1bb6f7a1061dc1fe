"""What ListOffsets answers with each fault."""

import pytest

from nilometer_reference.wire.record_encoding import Record, encode_batch
from tests.reference.harness import START_MS, Client, Harness
from tests.reference.requests import list_offset, make_topic, produce


@pytest.fixture
def client() -> Client:
    """One batch with three times, the largest in the middle."""
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    produce(client, encode_batch([Record(timestamp=START_MS + delta, value=b"v") for delta in (0, 20, 10)]))
    return client


@pytest.mark.parametrize(
    ("id", "timestamp", "right", "wrong"),
    [
        ("B063", START_MS, 0, 0),
        ("B065", START_MS + 1, 1, 0),
        ("B066", -3, 1, 2),
    ],
)
def test_a_fault_answers_another_offset(
    switched_on, client: Client, id: str, timestamp: int, right: int, wrong: int
) -> None:
    assert list_offset(client, timestamp).offset == right
    fault = switched_on(id)
    assert list_offset(client, timestamp).offset == wrong
    assert fault.fired == (right != wrong)


def test_b063_answers_the_last_record_that_is_not_later(switched_on) -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    for delta in (0, 10, 10, 20):
        produce(client, encode_batch([Record(timestamp=START_MS + delta, value=b"v")]))
    assert list_offset(client, START_MS + 10).offset == 1
    fault = switched_on("B063")
    assert list_offset(client, START_MS + 10).offset == 2
    assert fault.fired == 1
