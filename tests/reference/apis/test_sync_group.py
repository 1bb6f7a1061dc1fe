import pytest

from nilometer_reference.apis.sync_group import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.sync_group import SyncGroupResponse
from tests.reference.harness import Harness, NoAnswer

from .group_requests import join, joining, stable_member, syncing


def test_versions() -> None:
    assert API.versions == (0, 5)


@pytest.mark.parametrize("version", range(6))
def test_the_leader_hands_in_and_everybody_gets_its_part(version: int) -> None:
    harness = Harness()
    leader_client, other = harness.client(), harness.client()
    leader = join(harness, leader_client, joining())
    other.send(joining(), 3)
    leader_client.send(joining(leader.member_id), 3)
    leader, follower = leader_client.answer(), other.answer()
    other.send(syncing(follower), version)
    with pytest.raises(NoAnswer):
        other.answer()
    given = {leader.member_id: b"one", follower.member_id: b"two"}
    names = {"protocol_type": "consumer", "protocol_name": "range"} if version >= 5 else {}
    assert leader_client.ask(syncing(leader, given), version) == SyncGroupResponse(assignment=b"one", **names)
    assert other.answer() == SyncGroupResponse(assignment=b"two", **names)


@pytest.mark.parametrize("missing", ["protocol_type", "protocol_name"])
def test_from_version_5_on_type_and_protocol_must_be_named(missing: str) -> None:
    harness = Harness()
    client = harness.client()
    joined = stable_member(harness, client)
    request = syncing(joined)
    setattr(request, missing, None)
    assert client.ask(request, 5).error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    request.group_id = ""
    assert client.ask(request, 5).error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert client.ask(syncing(joined), 4).error_code == 0


@pytest.mark.parametrize("version", range(6))
def test_a_refusal_brings_no_assignment(version: int) -> None:
    harness = Harness()
    client = harness.client()
    request = syncing(stable_member(harness, client))
    request.generation_id = 9
    assert client.ask(request, version) == SyncGroupResponse(error_code=ErrorCode.ILLEGAL_GENERATION)


def test_an_assignment_is_written_before_anybody_is_told() -> None:
    harness = Harness()
    client = harness.client()
    stable_member(harness, client)
    harness.kill()
    harness.restart()
    (member,) = harness.broker.groups.find("g").members.values()
    assert member.assignment == b"mine"
