"""What a consumer with read_committed delivers of one Fetch response: the filter that every client implements.

    entry of aborted_transactions       from the batch at or after its first offset on, its producer is aborted
    abort marker of a producer          its producer is no longer aborted
    transactional batch                 dropped while its producer is aborted
    control batch                       never delivered
    record below the fetch offset       never delivered

The broker is right if this filter delivers exactly the committed records. Sources: KIP-98; `CompletedFetch` of
Kafka's consumer.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nilometer_reference.wire.messages.fetch import AbortedTransaction
from nilometer_reference.wire.record_encoding import (
    EndTransactionMarker,
    Record,
    decode_control_record,
    decode_records,
)
from nilometer_reference.wire.records import Batch


def delivered(
    batches: Iterable[Batch], aborted: Sequence[AbortedTransaction] | None, fetch_offset: int
) -> list[Record]:
    """Records in offset order that the filter lets pass."""
    waiting = [(one.first_offset, one.producer_id) for one in aborted or ()]
    heapq.heapify(waiting)
    in_abort: set[int] = set()
    result: list[Record] = []
    for batch in batches:
        header = batch.header
        while waiting and waiting[0][0] <= header.last_offset:
            in_abort.add(heapq.heappop(waiting)[1])
        if header.is_control:
            marker = marker_of(batch)
            if marker is not None and not marker.commit:
                in_abort.discard(header.producer_id)
        elif not (header.is_transactional and header.producer_id in in_abort):
            result += [one for one in decode_records(batch) if one.offset >= fetch_offset]
    return result


def marker_of(batch: Batch) -> EndTransactionMarker | None:
    """The marker in a control batch; None for other control batches, and for one that compaction emptied."""
    records = decode_records(batch)
    return decode_control_record(records[0]) if records else None


@dataclass(frozen=True)
class Marked:
    """What a partition's log says about one transaction: data of one producer up to its next marker."""

    producer_id: int
    producer_epoch: int
    """Of the data."""
    first_offset: int
    offsets: tuple[int, ...]
    """Of all its records."""
    marker: Marker | None
    """None: the transaction is open here."""


@dataclass(frozen=True)
class Marker:
    """One control batch."""

    offset: int
    producer_id: int
    producer_epoch: int
    commit: bool
    coordinator_epoch: int

    def __str__(self) -> str:
        kind = "commit" if self.commit else "abort"
        return (
            f"{kind} marker of producer {self.producer_id} epoch {self.producer_epoch}, coordinator epoch "
            f"{self.coordinator_epoch}, at {self.offset}"
        )


def markers_in(batches: Iterable[Batch]) -> list[Marker]:
    """All transaction markers in offset order."""
    found = []
    for batch in batches:
        header = batch.header
        if header.is_control and (marker := marker_of(batch)) is not None:
            epoch = header.producer_epoch
            ended = Marker(header.base_offset, header.producer_id, epoch, marker.commit, marker.coordinator_epoch)
            found.append(ended)
    return found


def transactions_in(batches: Sequence[Batch]) -> list[Marked]:
    """Every transaction that a log shows, in the order of first offsets."""
    markers = {one.offset: one for one in markers_in(batches)}
    open_: dict[int, tuple[int, list[int]]] = {}
    found: list[Marked] = []

    def close(producer_id: int, marker: Marker | None) -> None:
        epoch, offsets = open_.pop(producer_id)
        found.append(Marked(producer_id, epoch, offsets[0], tuple(offsets), marker))

    for batch in batches:
        header = batch.header
        if header.is_control:
            if header.producer_id in open_ and header.base_offset in markers:
                close(header.producer_id, markers[header.base_offset])
        elif header.is_transactional:
            _, offsets = open_.setdefault(header.producer_id, (header.producer_epoch, []))
            offsets += [one.offset for one in decode_records(batch)]
    for producer_id in list(open_):
        close(producer_id, None)
    return sorted(found, key=lambda one: one.first_offset)
