"""The API; every refusal stands in `broker/test_config_resources.py`."""

from __future__ import annotations

import pytest

from nilometer_reference.broker.topic_names import CLUSTER_METADATA
from nilometer_reference.wire.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, produce

VERSIONS = range(2)
SET, DELETE, APPEND, SUBTRACT = range(4)
TOPIC, BROKER = 2, 4


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    make_topic(harness, "t", retention_ms="5")
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def ask(
    client: Client,
    *resources: tuple[int, str, list[tuple[str, int, str | None]]],
    version: int = 1,
    validate_only: bool = False,
) -> list[int]:
    request = IncrementalAlterConfigsRequest(
        [
            AlterConfigsResource(kind, name, [AlterableConfig(*change) for change in changes])
            for kind, name, changes in resources
        ],
        validate_only,
    )
    response: IncrementalAlterConfigsResponse = client.ask(request, version)
    assert [(r.resource_type, r.resource_name) for r in response.responses] == [(r[0], r[1]) for r in resources]
    assert all((r.error_message is None) == (r.error_code == 0) for r in response.responses)
    return [r.error_code for r in response.responses]


def own(harness: Harness, name: str = "t") -> dict[str, str]:
    topic = harness.broker.topics.get(name)
    assert topic is not None
    return dict(topic.configs)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_operation_changes_what_it_names(harness: Harness, client: Client, version: int) -> None:
    changes = [("segment.ms", SET, "9"), ("retention.ms", DELETE, None), ("cleanup.policy", APPEND, "compact")]
    assert ask(client, (TOPIC, "t", changes), version=version) == [0]
    assert own(harness) == {"segment.ms": "9", "cleanup.policy": "delete,compact"}
    assert ask(client, (TOPIC, "t", [("cleanup.policy", SUBTRACT, "delete")]), version=version) == [0]
    assert own(harness) == {"segment.ms": "9", "cleanup.policy": "compact"}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_resource_has_its_own_result_in_the_order_of_the_request(
    harness: Harness, client: Client, version: int
) -> None:
    asked = [
        (TOPIC, "gone", [("retention.ms", SET, "6")]),
        (TOPIC, "t", [("retention.ms", SET, "soon"), ("segment.ms", SET, "9")]),
        (BROKER, "1", [("log.segment.bytes", SET, "2000000")]),
        (BROKER, "2", []),
        (7, "t", []),
    ]
    assert ask(client, *asked, version=version) == [3, 40, 0, 42, 42]
    assert own(harness) == {"retention.ms": "5"}
    assert harness.broker.topics.broker_configs.own_dynamic == {"log.segment.bytes": "2000000"}


@pytest.mark.parametrize("version", VERSIONS)
def test_validation_changes_nothing(harness: Harness, client: Client, version: int) -> None:
    asked = [(TOPIC, "t", [("retention.ms", SET, "6")]), (BROKER, "", [("log.retention.ms", SET, "6")])]
    assert ask(client, *asked, version=version, validate_only=True) == [0, 0]
    assert own(harness) == {"retention.ms": "5"}
    assert harness.broker.topics.broker_configs.default_dynamic == {}


def test_no_resources_are_no_results_and_no_changes_are_right(client: Client) -> None:
    assert ask(client) == []
    assert ask(client, (TOPIC, "t", []), (BROKER, "", [])) == [0, 0]


def test_a_smaller_batch_limit_is_in_force_at_once_and_its_removal_too(client: Client) -> None:
    assert ask(client, (TOPIC, "t", [("max.message.bytes", SET, "100")])) == [0]
    assert produce(client, batch(20)).error_code == 10
    assert produce(client, batch(1)).error_code == 0
    assert ask(client, (TOPIC, "t", [("max.message.bytes", DELETE, None)])) == [0]
    assert produce(client, batch(20)).error_code == 0


def test_a_brokers_limit_is_in_force_of_topics_without_one_of_their_own(harness: Harness, client: Client) -> None:
    make_topic(harness, "u", max_message_bytes="2000")
    assert ask(client, (BROKER, "", [("message.max.bytes", SET, "100")])) == [0]
    assert produce(client, batch(20)).error_code == 10
    assert produce(client, batch(20), topic="u").error_code == 0


def test_the_timestamp_type_is_in_force_at_once(client: Client) -> None:
    assert produce(client, batch()).log_append_time_ms == -1
    assert ask(client, (TOPIC, "t", [("message.timestamp.type", SET, "LogAppendTime")])) == [0]
    assert produce(client, batch()).log_append_time_ms > 0


def test_answered_settings_survive_a_loss_of_power(harness: Harness, client: Client) -> None:
    ask(client, (TOPIC, "t", [("segment.ms", SET, "9")]), (BROKER, "", [("log.retention.ms", SET, "6")]))
    harness.crash()
    harness.restart()
    assert own(harness) == {"retention.ms": "5", "segment.ms": "9"}
    assert harness.broker.topics.broker_configs.default_dynamic == {"log.retention.ms": "6"}


def test_what_cannot_be_recorded_is_not_in_force_and_the_outcome_is_left_open(harness: Harness, client: Client) -> None:
    harness.stores.stores[CLUSTER_METADATA, 0].failing = True
    resource = AlterConfigsResource(TOPIC, "t", [AlterableConfig("segment.ms", SET, "9")])
    client.send(IncrementalAlterConfigsRequest([resource]), 1)
    assert client.is_closed
    assert not client.has_answer
    assert own(harness) == {"retention.ms": "5"}
    assert ask(harness.client(), (TOPIC, "t", [("segment.ms", SET, "9")])) == [56]  # the log takes no more
