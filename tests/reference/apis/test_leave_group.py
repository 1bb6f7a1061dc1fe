import pytest

from nilometer_reference.apis.leave_group import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberIdentity,
    MemberResponse,
)
from tests.reference.harness import Harness

from .group_requests import stable_member

UNKNOWN = ErrorCode.UNKNOWN_MEMBER_ID


def test_versions() -> None:
    assert API.versions == (0, 5)


@pytest.mark.parametrize("version", range(3))
def test_one_member_has_its_result_at_the_top(version: int) -> None:
    harness = Harness()
    client = harness.client()
    joined = stable_member(harness, client)
    for group, member_id, expected in (
        ("g", joined.member_id, 0), ("g", joined.member_id, UNKNOWN), ("other", "m", UNKNOWN),
        ("", "m", ErrorCode.INVALID_GROUP_ID),
    ):  # fmt: skip
        assert client.ask(LeaveGroupRequest(group, member_id), version) == LeaveGroupResponse(error_code=expected)


@pytest.mark.parametrize("version", range(3, 6))
def test_several_members_have_one_result_each(version: int) -> None:
    harness = Harness()
    client = harness.client()
    joined = stable_member(harness, client)
    members = [MemberIdentity("stranger", "i", "why" if version >= 5 else None), MemberIdentity(joined.member_id)]
    response = client.ask(LeaveGroupRequest("g", members=members), version)
    assert response == LeaveGroupResponse(
        members=[MemberResponse("stranger", "i", UNKNOWN), MemberResponse(joined.member_id, None, 0)]
    )
    other = client.ask(LeaveGroupRequest("other", members=members[:1]), version)
    assert other == LeaveGroupResponse(members=[MemberResponse("stranger", "i", UNKNOWN)])
    nobody = client.ask(LeaveGroupRequest("", members=members[:1]), version)
    assert nobody == LeaveGroupResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    assert client.ask(LeaveGroupRequest("g"), version) == LeaveGroupResponse()
