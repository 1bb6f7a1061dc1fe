from __future__ import annotations

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.config_keys import ConfigSource
from nilometer_reference.broker.topic_configs import TOPIC_CONFIGS
from nilometer_reference.broker.topic_names import CLUSTER_METADATA, CONSUMER_OFFSETS
from nilometer_reference.broker.topics import PARTITIONS_MAX
from nilometer_reference.wire.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch, metadata_request, produce

VERSIONS = range(2, 8)


@pytest.fixture
def harness() -> Harness:
    return Harness(BrokerConfig(num_partitions=3))


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def topic(
    name: str,
    partitions: int = 1,
    replicas: int = 1,
    assigned: list[tuple[int, list[int]]] | None = None,
    **configs: str | None,
) -> CreatableTopic:
    """Settings with `_` for `.`."""
    return CreatableTopic(
        name=name,
        num_partitions=partitions,
        replication_factor=replicas,
        assignments=[CreatableReplicaAssignment(index, brokers) for index, brokers in assigned or ()],
        configs=[CreatableTopicConfig(key.replace("_", "."), value) for key, value in configs.items()],
    )


def create(
    client: Client, *topics: CreatableTopic, version: int = 7, validate_only: bool = False, timeout_ms: int = 1000
) -> dict[str, CreatableTopicResult]:
    request = CreateTopicsRequest(topics=list(topics), validate_only=validate_only, timeout_ms=timeout_ms)
    response: CreateTopicsResponse = client.ask(request, version)
    results = {result.name: result for result in response.topics}
    assert len(results) == len(response.topics), "a topic was answered twice"
    return results


def codes(results: dict[str, CreatableTopicResult]) -> dict[str, int]:
    return {name: result.error_code for name, result in results.items()}


def names(harness: Harness) -> list[str]:
    return [topic.name for topic in harness.broker.topics.all()]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_created_topic_is_described_as_far_as_its_version_goes_and_takes_records(
    client: Client, version: int
) -> None:
    result = create(client, topic("t", 2, cleanup_policy="compact, delete"), version=version)["t"]
    assert (result.error_code, result.error_message) == (0, None)
    assert (result.num_partitions, result.replication_factor) == ((2, 1) if version >= 5 else (-1, -1))
    assert result.topic_config_error_code == 0
    (described,) = client.ask(metadata_request("t"), 12).topics
    assert result.topic_id == (described.topic_id if version >= 7 else ZERO_UUID)
    assert len(described.partitions) == 2
    assert produce(client, batch(key=b"k"), index=1).base_offset == 0
    assert fetch(client, 0, index=1).high_watermark == 1
    if version >= 5:
        assert result.configs is not None
        configs = {config.name: config for config in result.configs}
        assert list(configs) == list(TOPIC_CONFIGS)
        policy, other = configs["cleanup.policy"], configs["retention.ms"]
        assert (policy.value, policy.config_source) == ("compact, delete", ConfigSource.TOPIC_CONFIG)
        assert (other.value, other.config_source) == ("604800000", ConfigSource.DEFAULT_CONFIG)
        assert not any(config.read_only or config.is_sensitive for config in configs.values())


@pytest.mark.parametrize("version", VERSIONS)
def test_each_topic_has_its_own_result(harness: Harness, client: Client, version: int) -> None:
    results = create(client, topic("good"), topic("bad name"), topic("bad.config", no_such="1"), version=version)
    assert codes(results) == {"good": 0, "bad name": 17, "bad.config": 40}
    assert results["bad name"].error_message
    assert (results["bad name"].num_partitions, results["bad name"].topic_id) == (-1, ZERO_UUID)
    assert names(harness) == ["good"]


@pytest.mark.parametrize("version", VERSIONS)
def test_validation_answers_as_the_creation_would_and_creates_nothing(
    harness: Harness, client: Client, version: int
) -> None:
    results = create(client, topic("t", 4), topic(""), version=version, validate_only=True)
    assert codes(results) == {"t": 0, "": 17}
    assert results["t"].num_partitions == (4 if version >= 5 else -1)
    assert names(harness) == []


def test_minus_one_is_the_brokers_default(client: Client) -> None:
    result = create(client, topic("t", -1, -1))["t"]
    assert (result.num_partitions, result.replication_factor) == (3, 1)


def test_lists_of_replicas_say_how_many_partitions_there_are(client: Client) -> None:
    result = create(client, topic("t", -1, -1, [(1, [1]), (0, [1])]))["t"]
    assert (result.error_code, result.num_partitions, result.replication_factor) == (0, 2, 1)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        # one rule broken
        (topic("old"), 36),
        (topic(""), 17),
        (topic(".."), 17),
        (topic("x" * 250), 17),
        (topic("x_y"), 17),
        (topic(CLUSTER_METADATA), 42),
        (topic("t", retention_ms="soon"), 40),
        (topic("t", retention_ms=None), 40),
        (topic("t", 1, -1, [(0, [1])]), 42),
        (topic("t", -1, 1, [(0, [1])]), 42),
        (topic("t", -1, -1, [(1, [1])]), 39),
        (topic("t", -1, -1, [(0, [1]), (0, [1])]), 39),
        (topic("t", -1, -1, [(0, [1, 1])]), 39),
        (topic("t", -1, -1, [(0, [2])]), 39),
        (topic("t", -1, -1, [(0, [])]), 39),
        (topic("t", 1, 0), 38),
        (topic("t", 1, -2), 38),
        (topic("t", 1, 2), 38),
        (topic("t", 0), 37),
        (topic("t", -2), 37),
        # two rules broken: the order, as measured on Apache Kafka 4.3.1
        (topic("old", 0, no_such="1"), 36),
        (topic("x.y", retention_ms=None), 36),
        (topic("", retention_ms=None), 17),
        (topic("x_y", no_such="1"), 17),
        (topic("t", 0, 0, no_such="1"), 40),
        (topic("t", 0, 1, retention_ms=None), 40),
        (topic("t", 1, 1, [(0, [9])]), 42),
        (topic("t", 0, 0), 38),
        (topic("t", 0, 2), 37),
    ],
)
def test_a_topic_that_may_not_be_is_refused_with_its_code_and_not_created(
    harness: Harness, client: Client, asked: CreatableTopic, code: int
) -> None:
    create(client, topic("old"), topic("x.y"))
    before = names(harness)
    for validate_only in (True, False):
        (result,) = create(client, asked, validate_only=validate_only).values()
        assert result.error_code == code
        assert result.error_message
    assert names(harness) == before


