"""What the answers of Produce, Fetch and ListOffsets say about one partition, with the exchange they came in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from nilometer.clients.exchange import Exchange
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.chunks import RecordChunks, Records, join
from nilometer_reference.wire.errors import error_name
from nilometer_reference.wire.messages.fetch import AbortedTransaction
from nilometer_reference.wire.record_encoding import Record, decode_records
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import Batch, split_batches


@dataclass(frozen=True)
class Topic:
    """A topic of the run. `topic_id` is 16 zero bytes where the target shows none."""

    name: str
    topic_id: bytes = bytes(16)
    partition_count: int = 1

    @property
    def has_id(self) -> bool:
        """Whether Fetch 13 and Produce 13 can be used."""
        return self.topic_id != bytes(16)


@dataclass(frozen=True)
class Produced:
    """One partition's part of a Produce response."""

    exchange: Exchange
    error_code: int
    base_offset: int
    log_append_time_ms: int
    log_start_offset: int
    """-1 below Produce v5."""

    @property
    def ok(self) -> bool:
        """Acknowledged."""
        return self.error_code == 0

    @property
    def error(self) -> str:
        """`OUT_OF_ORDER_SEQUENCE_NUMBER (45)`, or `no error`."""
        return named(self.error_code)


@dataclass(frozen=True)
class Fetched:
    """One partition's part of a Fetch response."""

    exchange: Exchange
    fetch_offset: int
    error_code: int
    high_watermark: int
    last_stable_offset: int
    log_start_offset: int
    """-1 below Fetch v5."""
    aborted: list[AbortedTransaction] | None
    data: bytes
    """The record set as it came; it may end with a part of a batch."""
    session_id: int = 0

    @property
    def ok(self) -> bool:
        """No error for the partition."""
        return self.error_code == 0

    @property
    def error(self) -> str:
        """The error by name."""
        return named(self.error_code)

    @cached_property
    def batches(self) -> list[Batch]:
        """The whole batches in order; NotObservable when the bytes are none, which L13 judges."""
        with self._readable():
            return list(split_batches(self.data, drop_partial_tail=True))

    @cached_property
    def stored(self) -> list[Stored]:
        """Every record of every batch, also below the fetch offset, and control records; NotObservable as `batches`."""
        with self._readable():
            return [Stored(record, batch) for batch in self.batches for record in decode_records(batch)]

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except RecordError as damage:
            text = f"Fetch at offset {self.fetch_offset}: the records do not decode: {damage.message}"
            raise NotObservable(Reason.NO_ANSWER, text) from damage

    @property
    def records(self) -> list[Record]:
        """Data records at or above the fetch offset: what a consumer with read_uncommitted delivers."""
        return [one.record for one in self.stored if one.record.offset >= self.fetch_offset and not one.is_control]

    @property
    def next_offset(self) -> int:
        """First offset after the last whole batch; the fetch offset if there is none."""
        return max(self.fetch_offset, self.batches[-1].header.next_offset) if self.batches else self.fetch_offset


@dataclass(frozen=True)
class Stored:
    """A record where it is stored."""

    record: Record
    batch: Batch

    @property
    def offset(self) -> int:
        """Its offset."""
        return self.record.offset

    @property
    def is_control(self) -> bool:
        """A transaction marker, not data."""
        return self.batch.header.is_control


@dataclass(frozen=True)
class ListedOffset:
    """One partition's part of a ListOffsets response."""

    exchange: Exchange
    error_code: int
    timestamp: int
    offset: int
    leader_epoch: int
    """-1 below ListOffsets v4."""

    @property
    def ok(self) -> bool:
        """No error for the partition."""
        return self.error_code == 0

    @property
    def error(self) -> str:
        """The error by name."""
        return named(self.error_code)


@dataclass
class Scan:
    """A partition read from one offset up to the high watermark (or last stable offset) that the reads showed."""

    start: int
    fetches: list[Fetched] = field(default_factory=list)
    complete: bool = False
    """The end that the last fetch showed was reached."""

    @property
    def stored(self) -> list[Stored]:
        """Every stored record once, control records included; duplicates at the seams are dropped."""
        result: list[Stored] = []
        position = self.start
        for fetched in self.fetches:
            for one in fetched.stored:
                if one.offset >= max(position, fetched.fetch_offset):
                    result.append(one)
            position = max(position, fetched.next_offset)
        return result

    @property
    def records(self) -> list[Record]:
        """The data records."""
        return [one.record for one in self.stored if not one.is_control]

    @property
    def batches(self) -> list[Batch]:
        """Every batch once."""
        result: dict[int, Batch] = {}
        for fetched in self.fetches:
            for batch in fetched.batches:
                result.setdefault(batch.header.base_offset, batch)
        return list(result.values())

    @property
    def last(self) -> Fetched:
        """The fetch that ended it."""
        return self.fetches[-1]

    @property
    def exchanges(self) -> list[Exchange]:
        """The evidence."""
        return [fetched.exchange for fetched in self.fetches]


def named(code: int) -> str:
    """An error code for a sentence."""
    return "no error" if code == 0 else f"{error_name(code)} ({code})"


def record_bytes(records: Records | None) -> bytes:
    """A record set as one byte string."""
    if records is None:
        return b""
    return join(records.chunks) if isinstance(records, RecordChunks) else bytes(records)
