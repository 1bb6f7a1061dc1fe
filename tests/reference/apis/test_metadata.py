import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.messages.metadata import MetadataRequest, MetadataRequestTopic, MetadataResponse
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, metadata_request, produce

VERSIONS = range(14)


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def _names(response: MetadataResponse) -> list[str | None]:
    return [topic.name for topic in response.topics]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_topic_is_described_as_far_as_its_version_goes(harness: Harness, client: Client, version: int) -> None:
    topic_id = make_topic(harness, "t", 2)
    response: MetadataResponse = client.ask(metadata_request("t"), version)
    (topic,) = response.topics
    assert (topic.error_code, topic.name, topic.is_internal) == (0, "t", False)
    assert topic.topic_id == (topic_id if version >= 10 else ZERO_UUID)
    assert [partition.partition_index for partition in topic.partitions] == [0, 1]
    for partition in topic.partitions:
        assert (partition.error_code, partition.leader_id) == (0, 1)
        assert (partition.replica_nodes, partition.isr_nodes, partition.offline_replicas) == ([1], [1], [])
        assert partition.leader_epoch == (0 if version >= 7 else -1)
    (broker,) = response.brokers
    assert (broker.node_id, broker.host, broker.port) == (1, "127.0.0.1", 9092)
    assert response.cluster_id == ("nilometer-reference-00" if version >= 2 else None)
    assert response.controller_id == (1 if version >= 1 else -1)
    assert response.error_code == 0


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_a_null_list_asks_for_all_topics_and_an_empty_one_for_none(
    harness: Harness, client: Client, version: int
) -> None:
    make_topic(harness, "b")
    make_topic(harness, "a")
    assert _names(client.ask(MetadataRequest(topics=None), version)) == ["a", "b"]
    assert _names(client.ask(MetadataRequest(topics=[]), version)) == []


def test_in_version_0_an_empty_list_asks_for_all_topics(harness: Harness, client: Client) -> None:
    make_topic(harness, "a")
    assert _names(client.ask(MetadataRequest(topics=[]), 0)) == ["a"]


def test_the_broker_says_where_clients_reach_it() -> None:
    config = BrokerConfig(node_id=7, advertised_host="broker.example", advertised_port=1234, rack="r1")
    response = Harness(config).client().ask(metadata_request(), 12)
    (broker,) = response.brokers
    assert (broker.node_id, broker.host, broker.port, broker.rack) == (7, "broker.example", 1234, "r1")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_topic_is_created_and_still_unknown_to_who_asked_first(client: Client, version: int) -> None:
    first = client.ask(metadata_request("new"), version)
    assert [(topic.error_code, topic.name, topic.topic_id) for topic in first.topics] == [(3, "new", ZERO_UUID)]
    (topic,) = client.ask(metadata_request("new"), version).topics
    assert topic.error_code == 0
    assert len(topic.partitions) == 1


def test_new_topics_have_as_many_partitions_as_the_broker_gives_them() -> None:
    client = Harness(BrokerConfig(num_partitions=3)).client()
    client.ask(metadata_request("new"), 12)
    assert len(client.ask(metadata_request("new"), 12).topics[0].partitions) == 3


@pytest.mark.parametrize("version", VERSIONS[4:])
def test_nothing_is_created_when_the_client_does_not_allow_it(client: Client, version: int) -> None:
    for _ in range(2):
        (topic,) = client.ask(metadata_request("new", allow_auto_topic_creation=False), version).topics
        assert topic.error_code == 3


@pytest.mark.parametrize("version", [0, 3, 4, 13])
def test_nothing_is_created_when_the_broker_does_not_allow_it(version: int) -> None:
    client = Harness(BrokerConfig(auto_create_topics_enable=False)).client()
    for _ in range(2):
        assert client.ask(metadata_request("new"), version).topics[0].error_code == 3


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "ä", "x" * 250])
@pytest.mark.parametrize("may_create", [True, False])
def test_a_name_that_no_topic_can_have_is_told_so(client: Client, name: str, may_create: bool) -> None:
    (topic,) = client.ask(metadata_request(name, allow_auto_topic_creation=may_create), 12).topics
    assert (topic.error_code, topic.name) == (17, name)


def test_a_name_that_clashes_with_a_topic_stays_unknown(harness: Harness, client: Client) -> None:
    make_topic(harness, "a.b")
    for _ in range(2):
        assert client.ask(metadata_request("a_b"), 12).topics[0].error_code == 3