def test_a_name_given_twice_is_answered_once_and_not_created(harness: Harness, client: Client) -> None:
    results = create(client, topic("d"), topic("t"), topic("d", 2), topic("d"))
    assert codes(results) == {"d": 42, "t": 0}
    assert names(harness) == ["t"]


def test_topics_are_judged_by_what_there_was_before_the_request(client: Client) -> None:
    assert codes(create(client, topic("a.b"), topic("a_b"))) == {"a.b": 0, "a_b": 0}  # Kafka does the same
    assert codes(create(client, topic("a.b"), topic("a_b"))) == {"a.b": 36, "a_b": 36}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # Measured on Apache Kafka 4.3.1: topics, partitions and settings count, of all topics that may be.
        ([topic("a", 9_999)], {"a": 0}),
        ([topic("a", 9_999, retention_ms="5")], {"a": 44}),
        ([topic("a", 9_998, retention_ms="5")], {"a": 0}),
        ([topic("a", 10_000)], {"a": 44}),
        ([topic("a", 9_998), topic("b", 1)], {"a": 44, "b": 44}),
        ([topic("a", 9_997), topic("b", 1)], {"a": 0, "b": 0}),
        ([topic("a", 9_000), topic("", 900), topic("b", 90)], {"a": 0, "": 17, "b": 0}),
        ([topic("a", 9_998), topic("", 2), topic("", 1)], {"a": 0, "": 42}),
        # What is asked for counts first, whether it may be or not.
        ([topic("a"), topic("", PARTITIONS_MAX)], {"a": 44, "": 44}),
        ([topic("a"), topic("", PARTITIONS_MAX - 1)], {"a": 0, "": 17}),
        ([topic("a", -1), topic("", PARTITIONS_MAX - 2)], {"a": 44, "": 44}),
        ([topic("a", -1, -1, [(0, [1]), (1, [1])]), topic("", PARTITIONS_MAX - 1)], {"a": 44, "": 44}),
    ],
)
def test_a_request_for_too_much_is_refused_whole(
    harness: Harness, client: Client, asked: list[CreatableTopic], expected: dict[str, int]
) -> None:
    assert codes(create(client, *asked, validate_only=True)) == expected
    assert names(harness) == []


def test_a_refused_whole_is_told_of_every_topic_as_often_as_it_stands_there(client: Client) -> None:
    request = CreateTopicsRequest([topic("a", 10_000), topic("d"), topic("d")], timeout_ms=1000)
    answers = [(result.name, result.error_code) for result in client.ask(request, 7).topics]
    assert answers == [("a", 44), ("d", 44), ("d", 44)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("timeout_ms", [0, -1])
def test_a_timeout_that_is_over_does_nothing(harness: Harness, client: Client, version: int, timeout_ms: int) -> None:
    results = create(client, topic("t"), topic(""), version=version, timeout_ms=timeout_ms)
    assert codes(results) == {"t": 7, "": 7}
    assert names(harness) == []
    assert codes(create(client, topic("t"), version=version, timeout_ms=1)) == {"t": 0}


def test_no_topics_are_no_results(client: Client) -> None:
    assert create(client) == {}


def test_the_last_of_two_values_for_one_setting_counts(harness: Harness, client: Client) -> None:
    twice = topic("t")
    twice.configs = [CreatableTopicConfig("retention.ms", "5"), CreatableTopicConfig("retention.ms", "7")]
    assert codes(create(client, twice)) == {"t": 0}
    created = harness.broker.topics.get("t")
    assert created is not None
    assert created.configs == {"retention.ms": "7"}


def test_internal_topics_may_be_created_by_hand(harness: Harness, client: Client) -> None:
    assert codes(create(client, topic(CONSUMER_OFFSETS, 2))) == {CONSUMER_OFFSETS: 0}
    created = harness.broker.topics.get(CONSUMER_OFFSETS)
    assert created is not None
    assert created.is_internal


def test_ids_are_never_given_twice_nor_zero(client: Client) -> None:
    ids = {create(client, topic(f"t{number}"))[f"t{number}"].topic_id for number in range(20)}
    assert len(ids) == 20
    assert ZERO_UUID not in ids


def test_what_cannot_be_recorded_is_not_created_and_the_outcome_is_left_open(harness: Harness, client: Client) -> None:
    harness.stores.stores[CLUSTER_METADATA, 0].failing = True
    client.send(CreateTopicsRequest([topic("t")], 1000), 7)
    assert client.is_closed
    assert not client.has_answer
    assert names(harness) == []
    assert codes(create(harness.client(), topic("u"))) == {"u": 56}  # the log takes no more


def test_an_answered_topic_survives_a_loss_of_power(harness: Harness, client: Client) -> None:
    topic_id = create(client, topic("t", 2))["t"].topic_id
    harness.crash()
    harness.restart()
    (described,) = harness.client().ask(metadata_request("t"), 12).topics
    assert (described.error_code, described.topic_id, len(described.partitions)) == (0, topic_id, 2)
