"""What requirements of groups and of committed offsets share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, PAUSE_S, Session
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode, error_name
from nilometer_reference.wire.messages.describe_groups import DescribedGroup
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)

GROUPS = {"FindCoordinator": 0, "JoinGroup": 0, "SyncGroup": 0, "Heartbeat": 0, "LeaveGroup": 0}
NAMED_TOPICS = 9
BATCHED = 8
"""The first version of OffsetFetch with several groups."""


@dataclass(frozen=True)
class Committed:
    """One partition's part of an OffsetFetch response. Offset and epoch are -1 where there is none."""

    exchange: Exchange
    offset: int
    metadata: str | None = ""
    leader_epoch: int = -1
    error_code: int = 0

    def __str__(self) -> str:
        if self.error_code:
            return error_name(self.error_code)
        return f"offset {self.offset}, metadata {self.metadata!r}, leader epoch {self.leader_epoch}"


def offsets(
    session: Session, group: str, topics: dict[str, list[int]] | None
) -> tuple[Exchange, dict[tuple[str, int], Committed]]:
    """OffsetFetch of these partitions, or of all (None), while the coordinator loads again and again."""
    version = session.version("OffsetFetch", at_least=2 if topics is None else 1, at_most=NAMED_TOPICS)
    request = m.OffsetFetchRequest()
    if version >= BATCHED:
        asked = None
        if topics is not None:
            asked = [OffsetFetchRequestTopics(name=name, partition_indexes=list(i)) for name, i in topics.items()]
        request.groups = [OffsetFetchRequestGroup(group_id=group, topics=asked)]
    else:
        request.group_id = group
        request.topics = None
        if topics is not None:
            request.topics = [OffsetFetchRequestTopic(name, list(indexes)) for name, indexes in topics.items()]

    def ask() -> Exchange | None:
        exchange = session.call(request, node=session.coordinator(GROUP, group), version=version)
        return None if _code(exchange, version) in COORDINATOR_ERRORS else exchange

    exchange = session.until(ask, f"the coordinator of {group} answers OffsetFetch")
    response = exchange.response
    assert isinstance(response, m.OffsetFetchResponse)
    code = _code(exchange, version)
    if code not in (0, ErrorCode.GROUP_ID_NOT_FOUND):
        raise NotObservable(Reason.REFUSED, f"OffsetFetch: {error_name(code)}")
    found = response.groups[0].topics if version >= BATCHED and response.groups else response.topics
    return exchange, {
        (topic.name, part.partition_index): Committed(
            exchange, part.committed_offset, part.metadata, part.committed_leader_epoch, part.error_code
        )
        for topic in found
        for part in topic.partitions
    }


def _code(exchange: Exchange, version: int) -> int:
    response = exchange.response
    assert isinstance(response, m.OffsetFetchResponse)
    return response.groups[0].error_code if version >= BATCHED and response.groups else response.error_code


def committed(session: Session, group: str, topic: Topic, partition: int = 0) -> Committed:
    """What is committed for one partition; offset -1 where the answer leaves it out."""
    exchange, found = offsets(session, group, {topic.name: [partition]})
    return found.get((topic.name, partition), Committed(exchange, -1))


def described(session: Session, group: str) -> tuple[Exchange, DescribedGroup]:
    """DescribeGroups of one group. NotObservable where it is not served."""
    exchange = session.call_coordinator(GROUP, group, m.DescribeGroupsRequest(groups=[group]))
    response = exchange.response
    assert isinstance(response, m.DescribeGroupsResponse)
    if len(response.groups) != 1:
        raise NotObservable(Reason.REFUSED, f"DescribeGroups of one group was answered for {len(response.groups)}")
    return exchange, response.groups[0]


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    """Whether it happens in time; asked again and again."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True
