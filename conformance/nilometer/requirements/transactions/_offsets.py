"""Committed offsets of a group, as OffsetFetch answers them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic, named
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, PAUSE_S, Session
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)

NAMED_TOPICS = 9
"""The last version of OffsetFetch and OffsetCommit that names topics instead of giving their ids."""
STABLE = 7
"""The first version of OffsetFetch with require_stable."""


@dataclass(frozen=True)
class GroupOffset:
    """One partition's part of an OffsetFetch response."""

    exchange: Exchange
    error_code: int
    offset: int
    """-1: the group has none."""

    def __str__(self) -> str:
        return f"offset {self.offset}" if self.error_code == 0 else named(self.error_code)


def group_offset(
    session: Session, group: str, topic: Topic, partition: int = 0, *, require_stable: bool = False
) -> GroupOffset:
    """One OffsetFetch, repeated while the coordinator loads. NotObservable where `require_stable` is not served."""
    version = session.version("OffsetFetch", at_least=STABLE if require_stable else 1, at_most=NAMED_TOPICS)
    request = m.OffsetFetchRequest(require_stable=require_stable)
    if version >= 8:
        topics = [OffsetFetchRequestTopics(name=topic.name, partition_indexes=[partition])]
        request.groups = [OffsetFetchRequestGroup(group_id=group, topics=topics)]
    else:
        request.group_id = group
        request.topics = [OffsetFetchRequestTopic(topic.name, [partition])]

    def ask() -> GroupOffset | None:
        exchange = session.call(request, node=session.coordinator(GROUP, group), version=version)
        response = exchange.response
        assert isinstance(response, m.OffsetFetchResponse)
        code = response.groups[0].error_code if version >= 8 and response.groups else response.error_code
        if code in COORDINATOR_ERRORS:
            return None
        if code == ErrorCode.GROUP_ID_NOT_FOUND:
            return GroupOffset(exchange, 0, -1)  # Kafka answers -1 without an error; to a reader it is the same
        if code != 0:
            return GroupOffset(exchange, code, -1)
        for found in response.groups[0].topics if version >= 8 else response.topics:
            for part in found.partitions:
                if part.partition_index == partition:
                    return GroupOffset(exchange, part.error_code, part.committed_offset)
        return GroupOffset(exchange, 0, -1)

    return session.until(ask, f"the coordinator of {group} answers OffsetFetch")


def await_group_offset(
    session: Session, group: str, topic: Topic, partition: int = 0, *, wanted: int, within_s: float
) -> GroupOffset:
    """The last answer: with the offset that is awaited, or when the time is over.

    Until a marker has reached the group's coordinator, OffsetFetch answers that the offsets are not stable.
    """
    stable = session.versions.serves("OffsetFetch", STABLE)
    deadline = time.monotonic() + within_s
    while True:
        found = group_offset(session, group, topic, partition, require_stable=stable)
        if (found.error_code == 0 and found.offset == wanted) or time.monotonic() > deadline:
            return found
        time.sleep(PAUSE_S)


def commit_group_offset(session: Session, group: str, topic: Topic, offset: int, partition: int = 0) -> Exchange:
    """A plain OffsetCommit outside any generation; NotObservable unless it is accepted."""
    version = session.version("OffsetCommit", at_least=2, at_most=NAMED_TOPICS)
    part = OffsetCommitRequestPartition(partition, offset, committed_metadata="")
    request = m.OffsetCommitRequest(
        group, -1, "", topics=[OffsetCommitRequestTopic(name=topic.name, partitions=[part])]
    )

    def ask() -> Exchange | None:
        exchange = session.call(request, node=session.coordinator(GROUP, group), version=version)
        response = exchange.response
        assert isinstance(response, m.OffsetCommitResponse)
        code = response.topics[0].partitions[0].error_code
        if code in COORDINATOR_ERRORS:
            return None
        if code != 0:
            raise NotObservable(Reason.REFUSED, f"OffsetCommit: {named(code)}")
        return exchange

    return session.until(ask, f"the coordinator of {group} accepts a commit")
