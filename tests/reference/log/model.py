"""The log as a plain list of batches: what every test of histories compares with.

It has no segments, files or indexes, and answers every question by looking at all that there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nilometer_reference.wire.record_encoding import Record
from nilometer_reference.wire.records import SEQUENCE_MAX


@dataclass(frozen=True)
class ModelBatch:
    """One batch as it was appended. `marker` is True for commit, False for abort, None for data."""

    base_offset: int
    records: tuple[Record, ...]
    leader_epoch: int
    producer_id: int = -1
    producer_epoch: int = -1
    base_sequence: int = -1
    transactional: bool = False
    marker: bool | None = None
    coordinator_epoch: int = -1

    @property
    def last_offset(self) -> int:
        return self.base_offset + len(self.records) - 1

    @property
    def last_sequence(self) -> int:
        return (self.base_sequence + len(self.records) - 1) & SEQUENCE_MAX


@dataclass
class ModelProducer:
    """What a log must know of a producer."""

    epoch: int = -1
    coordinator_epoch: int = -1
    transaction: int = -1
    """First offset of the open transaction; -1 when none is open."""
    batches: list[tuple[int, int, int]] = field(default_factory=list)
    """(first sequence, last sequence, base offset) of the last five of the present epoch."""


@dataclass
class ModelLog:
    """Every batch that was ever appended and not cut off; what lies below the start is known, but not there."""

    batches: list[ModelBatch] = field(default_factory=list)
    log_start_offset: int = 0
    log_end_offset: int = 0

    def append(self, batch: ModelBatch) -> None:
        assert batch.base_offset == self.log_end_offset
        numbered = tuple(one._replace(offset=batch.base_offset + index) for index, one in enumerate(batch.records))
        self.batches.append(replace(batch, records=numbered))
        self.log_end_offset = batch.last_offset + 1

    def truncate(self, offset: int) -> None:
        """`offset` is in [log start offset, log end offset)."""
        dropped = [batch for batch in self.batches if batch.last_offset >= offset]
        self.batches = [batch for batch in self.batches if batch.last_offset < offset]
        self.log_end_offset = dropped[0].base_offset if dropped else offset
        self.log_start_offset = min(self.log_start_offset, self.log_end_offset)

    def records(self) -> list[Record]:
        """Every record that is there, markers too."""
        return [one for batch in self.batches for one in batch.records if one.offset >= self.log_start_offset]

    def producers(self) -> dict[int, ModelProducer]:
        """What must be known of every producer, whatever was deleted (KIP-360)."""
        found: dict[int, ModelProducer] = {}
        for batch in self.batches:
            if batch.producer_id < 0:
                continue
            producer = found.setdefault(batch.producer_id, ModelProducer())
            if batch.producer_epoch != producer.epoch:
                producer.epoch, producer.batches = batch.producer_epoch, []
            if batch.marker is not None:
                producer.coordinator_epoch = batch.coordinator_epoch
                producer.transaction = -1
                continue
            memory = (batch.base_sequence, batch.last_sequence, batch.base_offset)
            producer.batches = [*producer.batches, memory][-5:]
            if batch.transactional and producer.transaction < 0:
                producer.transaction = batch.base_offset
        return found

    def transactions(self) -> Iterator[tuple[int, int, int | None, bool | None]]:
        """(producer id, first offset, offset of the marker, committed); None twice for those that are open."""
        open_: dict[int, int] = {}
        for batch in self.batches:
            if batch.marker is not None:
                first = open_.pop(batch.producer_id, None)
                if first is not None:
                    yield batch.producer_id, first, batch.base_offset, batch.marker
            elif batch.transactional:
                open_.setdefault(batch.producer_id, batch.base_offset)
        for producer_id, first in open_.items():
            yield producer_id, first, None, None

    def last_stable_offset(self, high_watermark: int) -> int:
        unstable = [
            first for _, first, marker, _ in self.transactions() if marker is None or marker >= high_watermark
        ]  # fmt: skip
        return min([high_watermark, *(max(first, self.log_start_offset) for first in unstable)])

    def aborted(self) -> list[tuple[int, int, int]]:
        """(producer id, first offset, offset of the marker) of the aborted transactions."""
        return [(pid, first, last) for pid, first, last, committed in self.transactions()
                if last is not None and not committed]  # fmt: skip

    def committed(self, high_watermark: int) -> list[Record]:
        """What a read_committed consumer must see."""
        limit = self.last_stable_offset(high_watermark)
        aborted = self.aborted()
        return [
            one
            for batch in self.batches
            if batch.marker is None
            and not any(
                batch.transactional and batch.producer_id == pid and first <= batch.base_offset < last
                for pid, first, last in aborted
            )
            for one in batch.records
            if self.log_start_offset <= one.offset < limit
        ]

    def first_at_or_after(self, timestamp: int, limit: int) -> tuple[int, int] | None:
        for one in self.records():
            if one.offset < limit and one.timestamp >= timestamp:
                return one.timestamp, one.offset
        return None

    def latest(self) -> tuple[int, int] | None:
        timed = [one for one in self.records() if one.timestamp >= 0]
        best = max(timed, key=lambda one: (one.timestamp, -one.offset), default=None)
        return None if best is None else (best.timestamp, best.offset)

    def epochs(self) -> list[tuple[int, int]]:
        """(leader epoch, first offset), as far as they reach above the start."""
        found: list[tuple[int, int]] = []
        for batch in self.batches:
            if not found or found[-1][0] != batch.leader_epoch:
                found.append((batch.leader_epoch, batch.base_offset))
        while len(found) > 1 and found[1][1] <= self.log_start_offset:
            del found[0]
        if found and found[0][1] < self.log_start_offset:
            found[0] = (found[0][0], self.log_start_offset)
        return found
