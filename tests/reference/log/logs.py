"""A log in a few words: open it, write to it, read it back as a consumer does. Shared by the tests of the log.

log = open_log(store, segment_bytes=500)                 settings by name, see `LogConfig`
put(log, record("key", "value", time=5))                 one batch; answers what Produce would
producer = Producer(7)                                   counts its sequences: producer.put(log, record(…))
producer.end(log, commit=True)                           the coordinator's marker
stored(log), records(log), committed(log)                batches, records, what read_committed delivers
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nilometer_reference.log.append_check import AppendOrigin
from nilometer_reference.log.config import LogConfig
from nilometer_reference.log.log import AppendResult, Log
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.log.storage import Store
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.record_encoding import (
    Record,
    decode_control_record,
    decode_records,
    encode_batch,
    encode_end_transaction_marker,
)
from nilometer_reference.wire.records import SEQUENCE_MAX, Batch, advance_sequence, split_batches

NOW = 1_700_000_000_000
"""The broker's clock where nothing else is said (ms)."""


def open_log(store: Store | None = None, *, now_ms: int = NOW, **settings: Any) -> Log:
    """The log in `store`, by default a new one in memory. Record timestamps may be anything unless it is said."""
    settings.setdefault("timestamp_after_max_ms", 2**62)
    return Log.open(MemoryStore() if store is None else store, LogConfig(**settings), now_ms)


def reconfigure(log: Log, **settings: Any) -> None:
    log.configure(replace(log.config, **settings))


def record(
    key: str | None = None, value: str | None = "v", *, time: int = NOW, headers: tuple[Any, ...] = ()
) -> Record:
    return Record(-1, time, _bytes(key), _bytes(value), headers)


def tombstone(key: str, *, time: int = NOW) -> Record:
    return record(key, None, time=time)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def put(log: Log, *batch: Record, now_ms: int = NOW, leader_epoch: int = 0, **fields: Any) -> AppendResult:
    """Append the records (one, if none is given) as a client's batch; `fields` as in `encode_batch`."""
    data = encode_batch(batch or [record(time=now_ms)], **fields)
    return log.append_as_leader(data, leader_epoch=leader_epoch, now_ms=now_ms)


@dataclass
class Producer:
    """An idempotent producer on one partition, or with `transactional=True` in its calls a transactional one."""

    id: int
    epoch: int = 0
    sequence: int = 0
    sent: list[bytes] = field(default_factory=list)

    def batch(self, *batch: Record, transactional: bool = False, **fields: Any) -> bytes:
        """The next batch; its sequences are used."""
        data = encode_batch(
            batch or [record()], producer_id=self.id, producer_epoch=self.epoch, base_sequence=self.sequence,
            transactional=transactional, **fields,
        )  # fmt: skip
        self.sequence = advance_sequence(self.sequence, len(batch or [1])) & SEQUENCE_MAX
        self.sent.append(data)
        return data

    def put(
        self, log: Log, *batch: Record, transactional: bool = False, now_ms: int = NOW, leader_epoch: int = 0
    ) -> AppendResult:
        data = self.batch(*batch, transactional=transactional)
        return log.append_as_leader(data, leader_epoch=leader_epoch, now_ms=now_ms)

    def retry(self, log: Log, ago: int = 1) -> AppendResult:
        """Send the last batch again, or an earlier one."""
        return log.append_as_leader(self.sent[-ago], leader_epoch=0, now_ms=NOW)

    def end(
        self, log: Log, *, commit: bool, now_ms: int = NOW, coordinator_epoch: int = 0, bump: bool = False,
        leader_epoch: int = 0,
    ) -> AppendResult:  # fmt: skip
        """The marker that ends its transaction; with `bump` as transaction version 2 writes it."""
        if bump:
            self.epoch, self.sequence = self.epoch + 1, 0
        data = encode_end_transaction_marker(self.id, self.epoch, coordinator_epoch, commit, now_ms)
        return log.append_as_leader(
            data, leader_epoch=leader_epoch, now_ms=now_ms, origin=AppendOrigin.COORDINATOR,
            transaction_version=2 if bump else 1,
        )  # fmt: skip


def fetches(log: Log, offset: int | None = None, up_to_offset: int | None = None) -> Iterator[bytes]:
    """What one consumer gets, fetch by fetch."""
    position = log.log_start_offset if offset is None else offset
    while True:
        found = log.read(position, 1 << 20, up_to_offset=up_to_offset)
        if not found.size:
            return
        assert found.next_offset > position
        yield join(found.chunks)
        position = found.next_offset


def stored(log: Log, offset: int | None = None, up_to_offset: int | None = None) -> list[Batch]:
    """Every batch from the log start offset, or from `offset`, on; each is whole and right."""
    found = [batch for data in fetches(log, offset, up_to_offset) for batch in split_batches(data)]
    for batch in found:
        batch.check_crc()
    return found


def records(log: Log, offset: int | None = None) -> list[Record]:
    """Every record of every kind, markers too, from the log start offset, or from `offset`, on."""
    start = log.log_start_offset if offset is None else offset
    return [one for batch in stored(log, offset) for one in decode_records(batch) if one.offset >= start]


def committed(log: Log, high_watermark: int | None = None) -> list[Record]:
    """What a read_committed consumer delivers: it drops markers, and batches of the transactions that it is told
    were aborted, from their first offset to their marker.
    """
    limit = log.last_stable_offset(log.log_end_offset if high_watermark is None else high_watermark)
    start = log.log_start_offset
    waiting = sorted(
        (entry.first_offset, entry.producer_id) for entry in log.aborted_transactions(start, limit)
    )  # fmt: skip
    aborted: set[int] = set()
    delivered: list[Record] = []
    for batch in stored(log, up_to_offset=limit):
        header = batch.header
        while waiting and waiting[0][0] <= header.last_offset:
            aborted.add(waiting.pop(0)[1])
        if header.is_control:
            contents = decode_records(batch)
            marker = decode_control_record(contents[0]) if contents else None
            if marker is not None and not marker.commit:
                aborted.discard(header.producer_id)
        elif not (header.is_transactional and header.producer_id in aborted):
            delivered += [one for one in decode_records(batch) if one.offset >= start]
    return delivered


def values(found: list[Record]) -> list[str | None]:
    return [None if one.value is None else one.value.decode() for one in found]