def test_the_log_of_the_cluster_is_no_topic(client: Client) -> None:
    assert _names(client.ask(MetadataRequest(topics=None), 12)) == []
    for _ in range(2):
        assert client.ask(metadata_request("__cluster_metadata"), 12).topics[0].error_code == 3


@pytest.mark.parametrize("name", ["__consumer_offsets", "__transaction_state"])
def test_an_internal_topic_is_created_with_its_own_settings(harness: Harness, client: Client, name: str) -> None:
    assert client.ask(metadata_request(name), 12).topics[0].is_internal
    (topic,) = client.ask(metadata_request(name), 12).topics
    assert topic.is_internal
    assert len(topic.partitions) == 4
    created = harness.broker.topics.get(name)
    assert created is not None
    assert created.configs["cleanup.policy"] == "compact"


def test_a_topic_that_is_named_twice_is_answered_once(harness: Harness, client: Client) -> None:
    make_topic(harness, "a")
    assert _names(client.ask(metadata_request("a", "a"), 12)) == ["a"]


@pytest.mark.parametrize("version", [12, 13])
def test_topics_are_found_by_id(harness: Harness, client: Client, version: int) -> None:
    topic_id, unknown = make_topic(harness, "a"), b"\x01" * 16
    found, missing = client.ask(metadata_request(topic_id, unknown), version).topics
    assert (found.error_code, found.name, found.topic_id) == (0, "a", topic_id)
    assert (missing.error_code, missing.name, missing.topic_id) == (100, None, unknown)


def test_beside_ids_names_are_passed_over(harness: Harness, client: Client) -> None:
    topic_id = make_topic(harness, "a")
    make_topic(harness, "b")
    assert _names(client.ask(metadata_request(topic_id, "b"), 12)) == ["a"]


@pytest.mark.parametrize("version", [10, 11])
@pytest.mark.parametrize("topic", [MetadataRequestTopic(b"\x01" * 16, "a"), MetadataRequestTopic(ZERO_UUID, None)])
def test_ids_and_null_names_are_refused_before_version_12(
    client: Client, topic: MetadataRequestTopic, version: int
) -> None:
    response = client.ask(MetadataRequest(topics=[topic]), version)
    (answer,) = response.topics
    assert (answer.error_code, answer.name) == (42, topic.name or "")
    assert (response.brokers, response.controller_id) == ([], -1)


def test_a_topic_without_name_and_id_is_refused(client: Client) -> None:
    assert client.ask(MetadataRequest(topics=[MetadataRequestTopic(ZERO_UUID, None)]), 12).topics[0].error_code == 42


@pytest.mark.parametrize("version", VERSIONS[8:])
def test_what_a_client_may_do_is_said_only_to_who_asks(harness: Harness, client: Client, version: int) -> None:
    make_topic(harness, "a")
    silent = client.ask(metadata_request("a"), version)
    assert silent.topics[0].topic_authorized_operations == -(2**31)
    assert silent.cluster_authorized_operations == -(2**31)
    asks_of_cluster = {"include_cluster_authorized_operations": True} if version <= 10 else {}
    told = client.ask(metadata_request("a", include_topic_authorized_operations=True, **asks_of_cluster), version)
    # Bits 3 READ, 4 WRITE, 5 CREATE, 6 DELETE, 7 ALTER, 8 DESCRIBE, 10 and 11 DESCRIBE_ and ALTER_CONFIGS.
    assert told.topics[0].topic_authorized_operations == 0b1101_1111_1000
    assert told.cluster_authorized_operations == (0b1_1111_1010_0000 if version <= 10 else -(2**31))


def test_leader_epochs_grow_with_each_start(harness: Harness) -> None:
    make_topic(harness, "a")
    for epoch in (0, 1, 2):
        (topic,) = harness.client().ask(metadata_request("a"), 12).topics
        assert topic.partitions[0].leader_epoch == epoch
        harness.restart()


@pytest.mark.parametrize("version", [4, 5, 12])
def test_a_partition_whose_disk_failed_has_no_leader(harness: Harness, client: Client, version: int) -> None:
    make_topic(harness, "t")
    harness.stores.stores["t", 0].failing = True
    assert produce(client, batch()).error_code == 56
    (topic,) = client.ask(metadata_request("t"), version).topics
    (partition,) = topic.partitions
    assert topic.error_code == 0
    assert (partition.error_code, partition.leader_id) == (5, -1)
    assert partition.offline_replicas == ([1] if version >= 5 else [])
