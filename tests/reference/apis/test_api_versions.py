import struct

import pytest

from nilometer_reference.apis.registry import served_apis
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.messages.api_versions import ApiVersionsRequest, ApiVersionsResponse
from tests.reference.harness import Client, Harness


@pytest.fixture
def client() -> Client:
    return Harness().client()


def _ask(client: Client, version: int, name: str = "nilometer", software_version: str = "0.1") -> ApiVersionsResponse:
    answer: ApiVersionsResponse = client.ask(ApiVersionsRequest(name, software_version), version)
    return answer


@pytest.mark.parametrize("version", range(5))
def test_every_key_that_is_served_is_advertised_with_its_versions(client: Client, version: int) -> None:
    answer = _ask(client, version)
    assert answer.error_code == 0
    advertised = {key.api_key: (key.min_version, key.max_version) for key in answer.api_keys}
    assert advertised.keys() == served_apis().keys()
    for key, api in served_apis().items():
        first = api.versions[0] if api.advertised_from is None else api.advertised_from
        assert advertised[key] == (first, api.versions[1])


def test_produce_is_advertised_from_zero_though_served_from_three(client: Client) -> None:
    assert served_apis()[0].versions == (3, 13)
    assert [(key.min_version, key.max_version) for key in _ask(client, 4).api_keys if key.api_key == 0] == [(0, 13)]


def test_version_3_leaves_out_features_supported_from_level_zero(client: Client) -> None:
    assert [feature.name for feature in _ask(client, 3).supported_features] == ["metadata.version"]


def test_version_4_tells_all_supported_features(client: Client) -> None:
    features = {
        feature.name: (feature.min_version, feature.max_version) for feature in _ask(client, 4).supported_features
    }
    assert features == {"metadata.version": (7, 30), "transaction.version": (0, 2)}


@pytest.mark.parametrize("version", [3, 4])
def test_finalized_features_are_told_whole_with_their_epoch(client: Client, version: int) -> None:
    answer = _ask(client, version)
    levels = {one.name: (one.min_version_level, one.max_version_level) for one in answer.finalized_features}
    assert levels == {"metadata.version": (30, 30), "transaction.version": (2, 2)}
    assert answer.finalized_features_epoch >= 0


def test_features_follow_the_settings() -> None:
    client = Harness(BrokerConfig(transaction_version=0, group_version=1)).client()
    answer = _ask(client, 4)
    assert {one.name: one.max_version_level for one in answer.finalized_features} == {
        "metadata.version": 30,
        "group.version": 1,
    }
    assert {one.name for one in answer.supported_features} == {
        "metadata.version",
        "transaction.version",
        "group.version",
    }


@pytest.mark.parametrize("version", [5, 99, 32767])
def test_a_newer_version_is_answered_with_16_bytes_in_the_layout_of_version_0(client: Client, version: int) -> None:
    client.send(ApiVersionsRequest("a", "1"), 4, is_answered=False)
    client.frame()
    header = struct.pack(">hhih1sb", 18, version, 77, 1, b"c", 0)
    client.send_bytes(struct.pack(">i", len(header) + 1) + header + b"\x00")
    # Header version 0, error 35, one key: 18 from 0 to 4; no throttle time, no tags.
    assert client.frame() == struct.pack(">ihihhh", 77, 35, 1, 18, 0, 4)


@pytest.mark.parametrize("version", range(5))
def test_the_answer_has_response_header_0_in_every_version(client: Client, version: int) -> None:
    correlation_id = client.send(ApiVersionsRequest("a", "1"), version, is_answered=False)
    # Behind the correlation id the error code follows at once: a tag section would be one byte more.
    assert client.frame()[:6] == struct.pack(">ih", correlation_id, 0)


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize(
    ("name", "software_version"),
    [("", "1"), ("a", ""), ("-a", "1"), ("a-", "1"), ("a b", "1"), ("a", "1."), ("a", ".1"), ("ä", "1"), ("a\n", "1")],
)
def test_an_impossible_client_name_or_version_is_refused_in_the_layout_asked_for(
    client: Client, version: int, name: str, software_version: str
) -> None:
    answer = _ask(client, version, name, software_version)
    assert answer.error_code == 42
    assert answer.api_keys == []


@pytest.mark.parametrize("name", ["a", "A9", "apache-kafka-java", "a.b-c", "9"])
def test_a_possible_client_name_is_taken(client: Client, name: str) -> None:
    assert _ask(client, 3, name, "4.3.1-SNAPSHOT").error_code == 0


def test_a_connection_lives_on_after_a_refused_version(client: Client) -> None:
    header = struct.pack(">hhih", 18, 99, 1, -1)
    client.send_bytes(struct.pack(">i", len(header) + 1) + header + b"\x00")
    client.frame()
    assert _ask(client, 0).error_code == 0


@pytest.mark.parametrize("version", [3, 4])
def test_a_body_too_short_for_its_version_closes_the_connection(client: Client, version: int) -> None:
    header = struct.pack(">hhihb", 18, version, 1, -1, 0)
    client.send_bytes(struct.pack(">i", len(header)) + header)
    assert client.is_closed
