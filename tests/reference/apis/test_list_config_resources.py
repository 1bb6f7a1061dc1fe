import pytest

from nilometer_reference.wire.messages.list_config_resources import (
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import make_topic

TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32


@pytest.fixture
def client() -> Client:
    harness = Harness()
    make_topic(harness, "b")
    make_topic(harness, "a")
    return harness.client()


def ask(client: Client, *types: int, version: int = 1) -> tuple[int, list[tuple[int, str]]]:
    response: ListConfigResourcesResponse = client.ask(ListConfigResourcesRequest(list(types)), version)
    return response.error_code, [(r.resource_type, r.resource_name) for r in response.config_resources]


def test_no_types_ask_for_all(client: Client) -> None:
    assert ask(client) == (0, [(LOGGER, "1"), (BROKER, "1"), (TOPIC, "a"), (TOPIC, "b")])


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([TOPIC], [(TOPIC, "a"), (TOPIC, "b")]),
        ([BROKER], [(BROKER, "1")]),
        ([LOGGER], [(LOGGER, "1")]),
        ([METRICS, GROUP], []),
        ([BROKER, TOPIC, BROKER], [(BROKER, "1"), (TOPIC, "a"), (TOPIC, "b")]),
    ],
)
def test_types_ask_for_themselves(client: Client, types: list[int], expected: list[tuple[int, str]]) -> None:
    assert ask(client, *types) == (0, expected)


@pytest.mark.parametrize("unknown", [0, 1, 3, 64, -1])
def test_a_type_that_nobody_knows_spoils_the_request(client: Client, unknown: int) -> None:
    assert ask(client, TOPIC, unknown) == (35, [])


def test_version_0_asks_for_subscriptions_of_client_metrics_which_there_are_none_of(client: Client) -> None:
    assert ask(client, version=0) == (0, [])
