from __future__ import annotations

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.topic_names import CLUSTER_METADATA
from nilometer_reference.wire.messages.delete_topics import (
    DeletableTopicResult,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, fetch_request, make_topic, metadata_request, produce

NAME_VERSIONS = range(1, 6)
UNKNOWN_ID = bytes([1] * 16)


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def by_name(*names: str, timeout_ms: int = 1000) -> DeleteTopicsRequest:
    return DeleteTopicsRequest(topic_names=list(names), timeout_ms=timeout_ms)


def by_state(*states: tuple[str | None, bytes], timeout_ms: int = 1000) -> DeleteTopicsRequest:
    return DeleteTopicsRequest(topics=[DeleteTopicState(*state) for state in states], timeout_ms=timeout_ms)


def ask(client: Client, request: DeleteTopicsRequest, version: int) -> list[tuple[str | None, bytes, int]]:
    response: DeleteTopicsResponse = client.ask(request, version)
    return sorted(((r.name, r.topic_id, r.error_code) for r in response.responses), key=repr)


def names(harness: Harness) -> list[str]:
    return [topic.name for topic in harness.broker.topics.all()]


@pytest.mark.parametrize("version", NAME_VERSIONS)
def test_topics_are_deleted_by_name_each_with_its_own_result(harness: Harness, client: Client, version: int) -> None:
    for name in ("a", "b", "c"):
        make_topic(harness, name)
    response: DeleteTopicsResponse = client.ask(by_name("a", "b", "gone", "b", "", "__cluster_metadata"), version)
    results: dict[str | None, DeletableTopicResult] = {result.name: result for result in response.responses}
    assert {name: result.error_code for name, result in results.items()} == {
        "a": 0,
        "b": 42,
        "gone": 3,
        "": 3,
        "__cluster_metadata": 3,
    }
    assert len(results) == len(response.responses)
    assert (results["b"].error_message is not None) == (version >= 5)
    assert results["a"].error_message is None
    assert names(harness) == ["b", "c"]


def test_topics_are_deleted_by_name_or_id_and_a_result_has_what_is_known(harness: Harness, client: Client) -> None:
    ids = {name: make_topic(harness, name) for name in ("a", "b", "c", "d", "e")}
    asked = [
        ("a", ZERO_UUID),
        (None, ids["b"]),
        (None, UNKNOWN_ID),
        ("gone", ZERO_UUID),
        (None, ZERO_UUID),
        ("c", ids["c"]),
        (None, ids["d"]),
        (None, ids["d"]),
        ("e", ZERO_UUID),
        ("e", ZERO_UUID),
    ]
    assert ask(client, by_state(*asked), 6) == sorted(
        [
            ("a", ids["a"], 0),
            ("b", ids["b"], 0),
            (None, UNKNOWN_ID, 100),
            ("gone", ZERO_UUID, 3),
            (None, ZERO_UUID, 42),
            ("c", ids["c"], 42),
            (None, ids["d"], 42),
            ("e", ZERO_UUID, 42),
        ],
        key=repr,
    )
    assert names(harness) == ["c", "d", "e"]


@pytest.mark.parametrize("times", [1, 2])
def test_a_topic_given_by_name_and_by_id_is_not_deleted(harness: Harness, client: Client, times: int) -> None:
    topic_id = make_topic(harness, "a")
    results = ask(client, by_state(*[(None, topic_id)] * times, ("a", ZERO_UUID)), 6)
    assert ("a", topic_id, 42) in results
    assert {code for _, _, code in results} == {42}
    assert names(harness) == ["a"]


@pytest.mark.parametrize("version", [*NAME_VERSIONS, 6])
def test_nothing_is_deleted_where_that_is_switched_off(version: int) -> None:
    harness = Harness(BrokerConfig(delete_topic_enable=False))
    make_topic(harness, "a")
    request = by_name("a", "gone") if version < 6 else by_state(("a", ZERO_UUID), (None, UNKNOWN_ID))
    results = ask(harness.client(), request, version)
    assert [code for _, _, code in results] == [42 if version < 3 else 73] * 2
    assert names(harness) == ["a"]


@pytest.mark.parametrize("version", [*NAME_VERSIONS, 6])
@pytest.mark.parametrize("timeout_ms", [0, -1])
def test_a_timeout_that_is_over_does_nothing(harness: Harness, client: Client, version: int, timeout_ms: int) -> None:
    topic_id = make_topic(harness, "a")
    if version < 6:
        assert ask(client, by_name("a", timeout_ms=timeout_ms), version) == [("a", ZERO_UUID, 7)]
    else:
        assert ask(client, by_state((None, topic_id), timeout_ms=timeout_ms), 6) == [(None, topic_id, 7)]
    assert names(harness) == ["a"]
    ask(client, by_name("a", timeout_ms=1) if version < 6 else by_state(("a", ZERO_UUID), timeout_ms=1), version)
    assert names(harness) == []


@pytest.mark.parametrize("version", [*NAME_VERSIONS, 6])
def test_no_topics_are_no_results(client: Client, version: int) -> None:
    assert ask(client, DeleteTopicsRequest(timeout_ms=1000), version) == []


def test_a_fetch_that_waits_on_the_topic_is_answered(harness: Harness, client: Client) -> None:
    make_topic(harness, "t")
    waiting = harness.client()
    waiting.send(fetch_request(("t", 0, 0), max_wait_ms=60_000), 12)
    assert not waiting.has_answer
    client.ask(by_name("t"), 5)
    (partition,) = waiting.answer().responses[0].partitions
    assert partition.error_code in {3, 6}


def test_a_new_topic_of_the_name_has_a_new_id_and_inherits_no_records(harness: Harness, client: Client) -> None:
    old = make_topic(harness, "t", retention_ms="5")
    produce(client, batch(3))
    client.ask(by_name("t"), 5)
    assert produce(client, batch()).error_code == 3
    new = make_topic(harness, "t")
    assert new != old
    assert fetch(client, 0).high_watermark == 0
    assert client.ask(metadata_request(old), 12).topics[0].error_code == 100


def test_an_answered_deletion_survives_a_loss_of_power(harness: Harness, client: Client) -> None:
    make_topic(harness, "t")
    produce(client, batch())
    client.ask(by_name("t"), 5)
    harness.crash()
    harness.restart()
    assert names(harness) == []


@pytest.mark.parametrize("version", NAME_VERSIONS)
def test_an_unknown_name_does_not_keep_the_next_one_from_being_deleted(
    harness: Harness, client: Client, version: int
) -> None:
    make_topic(harness, "a")
    assert ask(client, by_name("gone", "a"), version) == [("a", ZERO_UUID, 0), ("gone", ZERO_UUID, 3)]
    assert names(harness) == []


def test_what_cannot_be_recorded_is_not_deleted(harness: Harness, client: Client) -> None:
    topic_id = make_topic(harness, "t")
    produce(client, batch())
    harness.stores.stores[CLUSTER_METADATA, 0].failing = True
    client.send(by_name("t"), 5)
    assert client.is_closed  # the outcome is left open
    assert ask(harness.client(), by_state(("t", ZERO_UUID)), 6) == [("t", topic_id, 56)]  # the log takes no more
    assert fetch(harness.client(), 0).high_watermark == 1
