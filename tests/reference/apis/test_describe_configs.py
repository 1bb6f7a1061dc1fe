from __future__ import annotations

from typing import Any

import pytest

from nilometer_reference.apis.describe_configs import REPETITIONS_MAX
from nilometer_reference.broker.broker_configs import BROKER_CONFIGS, DYNAMIC
from nilometer_reference.broker.config_keys import ConfigSource, ConfigType
from nilometer_reference.broker.topic_configs import TOPIC_CONFIGS
from nilometer_reference.wire.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import make_topic

VERSIONS = range(1, 5)
TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness, "t", cleanup_policy="compact", retention_ms="5")
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def describe(
    client: Client, *resources: tuple[int, str] | tuple[int, str, list[str] | None], version: int = 4, **fields: Any
) -> list[DescribeConfigsResult]:
    asked = [
        DescribeConfigsResource(resource[0], resource[1], resource[2] if len(resource) == 3 else None)
        for resource in resources
    ]
    response: DescribeConfigsResponse = client.ask(DescribeConfigsRequest(asked, **fields), version)
    assert [(r.resource_type, r.resource_name) for r in response.results] == [(r[0], r[1]) for r in resources]
    return response.results


def configs(client: Client, kind: int, name: str, **fields: Any) -> dict[str, DescribeConfigsResourceResult]:
    (result,) = describe(client, (kind, name), **fields)
    assert (result.error_code, result.error_message) == (0, "")
    return {config.name: config for config in result.configs}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_topic_is_described_as_far_as_its_version_goes(client: Client, version: int) -> None:
    found = configs(client, TOPIC, "t", version=version)
    assert list(found) == list(TOPIC_CONFIGS)
    own, default = found["cleanup.policy"], found["segment.ms"]
    assert (own.value, own.config_source) == ("compact", ConfigSource.TOPIC_CONFIG)
    assert (default.value, default.config_source) == ("604800000", ConfigSource.DEFAULT_CONFIG)
    assert own.config_type == (ConfigType.LIST if version >= 3 else 0)
    assert default.config_type == (ConfigType.LONG if version >= 3 else 0)
    assert own.documentation == (None if version >= 3 else "")  # not asked for; not in the answer
    for config in found.values():
        assert not config.read_only
        assert not config.is_sensitive
        assert config.synonyms == []


def test_connect_finds_the_policy_of_its_topics_as_it_insists(client: Client) -> None:
    assert configs(client, TOPIC, "t")["cleanup.policy"].value == "compact"


@pytest.mark.parametrize("version", VERSIONS)
def test_synonyms_come_if_asked_for(client: Client, version: int) -> None:
    found = configs(client, TOPIC, "t", version=version, include_synonyms=True)
    synonyms = {name: [(s.name, s.value, s.source) for s in config.synonyms] for name, config in found.items()}
    assert synonyms["cleanup.policy"] == [("cleanup.policy", "compact", 1), ("log.cleanup.policy", "delete", 5)]
    assert synonyms["retention.ms"] == [("retention.ms", "5", 1)]
    assert synonyms["max.message.bytes"] == [("message.max.bytes", "1048588", 5)]
    assert synonyms["remote.storage.enable"] == []


@pytest.mark.parametrize("version", [3, 4])
def test_documentation_comes_if_asked_for(client: Client, version: int) -> None:
    for kind, name in ((TOPIC, "t"), (BROKER, "1")):
        assert all(
            c.documentation for c in configs(client, kind, name, version=version, include_documentation=True).values()
        )
        assert not any(c.documentation for c in configs(client, kind, name, version=version).values())


