from __future__ import annotations

import pytest

from nilometer_reference.broker.topics import RECORDS_MAX
from nilometer_reference.wire.messages.create_partitions import (
    CreatePartitionsAssignment,
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, make_topic, offsets_of, produce

VERSIONS = range(4)


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness, "t", 2)
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def more(name: str, count: int, assigned: list[list[int]] | None = None) -> CreatePartitionsTopic:
    assignments = None if assigned is None else [CreatePartitionsAssignment(brokers) for brokers in assigned]
    return CreatePartitionsTopic(name, count, assignments)


def ask(
    client: Client,
    *topics: CreatePartitionsTopic,
    version: int = 3,
    validate_only: bool = False,
    timeout_ms: int = 1000,
) -> dict[str, int]:
    request = CreatePartitionsRequest(list(topics), timeout_ms, validate_only)
    response: CreatePartitionsResponse = client.ask(request, version)
    results = {result.name: result for result in response.results}
    assert len(results) == len(response.results), "a topic was answered twice"
    assert all((result.error_message is None) == (result.error_code == 0) for result in results.values())
    return {name: result.error_code for name, result in results.items()}


def count(harness: Harness, name: str = "t") -> int:
    topic = harness.broker.topics.get(name)
    assert topic is not None
    return len(topic.partitions)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_requested_topic_is_answered_and_has_its_new_partitions(
    harness: Harness, client: Client, version: int
) -> None:
    make_topic(harness, "u")
    produce(client, batch(2))
    assert ask(client, more("t", 4), more("u", 2), more("gone", 2), version=version) == {"t": 0, "u": 0, "gone": 3}
    assert (count(harness), count(harness, "u")) == (4, 2)
    assert offsets_of(fetch(client, 0)) == [0, 1]
    assert produce(client, batch(), index=3).base_offset == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_validation_answers_as_the_change_would_and_changes_nothing(
    harness: Harness, client: Client, version: int
) -> None:
    asked = (more("t", 4), more("gone", 2))
    assert ask(client, *asked, version=version, validate_only=True) == {"t": 0, "gone": 3}
    assert count(harness) == 2


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (more("", 3), 3),
        (more("t", 2), 37),
        (more("t", 1), 37),
        (more("t", 0), 37),
        (more("t", -1), 37),
        (more("t", RECORDS_MAX + 3), 44),
        (more("t", 3, []), 39),
        (more("t", 4, [[1]]), 39),
        (more("t", 3, [[1], [1]]), 39),
        (more("t", 4, [[1], [2]]), 39),
        (more("t", 4, [[1], []]), 39),
        (more("t", 3, [[1, 1]]), 39),
        (more("t", 1, [[2]]), 37),  # two rules broken
        (more("t", 2, []), 37),
    ],
)
def test_what_is_no_increase_or_not_possible_is_refused_with_its_code(
    harness: Harness, client: Client, asked: CreatePartitionsTopic, code: int
) -> None:
    for validate_only in (True, False):
        assert ask(client, asked, validate_only=validate_only) == {asked.name: code}
    assert count(harness) == 2


def test_replicas_may_be_given_for_each_new_partition(harness: Harness, client: Client) -> None:
    assert ask(client, more("t", 4, [[1], [1]])) == {"t": 0}
    assert count(harness) == 4


def test_a_topic_given_twice_is_answered_once_and_stays_as_it_is(harness: Harness, client: Client) -> None:
    make_topic(harness, "u")
    assert ask(client, more("t", 3), more("u", 2), more("t", 4)) == {"t": 42, "u": 0}
    assert count(harness) == 2


@pytest.mark.parametrize("timeout_ms", [0, -1])
def test_a_timeout_that_is_over_does_nothing(harness: Harness, client: Client, timeout_ms: int) -> None:
    assert ask(client, more("t", 3), more("gone", 3), timeout_ms=timeout_ms) == {"t": 7, "gone": 7}
    assert count(harness) == 2
    assert ask(client, more("t", 3), timeout_ms=1) == {"t": 0}


def test_no_topics_are_no_results(client: Client) -> None:
    assert ask(client) == {}


def test_answered_partitions_survive_a_loss_of_power(harness: Harness, client: Client) -> None:
    ask(client, more("t", 5))
    harness.crash()
    harness.restart()
    assert count(harness) == 5
