"""Hooks for `faulty.FaultyBroker`: what a broker does wrong, by what it answers.

fetched(passing)              the partitions of a Fetch response, with the fetch offset that was asked for
re_encoded(batch, …)          a batch with other records or header fields, and a right CRC
tampered(change)              a hook that changes every batch of every Fetch response
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nilometer.clients.observations import record_bytes
from nilometer_reference.wire.messages import (
    FetchRequest,
    FetchResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ProduceRequest,
    ProduceResponse,
)
from nilometer_reference.wire.record_encoding import Record, TimestampType, decode_records, encode_batch
from nilometer_reference.wire.records import Batch, split_batches
from tests.conformance.requirements.faulty import Passing, partitions


@dataclass
class Fetched:
    """One partition of a Fetch, asked and answered."""

    asked: Any
    answer: Any
    passing: Passing

    @property
    def offset(self) -> int:
        """The fetch offset."""
        return int(self.asked.fetch_offset)

    @property
    def isolation_level(self) -> int:
        """Of the request."""
        return int(self.passing.request.isolation_level)

    @property
    def batches(self) -> list[Batch]:
        """Whole batches of the answer."""
        return list(split_batches(record_bytes(self.answer.records), drop_partial_tail=True))

    def put(self, batches: Sequence[Batch | bytes]) -> None:
        """Answer these instead."""
        self.answer.records = b"".join(bytes(one.data) if isinstance(one, Batch) else one for one in batches)


def fetched(passing: Passing) -> Iterator[Fetched]:
    """Partitions of full fetches; none if it is not a Fetch response."""
    if isinstance(passing.response, FetchResponse):
        asked = {
            (topic.topic or topic.topic_id, part.partition): part
            for topic in passing.request.topics
            for part in topic.partitions
        }
        for topic in passing.response.responses:
            for part in topic.partitions:
                if (topic.topic or topic.topic_id, part.partition_index) in asked:
                    yield Fetched(asked[topic.topic or topic.topic_id, part.partition_index], part, passing)


def answered(passing: Passing) -> Iterator[Fetched]:
    """Every partition of a Fetch response, also those that an incremental request does not name."""
    for part in partitions(passing.response, FetchResponse):
        yield Fetched(None, part, passing)


def produced(passing: Passing) -> Iterator[Any]:
    """Partitions of Produce responses."""
    return partitions(passing.response, ProduceResponse)


def listed(passing: Passing) -> Iterator[tuple[Any, Any]]:
    """Partitions of ListOffsets, asked and answered."""
    if isinstance(passing.response, ListOffsetsResponse):
        yield from zip(
            partitions(passing.request, ListOffsetsRequest),
            partitions(passing.response, ListOffsetsResponse),
            strict=True,
        )


def asked_to_fetch(passing: Passing) -> Iterator[Any]:
    """Partitions of Fetch requests."""
    return partitions(passing.request, FetchRequest)


def asked_to_produce(passing: Passing) -> Iterator[Any]:
    """Partitions of Produce requests."""
    return partitions(passing.request, ProduceRequest)


def re_encoded(batch: Batch, records: Sequence[Record] | None = None, **changes: Any) -> bytes:
    """The batch with other records or header fields; what is not named stays. A new base offset moves the records."""
    header = batch.header
    if records is None:
        move = changes.get("base_offset", header.base_offset) - header.base_offset
        records = [one._replace(offset=one.offset + move) for one in decode_records(batch)]
    kept: dict[str, Any] = {
        "base_offset": header.base_offset, "compression": header.compression, "producer_id": header.producer_id,
        "producer_epoch": header.producer_epoch, "base_sequence": header.base_sequence,
        "transactional": header.is_transactional, "control": header.is_control,
        "partition_leader_epoch": header.partition_leader_epoch, "last_offset_delta": header.last_offset_delta,
        "timestamp_type": TimestampType(header.is_log_append_time),
        "max_timestamp": header.max_timestamp if header.is_log_append_time else None,
    }  # fmt: skip
    return encode_batch(records, **{**kept, **changes})


def tampered(change: Callable[[Record], Record | None]) -> Callable[[Passing], None]:
    """Every data record of every Fetch response passes the function; None drops it."""

    def hook(passing: Passing) -> None:
        for one in answered(passing):
            one.put([_changed(batch, change) for batch in one.batches])

    return hook


def _changed(batch: Batch, change: Callable[[Record], Record | None]) -> bytes:
    if batch.header.is_control:
        return bytes(batch.data)
    records = decode_records(batch)
    changed = [new for new in map(change, records) if new is not None]
    return bytes(batch.data) if changed == records else re_encoded(batch, changed)
