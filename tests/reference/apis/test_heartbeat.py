import pytest

from nilometer_reference.apis.heartbeat import API
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from tests.reference.harness import Harness

from .group_requests import joining, stable_member


def test_versions() -> None:
    assert API.versions == (0, 4)


@pytest.mark.parametrize("version", range(5))
def test_a_member_keeps_its_session_and_is_told_of_a_rebalance(version: int) -> None:
    harness = Harness()
    client = harness.client()
    joined = stable_member(harness, client)
    request = HeartbeatRequest("g", joined.generation_id, joined.member_id)
    for _ in range(3):
        harness.advance(9_999)
        assert client.ask(request, version) == HeartbeatResponse()
    harness.client().send(joining(), 3)
    assert client.ask(request, version).error_code == ErrorCode.REBALANCE_IN_PROGRESS
    harness.advance(10_000)
    assert client.ask(request, version).error_code == ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize("version", [3, 4])
def test_an_instance_that_is_somebody_else_now_is_fenced(version: int) -> None:
    harness = Harness()
    client = harness.client()
    client.send(joining(instance="i"), 5)
    harness.advance(0)
    joined = client.answer()
    harness.client().send(joining(instance="i"), 5)
    request = HeartbeatRequest("g", joined.generation_id, joined.member_id, "i")
    assert client.ask(request, version).error_code == ErrorCode.FENCED_INSTANCE_ID
    assert client.ask(request, 2).error_code == ErrorCode.UNKNOWN_MEMBER_ID  # it cannot say who it is
