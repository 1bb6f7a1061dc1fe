import pytest

from nilometer_reference.apis.offset_commit import API
from nilometer_reference.broker.journal import partition_for
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.offset_commit import (
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequest, OffsetFetchRequestGroup
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness

from .group_requests import committing, stable_member

DAY_MS = 86_400_000


@pytest.fixture
def harness() -> Harness:
    made = Harness()
    made.broker.topics.create("t", 1, now_ms=made.now_ms)
    return made


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def committed(client: Client, group: str = "g") -> list[tuple[int, int, str | None]]:
    (found,) = client.ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup(group, None, -1, None)]), 8).groups
    return [
        (each.committed_offset, each.committed_leader_epoch, each.metadata)
        for topic in found.topics
        for each in topic.partitions
    ]


def code(response: OffsetCommitResponse) -> int:
    return response.topics[0].partitions[0].error_code


def test_versions() -> None:
    assert API.versions == (2, 10)


@pytest.mark.parametrize("version", range(2, 11))
def test_a_commit_is_kept_with_what_the_version_can_say(harness: Harness, client: Client, version: int) -> None:
    topic = harness.broker.topics.get("t")
    assert topic is not None
    response = client.ask(committing(5, topic_id=topic.topic_id if version >= 10 else ZERO_UUID), version)
    names = {"topic_id": topic.topic_id} if version >= 10 else {"name": "t"}
    assert response == OffsetCommitResponse(
        topics=[OffsetCommitResponseTopic(**names, partitions=[OffsetCommitResponsePartition(0, 0)])]
    )
    assert committed(client) == [(5, 3 if version >= 6 else -1, "note")]


@pytest.mark.parametrize("version", range(2, 11))
def test_a_generation_of_an_unknown_group_is_not_found_since_version_9(
    harness: Harness, client: Client, version: int
) -> None:
    topic = harness.broker.topics.get("t")
    assert topic is not None
    request = committing(group="other", topic_id=topic.topic_id if version >= 10 else ZERO_UUID)
    request.generation_id_or_member_epoch, request.member_id = 1, "m"
    expected = ErrorCode.GROUP_ID_NOT_FOUND if version >= 9 else ErrorCode.ILLEGAL_GENERATION
    assert code(client.ask(request, version)) == expected


@pytest.mark.parametrize("version", [2, 4, 5])
def test_a_retention_of_its_own_is_kept_as_long_as_versions_have_it(
    harness: Harness, client: Client, version: int
) -> None:
    request = committing(5)
    request.retention_time_ms = DAY_MS
    client.ask(request, version)
    harness.advance(DAY_MS + 600_000)
    assert committed(client) == ([] if version <= 4 else [(5, -1, "note")])


@pytest.mark.parametrize("version", [7, 8, 9])
def test_an_instance_that_is_somebody_else_now_is_fenced(harness: Harness, client: Client, version: int) -> None:
    joined = stable_member(harness, client)
    request = committing(joined=joined)
    request.group_instance_id = "i"
    assert code(client.ask(request, version)) == ErrorCode.UNKNOWN_MEMBER_ID
    assert code(client.ask(request, 6)) == 0  # it cannot say that it is an instance


def test_unknown_topics_are_named_as_they_were_asked_for(client: Client) -> None:
    by_name = client.ask(committing(topic="unknown"), 9)
    assert (by_name.topics[0].name, code(by_name)) == ("unknown", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    unknown_id = b"\x09" * 16
    by_id = client.ask(committing(topic_id=unknown_id), 10)
    assert (by_id.topics[0].topic_id, code(by_id)) == (unknown_id, ErrorCode.UNKNOWN_TOPIC_ID)


def test_an_acknowledged_commit_survives_the_end_of_the_process(harness: Harness, client: Client) -> None:
    """O12."""
    assert code(client.ask(committing(5), 9)) == 0
    harness.kill()
    harness.restart()
    assert committed(harness.client()) == [(5, 3, "note")]


def test_a_commit_that_could_not_be_written_is_not_shown(harness: Harness, client: Client) -> None:
    """The log of the group fails at the very moment: nobody reads what a restart would not have."""
    client.ask(committing(5), 9)
    store = harness.stores.stores["__consumer_offsets", partition_for("g", 4)]
    store.failing = True
    client.send(committing(6), 9)
    assert client.is_closed
    store.failing = False
    found = harness.client().ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup("g", None, -1, None)]), 8)
    assert found.groups[0].error_code == ErrorCode.NOT_COORDINATOR
    harness.kill()
    harness.restart()
    assert committed(harness.client()) == [(5, 3, "note")]
