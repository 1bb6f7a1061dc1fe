"""Requests about groups with what every one of them has, and members that get into a group over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nilometer_reference.wire.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    JoinGroupResponse,
)
from nilometer_reference.wire.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from nilometer_reference.wire.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness

SUBSCRIBED_TO_T = b"\x00\x00\x00\x00\x00\x01\x00\x01t\xff\xff\xff\xff"


def joining(
    member_id: str = "",
    *,
    group: str = "g",
    instance: str | None = None,
    session_ms: int = 10_000,
    rebalance_ms: int = 30_000,
    protocols: Mapping[str, bytes] | None = None,
    protocol_type: str = "consumer",
) -> JoinGroupRequest:
    given = {"range": SUBSCRIBED_TO_T} if protocols is None else protocols
    return JoinGroupRequest(
        group_id=group,
        session_timeout_ms=session_ms,
        rebalance_timeout_ms=rebalance_ms,
        member_id=member_id,
        group_instance_id=instance,
        protocol_type=protocol_type,
        protocols=[JoinGroupRequestProtocol(name, metadata) for name, metadata in given.items()],
    )


def syncing(
    joined: JoinGroupResponse, assignments: Mapping[str, bytes] | None = None, *, group: str = "g"
) -> SyncGroupRequest:
    return SyncGroupRequest(
        group_id=group,
        generation_id=joined.generation_id,
        member_id=joined.member_id,
        protocol_type="consumer",
        protocol_name=joined.protocol_name,
        assignments=[SyncGroupRequestAssignment(to, data) for to, data in (assignments or {}).items()],
    )


def join(harness: Harness, client: Client, request: JoinGroupRequest, version: int = 3) -> JoinGroupResponse:
    """A first member; version 3 joins in one round."""
    client.send(request, version)
    harness.advance(0)
    return cast(JoinGroupResponse, client.answer())


def stable_member(
    harness: Harness, client: Client, *, assignment: bytes = b"mine", group: str = "g"
) -> JoinGroupResponse:
    """The only member of a stable group."""
    joined = join(harness, client, joining(group=group))
    assert client.ask(syncing(joined, {joined.member_id: assignment}, group=group), 3).error_code == 0
    return joined


def committing(
    offset: int = 5,
    *,
    group: str = "g",
    joined: JoinGroupResponse | None = None,
    topic: str = "t",
    topic_id: bytes = ZERO_UUID,
    partition: int = 0,
    metadata: str | None = "note",
    leader_epoch: int = 3,
) -> OffsetCommitRequest:
    wanted = OffsetCommitRequestPartition(partition, offset, leader_epoch, metadata)
    return OffsetCommitRequest(
        group_id=group,
        generation_id_or_member_epoch=-1 if joined is None else joined.generation_id,
        member_id="" if joined is None else joined.member_id,
        topics=[OffsetCommitRequestTopic(topic, topic_id, [wanted])],
    )
