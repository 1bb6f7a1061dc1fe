from __future__ import annotations

import pytest

from nilometer_reference.wire.messages.elect_leaders import ElectLeadersRequest, ElectLeadersResponse, TopicPartitions
from tests.reference.harness import Client, Harness
from tests.reference.requests import make_topic

VERSIONS = range(3)
PREFERRED, UNCLEAN = 0, 1


@pytest.fixture
def client() -> Client:
    harness = Harness()
    make_topic(harness, "t", 2)
    make_topic(harness, "u")
    return harness.client()


def ask(
    client: Client,
    wanted: list[tuple[str, list[int]]] | None,
    election_type: int = PREFERRED,
    *,
    version: int = 2,
    timeout_ms: int = 1000,
) -> tuple[int, list[tuple[str, list[tuple[int, int]]]]]:
    topics = None if wanted is None else [TopicPartitions(name, indexes) for name, indexes in wanted]
    response: ElectLeadersResponse = client.ask(ElectLeadersRequest(election_type, topics, timeout_ms), version)
    return response.error_code, [
        (result.topic, [(p.partition_id, p.error_code) for p in result.partition_result])
        for result in response.replica_election_results
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("election_type", [PREFERRED, UNCLEAN])
def test_no_election_is_ever_needed(client: Client, version: int, election_type: int) -> None:
    wanted = [("t", [1, 0, 7]), ("gone", [0]), ("u", [])]
    results = [("t", [(1, 84), (0, 84), (7, 3)]), ("gone", [(0, 3)]), ("u", [])]
    assert ask(client, wanted, election_type, version=version) == (0, results)


@pytest.mark.parametrize("version", VERSIONS)
def test_null_asks_for_all_and_leaves_out_what_needs_no_election(client: Client, version: int) -> None:
    assert ask(client, None, version=version) == (0, [("t", []), ("u", [])])


@pytest.mark.parametrize("version", VERSIONS)
def test_an_empty_list_asks_for_none(client: Client, version: int) -> None:
    assert ask(client, [], version=version) == (0, [])


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("election_type", [2, -1])
def test_a_type_that_nobody_knows_spoils_the_request(client: Client, version: int, election_type: int) -> None:
    assert ask(client, [("t", [0, 9])], election_type, version=version) == (42, [("t", [(0, 42), (9, 42)])])
    assert ask(client, None, election_type, version=version) == (42, [])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("timeout_ms", [0, -1])
def test_a_timeout_that_is_over_does_nothing(client: Client, version: int, timeout_ms: int) -> None:
    code = 7 if version >= 1 else 0  # version 0 has no error for all
    assert ask(client, [("t", [0])], version=version, timeout_ms=timeout_ms) == (code, [("t", [(0, 7)])])
    assert ask(client, [("t", [0])], version=version, timeout_ms=1) == (0, [("t", [(0, 84)])])
