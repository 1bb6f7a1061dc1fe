"""A stored batch, judged by its own bytes and by the batch that was sent.

    magic, frame              not-a-batch            61 bytes of header, magic 2, a length that fits
    CRC-32C                   crc-wrong              of everything from the attributes on
    record_count              record-count-wrong     as many well-formed records, and no byte more
    last_offset_delta         last-offset-wrong      the delta of the last record
    max_timestamp             max-timestamp-wrong    the largest of its records (CreateTime), the append time otherwise
    partition_leader_epoch    leader-epoch-missing   0 or more: the leader writes it
    producer id, epoch, sequence, transactional, control     producer-fields-changed     as they were sent

For batches that compaction has not touched. Sources: record batch format 2; KIP-98; KIP-101 (leader epoch).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nilometer_reference.wire.record_encoding import decode_records
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import Batch, BatchHeader

SIGNATURES = {
    "not-a-batch": "the bytes of a fetched record set are no batches of magic 2",
    "crc-wrong": "the CRC-32C of a stored batch is not that of its bytes",
    "record-count-wrong": "a stored batch does not hold as many well-formed records as its header says",
    "last-offset-wrong": "the last offset delta of a stored batch is not that of its last record",
    "max-timestamp-wrong": "the max timestamp of a stored batch is not that of its records, or not the append time",
    "leader-epoch-missing": "the partition leader epoch of a stored batch is below 0",
    "producer-fields-changed": "producer id, epoch, sequence, transactional or control bit are not as they were sent",
}


class Defect(NamedTuple):
    """One thing that is wrong with a batch."""

    signature: str
    expected: str
    seen: str


def defects(stored: Batch, sent: BatchHeader | None = None, *, append_time_ms: int = -1) -> Iterator[Defect]:
    """All defects of one batch. `sent` is None for what the broker itself writes (markers).

    `append_time_ms` is what the acknowledgement said of a topic with LogAppendTime, -1 if it said nothing.
    """
    header = stored.header
    where = f"in the batch at offset {header.base_offset}"
    try:
        stored.check_crc()
    except RecordError as damage:
        yield Defect("crc-wrong", f"a valid CRC {where}", damage.message)
        return
    try:
        records = decode_records(stored)
    except RecordError as damage:
        yield Defect("record-count-wrong", f"{header.record_count} records {where}", damage.message)
        return
    if records and header.last_offset != records[-1].offset:
        yield Defect(
            "last-offset-wrong", f"last offset {records[-1].offset} {where}", f"last offset {header.last_offset}"
        )
    if header.is_log_append_time:
        if append_time_ms >= 0 and header.max_timestamp != append_time_ms:
            yield Defect(
                "max-timestamp-wrong", f"append time {append_time_ms} {where}", f"max timestamp {header.max_timestamp}"
            )
    elif records and header.max_timestamp != (largest := max(one.timestamp for one in records)):
        yield Defect("max-timestamp-wrong", f"max timestamp {largest} {where}", f"{header.max_timestamp}")
    if header.partition_leader_epoch < 0:
        yield Defect("leader-epoch-missing", f"a leader epoch of 0 or more {where}", f"{header.partition_leader_epoch}")
    if sent is not None and (before := _fields(sent)) != (after := _fields(header)):
        yield Defect("producer-fields-changed", f"{before} {where}", after)


def _fields(header: BatchHeader) -> str:
    bits = " transactional" * header.is_transactional + " control" * header.is_control
    return f"producer {header.producer_id}/{header.producer_epoch} sequence {header.base_sequence}{bits}"
