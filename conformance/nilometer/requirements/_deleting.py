"""DeleteRecords as part of a check."""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic, named
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import Session
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.delete_records import DeleteRecordsPartition, DeleteRecordsTopic

HIGH_WATERMARK = -1
"""As an offset of DeleteRecords: everything."""


@dataclass(frozen=True)
class Deleted:
    """One partition's part of a DeleteRecords response."""

    exchange: Exchange
    error_code: int
    low_watermark: int

    @property
    def ok(self) -> bool:
        """No error."""
        return self.error_code == 0

    @property
    def error(self) -> str:
        """The error by name."""
        return named(self.error_code)


def delete_records(session: Session, topic: Topic, offset: int, *, partition: int = 0) -> Deleted:
    """Everything below `offset` goes."""
    part = DeleteRecordsPartition(partition_index=partition, offset=offset)
    request = m.DeleteRecordsRequest([DeleteRecordsTopic(topic.name, [part])], timeout_ms=10_000)
    exchange = session.call(request, node=session.leader(topic, partition))
    response = exchange.response
    assert isinstance(response, m.DeleteRecordsResponse)
    parts = [one for topic_result in response.topics for one in topic_result.partitions]
    if len(parts) != 1:
        raise NoAnswer(f"DeleteRecords of one partition was answered for {len(parts)}", exchange)
    return Deleted(exchange, parts[0].error_code, parts[0].low_watermark)


def deleted_records(session: Session, topic: Topic, offset: int, *, partition: int = 0) -> Deleted:
    """`delete_records` as part of a preparation: NotObservable unless it succeeded."""
    deleted = delete_records(session, topic, offset, partition=partition)
    if not deleted.ok:
        raise NotObservable(Reason.REFUSED, f"DeleteRecords below {offset}: {deleted.error}")
    return deleted
