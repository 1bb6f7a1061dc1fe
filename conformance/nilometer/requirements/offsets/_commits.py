"""Commits outside of any generation, as administrators and simple consumers make them."""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.clients.exchange import Exchange
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, Session
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic

OFFSETS = {"FindCoordinator": 0, "OffsetCommit": 2, "OffsetFetch": 1}
WITH_EPOCH = 6
"""The first version of OffsetCommit with a leader epoch."""
NAMED_TOPICS = 9


@dataclass(frozen=True)
class Commit:
    """What is committed for one partition."""

    topic: str
    offset: int
    partition: int = 0
    metadata: str | None = ""
    leader_epoch: int = -1


def commit(session: Session, group: str, *commits: Commit) -> tuple[Exchange, list[int]]:
    """One OffsetCommit and the error code of each of its parts, in order; repeated while the coordinator loads."""
    version = session.version("OffsetCommit", at_least=2, at_most=NAMED_TOPICS)
    topics: dict[str, OffsetCommitRequestTopic] = {}
    for one in commits:
        topic = topics.setdefault(one.topic, OffsetCommitRequestTopic(name=one.topic, partitions=[]))
        topic.partitions.append(
            OffsetCommitRequestPartition(
                one.partition, one.offset, committed_leader_epoch=one.leader_epoch, committed_metadata=one.metadata
            )
        )
    request = m.OffsetCommitRequest(group, -1, "", topics=list(topics.values()))

    def ask() -> tuple[Exchange, list[int]] | None:
        exchange = session.call(request, node=session.coordinator(GROUP, group), version=version)
        response = exchange.response
        assert isinstance(response, m.OffsetCommitResponse)
        codes = {(t.name, p.partition_index): p.error_code for t in response.topics for p in t.partitions}
        found = [codes.get((one.topic, one.partition), -1) for one in commits]
        return None if COORDINATOR_ERRORS.intersection(found) else (exchange, found)

    return session.until(ask, f"the coordinator of {group} answers OffsetCommit")
