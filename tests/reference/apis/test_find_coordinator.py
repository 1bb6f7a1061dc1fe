import pytest

from nilometer_reference.apis.find_coordinator import API
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)
from tests.reference.harness import Harness

CONFIG = BrokerConfig(node_id=7, advertised_host="broker.example", advertised_port=19_092)
GROUP, TRANSACTION, SHARE = 0, 1, 2


def test_versions() -> None:
    assert API.versions == (0, 6)


@pytest.mark.parametrize("version", range(4))
@pytest.mark.parametrize("key_type", [GROUP, TRANSACTION])
def test_the_one_broker_coordinates_every_key(version: int, key_type: int) -> None:
    client = Harness(CONFIG).client()
    response = client.ask(FindCoordinatorRequest(key="g", key_type=key_type), version)
    assert (response.error_code, response.node_id, response.host, response.port) == (0, 7, "broker.example", 19_092)
    if version >= 1:
        assert response.error_message == "NONE"


@pytest.mark.parametrize("version", [4, 5, 6])
@pytest.mark.parametrize("key_type", [GROUP, TRANSACTION])
def test_many_keys_are_answered_one_by_one(version: int, key_type: int) -> None:
    client = Harness(CONFIG).client()
    keys = ["g", "", "h", "g"]
    response = client.ask(FindCoordinatorRequest(key_type=key_type, coordinator_keys=keys), version)
    assert response.coordinators == [Coordinator(key, 7, "broker.example", 19_092, 0, "") for key in keys]
    assert client.ask(FindCoordinatorRequest(key_type=key_type), version).coordinators == []


@pytest.mark.parametrize("version", range(1, 7))
@pytest.mark.parametrize("key_type", [SHARE, 3, -1, 127])
def test_other_types_of_key_have_no_coordinator(version: int, key_type: int) -> None:
    client = Harness(CONFIG).client()
    response = client.ask(FindCoordinatorRequest("k", key_type, ["k"]), version)
    found = response if version < 4 else response.coordinators[0]
    assert (found.error_code, found.node_id, found.host, found.port) == (ErrorCode.INVALID_REQUEST, -1, "", -1)
    assert found.error_message


def test_the_internal_topic_comes_into_being_with_the_first_question() -> None:
    harness = Harness()
    client = harness.client()
    client.ask(FindCoordinatorRequest(key="g"), 0)
    assert [topic.name for topic in harness.broker.topics.all()] == ["__consumer_offsets"]
    client.ask(FindCoordinatorRequest(key_type=TRANSACTION, coordinator_keys=["t"]), 4)
    assert [topic.name for topic in harness.broker.topics.all()] == ["__consumer_offsets", "__transaction_state"]


def test_a_coordinator_that_has_nowhere_to_remember_is_not_available() -> None:
    harness = Harness()
    harness.broker.topics.create("__consumer.offsets", 1, now_ms=harness.now_ms)  # collides with the internal topic
    client = harness.client()
    for version in (0, 3, 4, 6):
        response: FindCoordinatorResponse = client.ask(FindCoordinatorRequest("g", GROUP, ["g"]), version)
        code = response.error_code if version < 4 else response.coordinators[0].error_code
        assert code == ErrorCode.COORDINATOR_NOT_AVAILABLE
