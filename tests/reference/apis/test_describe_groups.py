import pytest

from nilometer_reference.apis.describe_groups import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.describe_groups import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsRequest,
)
from nilometer_reference.wire.messages.leave_group import LeaveGroupRequest, MemberIdentity
from tests.reference.harness import Harness

from .group_requests import SUBSCRIBED_TO_T, join, joining, stable_member, syncing

OPERATIONS_LEFT_OUT = -2_147_483_648
OPERATIONS_OF_KAFKA = 3_400  # measured on Apache Kafka 4.3.1, no authorizer


def test_versions() -> None:
    assert API.versions == (0, 6)


@pytest.mark.parametrize("version", range(7))
def test_a_stable_group_is_described_whole(version: int) -> None:
    harness = Harness()
    client = harness.client(client_id="c")
    joined = stable_member(harness, client)
    (found,) = client.ask(DescribeGroupsRequest(["g"]), version).groups
    assert found == DescribedGroup(
        group_id="g",
        group_state="Stable",
        protocol_type="consumer",
        protocol_data="range",
        members=[
            DescribedGroupMember(
                member_id=joined.member_id,
                client_id="c",
                client_host="/127.0.0.1",
                member_metadata=SUBSCRIBED_TO_T,
                member_assignment=b"mine",
            )
        ],
    )


def test_in_a_rebalance_neither_protocol_nor_metadata_are_settled() -> None:
    harness = Harness()
    client, other = harness.client(), harness.client()
    joined = join(harness, client, joining())

    def described() -> tuple[str, str, list[tuple[bytes, bytes]]]:
        (found,) = harness.client().ask(DescribeGroupsRequest(["g"]), 6).groups
        assert found.protocol_type == "consumer"
        members = [(member.member_metadata, member.member_assignment) for member in found.members]
        return found.group_state, found.protocol_data, members

    assert described() == ("CompletingRebalance", "", [(b"", b"")])
    client.ask(syncing(joined, {joined.member_id: b"mine"}), 3)
    other.send(joining(), 3)
    assert described() == ("PreparingRebalance", "", [(b"", b"mine"), (b"", b"")])
    members = [MemberIdentity(member_id) for member_id in harness.broker.groups.find("g").members]
    client.ask(LeaveGroupRequest("g", members=members), 5)
    assert described() == ("Empty", "", [])


@pytest.mark.parametrize("version", range(7))
def test_an_unknown_group_is_dead_and_since_version_6_an_error(version: int) -> None:
    client = Harness().client()
    for group_id in ("unknown", ""):
        (found,) = client.ask(DescribeGroupsRequest([group_id]), version).groups
        assert (found.group_id, found.group_state, found.members) == (group_id, "Dead", [])
        assert found.error_code == (ErrorCode.GROUP_ID_NOT_FOUND if version >= 6 else 0)
        assert found.error_message == (f"Group {group_id} not found." if version >= 6 else None)


@pytest.mark.parametrize("version", range(3, 7))
def test_who_asks_is_told_what_it_may_do_with_a_group_that_there_is(version: int) -> None:
    harness = Harness()
    client = harness.client()
    stable_member(harness, client)
    known, unknown = client.ask(DescribeGroupsRequest(["g", "unknown"], True), version).groups
    assert known.authorized_operations == OPERATIONS_OF_KAFKA
    assert unknown.authorized_operations == (OPERATIONS_LEFT_OUT if version >= 6 else OPERATIONS_OF_KAFKA)
    (silent,) = client.ask(DescribeGroupsRequest(["g"]), version).groups
    assert silent.authorized_operations == OPERATIONS_LEFT_OUT


@pytest.mark.parametrize("version", [4, 5, 6])
def test_static_members_are_described_with_their_instance_id(version: int) -> None:
    harness = Harness()
    client = harness.client()
    join(harness, client, joining(instance="i"), 5)
    (found,) = client.ask(DescribeGroupsRequest(["g"]), version).groups
    assert [member.group_instance_id for member in found.members] == ["i"]
    (older,) = client.ask(DescribeGroupsRequest(["g"]), 3).groups
    assert [member.group_instance_id for member in older.members] == [None]


@pytest.mark.parametrize("version", range(7))
def test_a_group_whose_log_has_failed_is_not_here(version: int) -> None:
    harness = Harness()
    for log_partition in range(4):
        harness.broker.groups.log_failed(log_partition)
    (found,) = harness.client().ask(DescribeGroupsRequest(["g"], version >= 3), version).groups
    assert found == DescribedGroup(group_id="g", error_code=ErrorCode.NOT_COORDINATOR)
