from nilometer_reference.apis.offset_delete import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequest
from tests.reference.harness import Harness

from .group_requests import committing, stable_member


def deleting(group: str, **topics: list[int]) -> OffsetDeleteRequest:
    return OffsetDeleteRequest(
        group,
        [
            OffsetDeleteRequestTopic(name, [OffsetDeleteRequestPartition(index) for index in indexes])
            for name, indexes in topics.items()
        ],
    )


def test_versions() -> None:
    assert API.versions == (0, 0)


def test_each_partition_has_its_own_result() -> None:
    harness = Harness()
    for name in ("t", "u"):
        harness.broker.topics.create(name, 1, now_ms=harness.now_ms)
    client = harness.client()
    client.ask(committing(), 8)
    client.ask(committing(topic="u"), 8)
    stable_member(harness, client)  # subscribed to t
    response = client.ask(deleting("g", t=[0], u=[0, 9], unknown=[0]), 0)
    assert response == OffsetDeleteResponse(
        topics=[
            OffsetDeleteResponseTopic("t", [OffsetDeleteResponsePartition(0, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC)]),
            OffsetDeleteResponseTopic(
                "u",
                [
                    OffsetDeleteResponsePartition(0, 0),
                    OffsetDeleteResponsePartition(9, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
                ],
            ),
            OffsetDeleteResponseTopic(
                "unknown", [OffsetDeleteResponsePartition(0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)]
            ),
        ]
    )
    assert [topic.name for topic in client.ask(OffsetFetchRequest("g", None), 7).topics] == ["t"]


def test_what_is_wrong_with_the_group_stands_at_the_top() -> None:
    client = Harness().client()
    for group, expected in (("", ErrorCode.INVALID_GROUP_ID), ("other", ErrorCode.GROUP_ID_NOT_FOUND)):
        assert client.ask(deleting(group, t=[0]), 0) == OffsetDeleteResponse(error_code=expected)
