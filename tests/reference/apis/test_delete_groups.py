import pytest

from nilometer_reference.apis.delete_groups import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from tests.reference.harness import Harness

from .group_requests import committing, stable_member


def test_versions() -> None:
    assert API.versions == (0, 2)


@pytest.mark.parametrize("version", range(3))
def test_each_group_has_its_own_result_and_is_answered_once(version: int) -> None:
    harness = Harness()
    harness.broker.topics.create("t", 1, now_ms=harness.now_ms)
    client = harness.client()
    stable_member(harness, client, group="stable")
    client.ask(committing(group="simple"), 8)
    response = client.ask(DeleteGroupsRequest(["simple", "stable", "unknown", "", "simple"]), version)
    assert response == DeleteGroupsResponse(
        results=[
            DeletableGroupResult("simple", 0),
            DeletableGroupResult("stable", ErrorCode.NON_EMPTY_GROUP),
            DeletableGroupResult("unknown", ErrorCode.GROUP_ID_NOT_FOUND),
            DeletableGroupResult("", ErrorCode.GROUP_ID_NOT_FOUND),
        ]
    )
    harness.kill()
    harness.restart()
    assert [group.group_id for group in harness.broker.groups.groups()] == ["stable"]
