"""The API; every refusal stands in `broker/test_config_resources.py`."""

from __future__ import annotations

import pytest

from nilometer_reference.wire.messages.alter_configs import (
    AlterableConfig,
    AlterConfigsRequest,
    AlterConfigsResource,
    AlterConfigsResponse,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import make_topic

VERSIONS = range(3)
TOPIC, BROKER, LOGGER = 2, 4, 8


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness, "t", retention_ms="5", segment_ms="6")
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def ask(
    client: Client,
    *resources: tuple[int, str, list[tuple[str, str | None]]],
    version: int = 2,
    validate_only: bool = False,
) -> list[int]:
    request = AlterConfigsRequest(
        [
            AlterConfigsResource(kind, name, [AlterableConfig(*config) for config in configs])
            for kind, name, configs in resources
        ],
        validate_only,
    )
    response: AlterConfigsResponse = client.ask(request, version)
    assert [(r.resource_type, r.resource_name) for r in response.responses] == [(r[0], r[1]) for r in resources]
    assert all((r.error_message is None) == (r.error_code == 0) for r in response.responses)
    return [r.error_code for r in response.responses]


def own(harness: Harness) -> dict[str, str]:
    topic = harness.broker.topics.get("t")
    assert topic is not None
    return dict(topic.configs)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_given_is_all_that_is_left(harness: Harness, client: Client, version: int) -> None:
    assert ask(client, (TOPIC, "t", [("retention.ms", "9"), ("cleanup.policy", "compact")]), version=version) == [0]
    assert own(harness) == {"retention.ms": "9", "cleanup.policy": "compact"}
    assert ask(client, (TOPIC, "t", []), version=version) == [0]
    assert own(harness) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_validation_changes_nothing(harness: Harness, client: Client, version: int) -> None:
    assert ask(client, (TOPIC, "t", []), version=version, validate_only=True) == [0]
    assert own(harness) == {"retention.ms": "5", "segment.ms": "6"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("kind", "name", "configs", "code"),
    [
        (TOPIC, "t", [("retention.ms", None)], 42),
        (TOPIC, "t", [("retention.ms", "1"), ("retention.ms", "2")], 42),
        (TOPIC, "t", [("no.such", "1")], 40),
        (TOPIC, "t", [("retention.ms", "soon")], 40),
        (TOPIC, "gone", [], 3),
        (TOPIC, "a b", [], 17),
        (TOPIC, "", [], 42),
        (BROKER, "2", [], 42),
        (BROKER, "1", [("num.partitions", "2")], 42),
        (BROKER, "1", [("log.retention.ms", "soon")], 42),
        (LOGGER, "1", [], 42),
        (0, "t", [], 42),
    ],
)
def test_what_is_refused_changes_nothing(
    harness: Harness,
    client: Client,
    version: int,
    kind: int,
    name: str,
    configs: list[tuple[str, str | None]],
    code: int,
) -> None:
    assert ask(client, (kind, name, configs), version=version) == [code]
    assert own(harness) == {"retention.ms": "5", "segment.ms": "6"}


def test_a_resource_given_twice_is_refused_both_times(harness: Harness, client: Client) -> None:
    assert ask(client, (TOPIC, "t", []), (BROKER, "", []), (TOPIC, "t", [])) == [42, 0, 42]
    assert own(harness) == {"retention.ms": "5", "segment.ms": "6"}


def test_settings_of_brokers_are_replaced_for_one_or_for_all(harness: Harness, client: Client) -> None:
    dynamic = harness.broker.topics.broker_configs
    assert ask(client, (BROKER, "1", [("log.retention.ms", "8")]), (BROKER, "", [("log.retention.ms", "9")])) == [0, 0]
    assert (dynamic.own_dynamic, dynamic.default_dynamic) == ({"log.retention.ms": "8"}, {"log.retention.ms": "9"})
    assert ask(client, (BROKER, "1", [])) == [0]
    assert (dynamic.own_dynamic, dynamic.default_dynamic) == ({}, {"log.retention.ms": "9"})


def test_answered_settings_survive_a_loss_of_power(harness: Harness, client: Client) -> None:
    ask(client, (TOPIC, "t", [("segment.ms", "9")]))
    harness.crash()
    harness.restart()
    assert own(harness) == {"segment.ms": "9"}
