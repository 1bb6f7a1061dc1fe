import pytest

from nilometer_reference.apis.join_group import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.join_group import JoinGroupResponse, JoinGroupResponseMember
from tests.reference.harness import Client, Harness

from .group_requests import SUBSCRIBED_TO_T, join, joining, syncing


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client(client_id="my-client")


def test_versions() -> None:
    assert API.versions == (0, 9)


@pytest.mark.parametrize("version", range(4))
def test_a_first_member_of_an_old_version_joins_in_one_round(harness: Harness, client: Client, version: int) -> None:
    joined = join(harness, client, joining(), version)
    assert joined.member_id.startswith("my-client-")
    assert joined == JoinGroupResponse(
        generation_id=1,
        protocol_name="range",
        leader=joined.member_id,
        member_id=joined.member_id,
        members=[JoinGroupResponseMember(joined.member_id, None, SUBSCRIBED_TO_T)],
    )


@pytest.mark.parametrize("version", range(4, 10))
def test_a_first_member_of_a_newer_version_joins_in_two_rounds(harness: Harness, client: Client, version: int) -> None:
    asked = client.ask(joining(), version)
    assert asked.error_code == ErrorCode.MEMBER_ID_REQUIRED
    assert asked.protocol_name == (None if version >= 7 else "")
    joined = join(harness, client, joining(asked.member_id), version)
    assert (joined.error_code, joined.member_id, joined.leader) == (0, asked.member_id, asked.member_id)
    assert joined.protocol_type == ("consumer" if version >= 7 else None)


@pytest.mark.parametrize("version", range(10))
def test_a_refusal_can_be_read_in_every_version(client: Client, version: int) -> None:
    refused = client.ask(joining("me", session_ms=1), version)
    assert (refused.error_code, refused.member_id) == (ErrorCode.INVALID_SESSION_TIMEOUT, "me")
    assert (refused.generation_id, refused.leader, refused.members) == (-1, "", [])
    assert refused.protocol_name == (None if version >= 7 else "")


@pytest.mark.parametrize(("version", "expected_ms"), [(0, 20_000), (1, 90_000)])
def test_the_session_timeout_stands_for_the_rebalance_timeout_that_version_0_lacks(
    harness: Harness, client: Client, version: int, expected_ms: int
) -> None:
    join(harness, client, joining(session_ms=20_000, rebalance_ms=90_000), version)
    (member,) = harness.broker.groups.find("g").members.values()
    assert (member.session_timeout_ms, member.rebalance_timeout_ms) == (20_000, expected_ms)


@pytest.mark.parametrize("version", range(5, 10))
def test_a_static_member_joins_under_its_instance_id(harness: Harness, client: Client, version: int) -> None:
    joined = join(harness, client, joining(instance="i"), version)
    assert joined.member_id.startswith("i-")
    assert joined.members == [JoinGroupResponseMember(joined.member_id, "i", SUBSCRIBED_TO_T)]


@pytest.mark.parametrize("version", range(5, 10))
def test_a_static_leader_that_returns_is_kept_from_assigning_as_its_version_can_be_told(
    harness: Harness, client: Client, version: int
) -> None:
    joined = join(harness, client, joining(instance="i"), version)
    client.ask(syncing(joined, {joined.member_id: b"x"}), 3)
    again = client.ask(joining(instance="i"), version)
    assert (again.error_code, again.generation_id) == (0, 1)
    assert again.skip_assignment == (version >= 9)
    assert again.leader == (again.member_id if version >= 9 else joined.member_id)


def test_an_answer_that_comes_later_is_adapted_too(harness: Harness, client: Client) -> None:
    old, new = harness.client(), harness.client()
    leader = join(harness, client, joining())
    old.send(joining(), 3)
    harness.advance(0)
    client.send(joining(leader.member_id), 3)
    assert client.answer().error_code == 0
    assert old.answer().protocol_name == "range"
    asked = new.ask(joining(), 9)
    new.send(joining(asked.member_id), 9)
    harness.advance(300_000)
    late = new.answer()
    assert (late.error_code, late.protocol_name) == (0, "range")


def test_the_host_of_the_client_is_noted_as_java_prints_it(harness: Harness) -> None:
    join(harness, harness.client(host="10.0.0.9", client_id=None), joining())
    (member,) = harness.broker.groups.find("g").members.values()
    assert (member.client_id, member.client_host) == ("", "/10.0.0.9")


def test_a_connection_that_goes_while_its_join_waits_harms_nobody(harness: Harness, client: Client) -> None:
    leader = join(harness, client, joining())
    other = harness.client()
    other.send(joining(), 3)
    other.close()
    client.send(joining(leader.member_id), 3)
    joined = client.answer()
    assert len(joined.members) == 2
    assert client.ask(syncing(joined, {}), 3).error_code == 0
