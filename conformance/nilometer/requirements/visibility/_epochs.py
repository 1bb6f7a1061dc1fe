"""Which leader epoch answered: ListOffsets says so, Fetch does not."""

from __future__ import annotations

from collections.abc import Iterable

from nilometer.checkers.end_offsets import EndAnswer
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, ListedOffset, Topic
from nilometer.clients.session import Session

UNKNOWN = -1


def leader_epoch(session: Session, topic: Topic, partition: int = 0) -> int:
    """As Metadata (v7 and later) tells it now; -1 if it does not. One broker alone elects nobody: 0."""
    for one in session.metadata([topic.name]).topics:
        for part in one.partitions:
            if part.partition_index == partition and part.leader_epoch >= 0:
                return part.leader_epoch
    return 0 if len(session.brokers) == 1 else UNKNOWN


def listed_ends(answers: Iterable[ListedOffset], what: str, during: int) -> list[EndAnswer]:
    """Answers without error. `during` is the epoch for answers that carry none."""
    return [
        _end(one.exchange, one.offset, one.leader_epoch if one.leader_epoch >= 0 else during, what)
        for one in answers
        if one.ok and (one.leader_epoch >= 0 or during >= 0)
    ]


def fetched_ends(fetches: Iterable[Fetched], field: str, what: str, during: int) -> list[EndAnswer]:
    """A field of answers without error, if the epoch did not change while they came (else `during` is -1)."""
    if during < 0:
        return []
    values = [(one, getattr(one, field)) for one in fetches if one.ok]
    return [_end(one.exchange, value, during, what) for one, value in values if value >= 0]


def _end(exchange: Exchange, value: int, epoch: int, what: str) -> EndAnswer:
    return EndAnswer(exchange.sent_at_ns, exchange.answered_at_ns or 0, value, epoch, what, exchange)
