import pytest

from nilometer_reference.apis.offset_fetch import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness

from .group_requests import committing


@pytest.fixture
def harness() -> Harness:
    """The group g has committed 5 for t-0, the group h 6; t-1 has no commit."""
    made = Harness()
    made.broker.topics.create("t", 2, now_ms=made.now_ms)
    made.client().ask(committing(5), 9)
    made.client().ask(committing(6, group="h"), 9)
    return made


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def epoch(version: int, known: int = 3) -> int:
    return known if version >= 5 else -1


def test_versions() -> None:
    assert API.versions == (1, 10)


@pytest.mark.parametrize("version", range(1, 8))
def test_one_group_is_answered_in_the_old_form(client: Client, version: int) -> None:
    asked = [OffsetFetchRequestTopic("t", [1, 0]), OffsetFetchRequestTopic("unknown", [7])]
    response = client.ask(OffsetFetchRequest("g", asked, require_stable=version >= 7), version)
    assert response == OffsetFetchResponse(
        topics=[
            OffsetFetchResponseTopic(
                "t",
                [OffsetFetchResponsePartition(1, -1), OffsetFetchResponsePartition(0, 5, epoch(version), "note")],
            ),
            OffsetFetchResponseTopic("unknown", [OffsetFetchResponsePartition(7, -1)]),
        ]
    )


@pytest.mark.parametrize("version", range(2, 8))
def test_null_topics_are_all_offsets_of_the_one_group(client: Client, version: int) -> None:
    response = client.ask(OffsetFetchRequest("g", None), version)
    assert response == OffsetFetchResponse(
        topics=[OffsetFetchResponseTopic("t", [OffsetFetchResponsePartition(0, 5, epoch(version), "note")])]
    )
    assert client.ask(OffsetFetchRequest("g", []), version) == OffsetFetchResponse()
    assert client.ask(OffsetFetchRequest("nobody's", None), version) == OffsetFetchResponse()


def test_null_topics_are_unknown_to_version_1(client: Client) -> None:
    body = b"\x00\x01g\xff\xff\xff\xff"
    header = b"\x00\x09\x00\x01\x00\x00\x00\x07\x00\x01c"
    client.send_bytes((len(header + body)).to_bytes(4, "big") + header + body)
    assert client.is_closed


@pytest.mark.parametrize("version", [8, 9])
def test_many_groups_are_answered_one_by_one(client: Client, version: int) -> None:
    wanted = [OffsetFetchRequestTopics("t", ZERO_UUID, [0, 1])]
    groups = [
        OffsetFetchRequestGroup("g", None, -1, wanted),
        OffsetFetchRequestGroup("h"),
        OffsetFetchRequestGroup("x", None, -1, wanted),
    ]
    response = client.ask(OffsetFetchRequest(groups=groups), version)
    nothing = OffsetFetchResponsePartitions(1, -1)
    assert response == OffsetFetchResponse(
        groups=[
            OffsetFetchResponseGroup(
                "g",
                [OffsetFetchResponseTopics("t", ZERO_UUID, [OffsetFetchResponsePartitions(0, 5, 3, "note"), nothing])],
            ),
            OffsetFetchResponseGroup("h", []),
            OffsetFetchResponseGroup(
                "x", [OffsetFetchResponseTopics("t", ZERO_UUID, [OffsetFetchResponsePartitions(0, -1), nothing])]
            ),
        ]
    )


@pytest.mark.parametrize("version", [8, 9, 10])
def test_null_topics_are_all_offsets_of_each_group(harness: Harness, client: Client, version: int) -> None:
    groups = [OffsetFetchRequestGroup(name, None, -1, None) for name in ("g", "h", "x")]
    response = client.ask(OffsetFetchRequest(groups=groups), version)
    topic = harness.broker.topics.get("t")
    assert topic is not None
    named = ("", topic.topic_id) if version >= 10 else ("t", ZERO_UUID)
    assert response == OffsetFetchResponse(
        groups=[
            *(
                OffsetFetchResponseGroup(
                    group, [OffsetFetchResponseTopics(*named, [OffsetFetchResponsePartitions(0, offset, 3, "note")])]
                )
                for group, offset in (("g", 5), ("h", 6))
            ),
            OffsetFetchResponseGroup("x"),
        ]
    )


def test_version_10_asks_by_id(harness: Harness, client: Client) -> None:
    topic = harness.broker.topics.get("t")
    assert topic is not None
    unknown_id = b"\x09" * 16
    wanted = [OffsetFetchRequestTopics("", each, [0]) for each in (topic.topic_id, unknown_id, ZERO_UUID)]
    response = client.ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup("g", "m", 3, wanted)]), 10)
    refused = [OffsetFetchResponsePartitions(0, -1, -1, "", ErrorCode.UNKNOWN_TOPIC_ID)]
    assert response.groups[0].topics == [
        OffsetFetchResponseTopics("", topic.topic_id, [OffsetFetchResponsePartitions(0, 5, 3, "note")]),
        OffsetFetchResponseTopics("", unknown_id, refused),
        OffsetFetchResponseTopics("", ZERO_UUID, refused),
    ]


@pytest.mark.parametrize("version", range(1, 10))
def test_a_group_whose_log_has_failed_is_not_here(harness: Harness, client: Client, version: int) -> None:
    for log_partition in range(4):
        harness.broker.groups.log_failed(log_partition)
    asked = [OffsetFetchRequestTopic("t", [0])]
    response = client.ask(OffsetFetchRequest("g", asked, [OffsetFetchRequestGroup("g")]), version)
    code = ErrorCode.NOT_COORDINATOR
    if version == 1:
        assert response.topics == [
            OffsetFetchResponseTopic("t", [OffsetFetchResponsePartition(0, -1, error_code=code)])
        ]
    elif version < 8:
        assert response == OffsetFetchResponse(error_code=code)
    else:
        assert response == OffsetFetchResponse(groups=[OffsetFetchResponseGroup("g", [], code)])
