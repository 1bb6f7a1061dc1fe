"""What Produce and Fetch answer with each fault."""

import pytest

from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, make_topic, offsets_of, produce


def client_of(**configs: str) -> Client:
    harness = Harness()
    make_topic(harness, "t", 1, **configs)
    return harness.client()


def test_b056_some_acknowledgements_say_offset_0(switched_on) -> None:
    fault = switched_on("B056")
    client = client_of()
    offsets = [produce(client, batch()).base_offset for _ in range(10)]
    assert offsets.count(0) == 3
    assert fault.fired == 2


def test_b057_readers_jump_over_a_batch(switched_on) -> None:
    fault = switched_on("B057")
    client = client_of()
    for _ in range(6):
        produce(client, batch())
    assert offsets_of(fetch(client, 3)) == [4, 5]
    assert fault.fired == 1


def test_b058_a_fetch_inside_a_batch_skips_it(switched_on) -> None:
    client = client_of()
    for _ in range(2):
        produce(client, batch(3))
    assert offsets_of(fetch(client, 1)) == [0, 1, 2, 3, 4, 5]
    fault = switched_on("B058")
    assert offsets_of(fetch(client, 1)) == [3, 4, 5]
    assert fault.fired == 1


@pytest.mark.parametrize("id", ["B074", "B098"])
def test_a_batch_that_must_be_refused_is_stored(switched_on, id: str) -> None:
    configs = {"cleanup_policy": "compact"} if id == "B074" else {"max_message_bytes": "60"}
    client = client_of(**configs)
    assert produce(client, batch()).error_code in (10, 87)
    fault = switched_on(id)
    assert produce(client, batch()).error_code == 0
    assert fault.fired == 1