@pytest.mark.parametrize("version", VERSIONS)
def test_null_and_no_keys_ask_for_all_and_names_for_themselves(client: Client, version: int) -> None:
    everything = ["segment.ms", "no.such", "retention.ms", "segment.ms"]
    results = describe(client, (TOPIC, "t", None), (TOPIC, "t", []), (TOPIC, "t", everything), version=version)
    found = [[config.name for config in result.configs] for result in results]
    assert found == [list(TOPIC_CONFIGS), list(TOPIC_CONFIGS), ["retention.ms", "segment.ms"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_broker_is_described_with_what_is_fixed_and_what_may_change(client: Client, version: int) -> None:
    found = configs(client, BROKER, "1", version=version)
    assert list(found) == list(BROKER_CONFIGS)
    assert {name for name, config in found.items() if not config.read_only} == DYNAMIC
    assert (found["node.id"].value, found["node.id"].config_source) == ("1", ConfigSource.STATIC_BROKER_CONFIG)
    assert found["log.retention.ms"].value is None


def test_layers_show_in_source_and_synonyms(harness: Harness, client: Client) -> None:
    harness.broker.topics.set_broker_configs("", {"log.retention.ms": "7"}, harness.now_ms)
    harness.broker.topics.set_broker_configs("1", {"log.retention.ms": "8", "a.plugins": "secret"}, harness.now_ms)
    make_topic(harness, "u")
    of_broker = configs(client, BROKER, "1", include_synonyms=True)
    assert (of_broker["log.retention.ms"].value, of_broker["log.retention.ms"].config_source) == ("8", 2)
    assert [(s.value, s.source) for s in of_broker["log.retention.ms"].synonyms] == [("8", 2), ("7", 3), ("168", 5)]
    plugin = of_broker["a.plugins"]
    assert (plugin.value, plugin.is_sensitive, plugin.read_only, plugin.config_type) == (None, True, True, 0)
    assert [synonym.value for synonym in plugin.synonyms] == [None]
    assert (configs(client, TOPIC, "u")["retention.ms"].value, configs(client, TOPIC, "t")["retention.ms"].value) == (
        "8",
        "5",
    )
    of_every_broker = configs(client, BROKER, "")
    assert [(c.name, c.value, c.config_source) for c in of_every_broker.values()] == [("log.retention.ms", "7", 3)]


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        (TOPIC, "gone", 3),
        (TOPIC, "__cluster_metadata", 3),
        (TOPIC, "", 17),
        (TOPIC, "a b", 17),
        (BROKER, "2", 42),
        (BROKER, "one", 42),
        (LOGGER, "2", 42),
        (LOGGER, "", 42),
        (METRICS, "m", 42),
        (GROUP, "g", 42),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_cannot_be_described_is_refused_by_itself(
    client: Client, kind: int, name: str, code: int, version: int
) -> None:
    good, bad = describe(client, (TOPIC, "t"), (kind, name), version=version)
    assert (good.error_code, len(good.configs)) == (0, len(TOPIC_CONFIGS))
    assert (bad.error_code, bad.configs) == (code, [])


@pytest.mark.parametrize("kind", [0, 1, 3, 99, -1])
def test_a_type_that_nobody_knows_spoils_the_request(client: Client, kind: int) -> None:
    results = describe(client, (TOPIC, "t"), (kind, "t"))
    assert [(result.error_code, result.configs) for result in results] == [(42, []), (42, [])]


def test_there_are_no_loggers(client: Client) -> None:
    assert configs(client, LOGGER, "1") == {}


def test_one_resource_may_be_asked_for_twice_and_none_is_no_result(client: Client) -> None:
    first, second = describe(client, (TOPIC, "t"), (TOPIC, "t"))
    assert first == second
    assert describe(client) == []


def test_a_request_that_repeats_itself_without_end_closes_its_connection_and_no_other(
    harness: Harness, client: Client
) -> None:
    repeated = [DescribeConfigsResource(TOPIC, "t")] * REPETITIONS_MAX
    assert len(client.ask(DescribeConfigsRequest(repeated), 4).results) == REPETITIONS_MAX
    other = harness.client()
    client.send(DescribeConfigsRequest([*repeated, *repeated[:2]]), 4)
    assert client.is_closed
    assert configs(other, TOPIC, "t")
